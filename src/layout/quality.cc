#include "vieweratlas/layout/quality.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "layout/force_graph.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/layout/layout.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kNodesPerChunk = 16;

/// The `k` nodes nearest to `node` by distance of centres, ties by node, ascending by node.
void nearest_nodes(const Layout& layout, std::uint32_t node, std::uint32_t k, std::vector<std::pair<float, std::uint32_t>>& scratch,
                   std::vector<std::uint32_t>& nearest) {
  scratch.clear();
  for (std::uint32_t other = 0; other < layout.x.size(); ++other) {
    if (other == node) continue;
    const float dx = layout.x[other] - layout.x[node];
    const float dy = layout.y[other] - layout.y[node];
    scratch.emplace_back(dx * dx + dy * dy, other);
  }
  if (scratch.size() > k) {
    std::nth_element(scratch.begin(), scratch.begin() + k, scratch.end());
    scratch.resize(k);
  }
  nearest.clear();
  for (const auto& entry : scratch) nearest.push_back(entry.second);
  std::sort(nearest.begin(), nearest.end());
}

/// The mean over nodes of `share_of(node, nearest)`, a negative value meaning that the node does not count.
double mean_over_nodes(const Layout& layout, std::uint32_t k, ThreadPool& pool,
                       const std::function<double(std::uint32_t, std::span<const std::uint32_t>)>& share_of) {
  std::vector<double> shares(layout.x.size(), -1);
  pool.parallel_for(shares.size(), kNodesPerChunk, [&](std::size_t begin, std::size_t end, unsigned) {
    std::vector<std::pair<float, std::uint32_t>> scratch;
    std::vector<std::uint32_t> nearest;
    for (auto node = begin; node < end; ++node) {
      const auto id = static_cast<std::uint32_t>(node);
      nearest_nodes(layout, id, k, scratch, nearest);
      shares[node] = share_of(id, nearest);
    }
  });
  double sum = 0;
  std::size_t count = 0;
  for (const double share : shares) {
    if (share < 0) continue;
    sum += share;
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

}  // namespace

double neighbourhood_preservation(const OverlapGraph& graph, const Layout& layout, std::uint32_t k, ThreadPool& pool) {
  const layout_internal::LinkWeights weights(graph);
  return mean_over_nodes(layout, k, pool, [&](std::uint32_t node, std::span<const std::uint32_t> nearest) {
    std::vector<std::pair<float, std::uint32_t>> links;
    for (auto at = graph.offsets[node]; at < graph.offsets[node + 1]; ++at) {
      links.emplace_back(-weights(node, graph.neighbours[at], graph.shared[at]), graph.neighbours[at]);
    }
    if (links.empty() || k == 0) return -1.0;
    const std::size_t count = std::min<std::size_t>(k, links.size());
    std::partial_sort(links.begin(), links.begin() + static_cast<std::ptrdiff_t>(count), links.end());
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; ++i) found += std::binary_search(nearest.begin(), nearest.end(), links[i].second) ? 1U : 0U;
    return static_cast<double>(found) / static_cast<double>(count);
  });
}

double community_agreement(std::span<const std::uint32_t> community, const Layout& layout, std::uint32_t k, ThreadPool& pool) {
  constexpr std::uint32_t kNone = 0xFFFFFFFFU;
  return mean_over_nodes(layout, k, pool, [&](std::uint32_t node, std::span<const std::uint32_t> nearest) {
    if (community[node] == kNone || nearest.empty()) return -1.0;
    const auto same = std::count_if(nearest.begin(), nearest.end(), [&](auto other) { return community[other] == community[node]; });
    return static_cast<double>(same) / static_cast<double>(nearest.size());
  });
}

double overlap_share(const Layout& layout, double tolerance) {
  const std::size_t n = layout.x.size();
  if (n == 0) return 0;
  std::vector<std::uint32_t> by_x(n);
  std::iota(by_x.begin(), by_x.end(), 0U);
  const auto left = [&](std::uint32_t i) { return layout.x[i] - layout.radius[i]; };
  std::sort(by_x.begin(), by_x.end(), [&](auto a, auto b) { return std::pair(left(a), a) < std::pair(left(b), b); });
  std::vector<std::uint8_t> cuts(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const auto a = by_x[i];
    for (std::size_t j = i + 1; j < n && left(by_x[j]) < layout.x[a] + layout.radius[a]; ++j) {
      const auto b = by_x[j];
      const double dx = static_cast<double>(layout.x[a]) - static_cast<double>(layout.x[b]);
      const double dy = static_cast<double>(layout.y[a]) - static_cast<double>(layout.y[b]);
      const double need = static_cast<double>(layout.radius[a]) + static_cast<double>(layout.radius[b]);
      if (need - std::sqrt(dx * dx + dy * dy) > tolerance) cuts[a] = cuts[b] = 1;
    }
  }
  return static_cast<double>(std::accumulate(cuts.begin(), cuts.end(), std::size_t{0})) / static_cast<double>(n);
}

}  // namespace vieweratlas
