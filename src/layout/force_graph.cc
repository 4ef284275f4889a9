#include "layout/force_graph.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas::layout_internal {
namespace {

/// A link between two nodes of the overlap graph; `weight` < 0 means none.
struct Link {
  float weight = -1;
  std::uint32_t u = 0;
  std::uint32_t v = 0;
};

/// Strict order: heavier first, ties by the smaller pair of nodes, so that no choice depends on the order of visiting.
bool stronger(const Link& a, const Link& b) {
  if (a.weight != b.weight) return a.weight > b.weight;
  const auto key = [](const Link& link) { return std::minmax(link.u, link.v); };
  return key(a) < key(b);
}

/// Disjoint sets with path halving; the smaller root wins, so that the result does not depend on who asks.
class Pieces {
 public:
  explicit Pieces(std::size_t n) : parent_(n), num_(n) { std::iota(parent_.begin(), parent_.end(), 0U); }
  std::uint32_t find(std::uint32_t node) {
    while (parent_[node] != node) {
      parent_[node] = parent_[parent_[node]];
      node = parent_[node];
    }
    return node;
  }
  bool join(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    if (a == b) return false;
    parent_[std::max(a, b)] = std::min(a, b);
    --num_;
    return true;
  }
  [[nodiscard]] std::size_t count() const { return num_; }

 private:
  std::vector<std::uint32_t> parent_;
  std::size_t num_;
};

/// Every node's `count` strongest links, each once, in order of (u, v).
std::vector<Link> strongest_links(const OverlapGraph& graph, const LinkWeights& weights, std::uint32_t count, ThreadPool& pool) {
  const std::size_t n = graph.num_nodes();
  std::vector<std::vector<Link>> kept(n);
  std::vector<std::vector<Link>> scratch(pool.threads());
  pool.parallel_for(n, 64, [&](std::size_t begin, std::size_t end, unsigned worker) {
    auto& row = scratch[worker];
    for (auto u = static_cast<std::uint32_t>(begin); u < end; ++u) {
      row.clear();
      for (auto at = graph.offsets[u]; at < graph.offsets[u + 1]; ++at) {
        const auto v = graph.neighbours[at];
        row.push_back({weights(u, v, graph.shared[at]), std::min(u, v), std::max(u, v)});
      }
      if (row.size() > count) {
        std::nth_element(row.begin(), row.begin() + count, row.end(), stronger);
        row.resize(count);
      }
      kept[u] = row;
    }
  });
  std::vector<Link> links;
  for (const auto& row : kept) links.insert(links.end(), row.begin(), row.end());
  const auto pair = [](const Link& link) { return std::pair(link.u, link.v); };
  std::sort(links.begin(), links.end(), [&](const Link& a, const Link& b) { return pair(a) < pair(b); });
  links.erase(std::unique(links.begin(), links.end(), [&](const Link& a, const Link& b) { return pair(a) == pair(b); }), links.end());
  return links;
}

/// The strongest link of each piece into another one, indexed by the piece's root.
std::vector<Link> strongest_exits(const OverlapGraph& graph, const LinkWeights& weights, const std::vector<std::uint32_t>& piece,
                                  ThreadPool& pool) {
  const std::size_t n = graph.num_nodes();
  std::vector<Link> exit_of_node(n);
  pool.parallel_for(n, 64, [&](std::size_t begin, std::size_t end, unsigned) {
    for (auto u = static_cast<std::uint32_t>(begin); u < end; ++u) {
      for (auto at = graph.offsets[u]; at < graph.offsets[u + 1]; ++at) {
        const auto v = graph.neighbours[at];
        if (piece[u] == piece[v]) continue;
        const Link link{weights(u, v, graph.shared[at]), u, v};
        if (stronger(link, exit_of_node[u])) exit_of_node[u] = link;
      }
    }
  });
  std::vector<Link> exit_of_piece(n);
  for (std::size_t u = 0; u < n; ++u) {
    auto& best = exit_of_piece[piece[u]];
    if (exit_of_node[u].weight >= 0 && stronger(exit_of_node[u], best)) best = exit_of_node[u];
  }
  return exit_of_piece;
}

/// Adds to `links` the strongest links between the pieces that they leave, until only true components are apart
/// (Boruvka's rounds: each piece takes its strongest exit).
void join_pieces(const OverlapGraph& graph, const LinkWeights& weights, std::vector<Link>& links, ThreadPool& pool) {
  Pieces pieces(graph.num_nodes());
  for (const auto& link : links) pieces.join(link.u, link.v);
  bool joined = pieces.count() > 1;
  while (joined) {
    joined = false;
    std::vector<std::uint32_t> piece(graph.num_nodes());
    for (std::uint32_t u = 0; u < graph.num_nodes(); ++u) piece[u] = pieces.find(u);
    for (const auto& exit : strongest_exits(graph, weights, piece, pool)) {
      if (exit.weight < 0 || !pieces.join(exit.u, exit.v)) continue;
      links.push_back(exit);
      joined = true;
    }
  }
}

/// Rows from links between nodes, for the nodes that have any.
ForceGraph to_rows(std::uint32_t num_nodes, const std::vector<Link>& links) {
  std::vector<std::uint32_t> degree(num_nodes, 0);
  double total = 0;
  for (const auto& link : links) {
    ++degree[link.u];
    ++degree[link.v];
    total += static_cast<double>(link.weight);
  }
  const double scale = total > 0 ? static_cast<double>(links.size()) / total : 1;

  ForceGraph rows;
  std::vector<std::uint32_t> body(num_nodes, 0);
  for (std::uint32_t u = 0; u < num_nodes; ++u) {
    if (degree[u] == 0) continue;
    body[u] = rows.size();
    rows.node.push_back(u);
    rows.offsets.push_back(rows.offsets.back() + degree[u]);
    rows.mass.push_back(static_cast<float>(degree[u] + 1));
  }
  std::vector<std::pair<std::uint32_t, float>> entries(2 * links.size());
  std::vector<std::uint64_t> next(rows.offsets.begin(), rows.offsets.end() - 1);
  for (const auto& link : links) {
    const auto weight = static_cast<float>(static_cast<double>(link.weight) * scale);
    entries[next[body[link.u]]++] = {body[link.v], weight};
    entries[next[body[link.v]]++] = {body[link.u], weight};
  }
  for (std::uint32_t b = 0; b < rows.size(); ++b) {
    std::sort(entries.begin() + static_cast<std::ptrdiff_t>(rows.offsets[b]),
              entries.begin() + static_cast<std::ptrdiff_t>(rows.offsets[b + 1]));
  }
  rows.neighbours.reserve(entries.size());
  rows.weights.reserve(entries.size());
  for (const auto& [neighbour, weight] : entries) {
    rows.neighbours.push_back(neighbour);
    rows.weights.push_back(weight);
  }
  return rows;
}

}  // namespace

LinkWeights::LinkWeights(const OverlapGraph& graph) : inverse_root_(graph.num_nodes(), 0) {
  std::vector<double> strength(graph.num_nodes(), 0);
  double known_audience = 0;
  double known_strength = 0;
  for (std::uint32_t u = 0; u < graph.num_nodes(); ++u) {
    for (auto at = graph.offsets[u]; at < graph.offsets[u + 1]; ++at) strength[u] += graph.shared[at];
    if (graph.audience[u] == 0) continue;
    known_audience += static_cast<double>(graph.audience[u]);
    known_strength += strength[u];
  }
  const double audience_per_strength = known_audience > 0 && known_strength > 0 ? known_audience / known_strength : 1;
  for (std::uint32_t u = 0; u < graph.num_nodes(); ++u) {
    const double size = graph.audience[u] > 0 ? static_cast<double>(graph.audience[u]) : strength[u] * audience_per_strength;
    if (size > 0) inverse_root_[u] = 1.0 / std::sqrt(size);
  }
}

ForceGraph make_force_graph(const OverlapGraph& graph, const ThinningOptions& options, ThreadPool& pool) {
  const LinkWeights weights(graph);
  auto links = strongest_links(graph, weights, options.strongest, pool);
  join_pieces(graph, weights, links, pool);
  return to_rows(graph.num_nodes(), links);
}

}  // namespace vieweratlas::layout_internal
