#include "unit/community/graphs.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas::test {

Graph make_graph(std::uint32_t num_nodes, const std::vector<Edge>& edges) {
  std::vector<std::vector<std::pair<std::uint32_t, std::uint64_t>>> rows(num_nodes);
  for (const Edge& edge : edges) {
    rows[edge.u].emplace_back(edge.v, edge.weight);
    rows[edge.v].emplace_back(edge.u, edge.weight);
  }
  Graph graph;
  for (auto& row : rows) {
    std::sort(row.begin(), row.end());
    for (const auto& [neighbour, weight] : row) {
      graph.neighbours.push_back(neighbour);
      graph.weights.push_back(weight);
    }
    graph.offsets.push_back(graph.neighbours.size());
  }
  return graph;
}

Graph read_known_graph(const std::string& name) {
  std::ifstream in(std::filesystem::path(VIEWERATLAS_SOURCE_DIR) / "tests/data/graphs" / (name + ".edges"));
  std::vector<Edge> edges;
  std::uint32_t num_nodes = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    Edge edge;
    fields >> edge.u >> edge.v;
    if (!(fields >> edge.weight)) edge.weight = 1;
    num_nodes = std::max({num_nodes, edge.u + 1, edge.v + 1});
    edges.push_back(edge);
  }
  return make_graph(num_nodes, edges);
}

std::optional<Graph> read_real_graph(const std::string& name) {
  const char* folder_name = std::getenv("VIEWERATLAS_REAL_DATA");  // NOLINT(concurrency-mt-unsafe): tests set no environment
  const std::filesystem::path folder = folder_name != nullptr ? folder_name : VIEWERATLAS_SOURCE_DIR "/../shared/data";
  std::ifstream nodes(folder / (name + "-nodes.csv"));
  std::ifstream lines(folder / (name + "-edges.csv"));
  if (!nodes || !lines) return std::nullopt;
  std::unordered_map<std::string, std::uint32_t> id;
  std::string line;
  std::getline(nodes, line);
  while (std::getline(nodes, line)) id.emplace(line.substr(0, line.find(',')), static_cast<std::uint32_t>(id.size()));
  std::vector<Edge> edges;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::size_t first = line.find(',');
    const std::size_t second = line.find(',', first + 1);
    edges.push_back(
        {id.at(line.substr(0, first)), id.at(line.substr(first + 1, second - first - 1)), std::stoull(line.substr(second + 1))});
  }
  return make_graph(static_cast<std::uint32_t>(id.size()), edges);
}

Graph random_graph(std::uint32_t num_nodes, double density, std::uint64_t max_weight, std::uint64_t seed) {
  Random random(seed);
  std::vector<Edge> edges;
  for (std::uint32_t u = 0; u < num_nodes; ++u) {
    for (std::uint32_t v = u + 1; v < num_nodes; ++v) {
      if (random.chance(density)) edges.push_back({u, v, 1 + random.below(max_weight)});
    }
  }
  return make_graph(num_nodes, edges);
}

Graph planted_graph(const Planted& planted, std::uint64_t seed) {
  Random random(seed);
  const std::uint32_t num_nodes = planted.num_groups * planted.group_size;
  std::vector<Edge> edges;
  for (std::uint32_t u = 0; u < num_nodes; ++u) {
    for (std::uint32_t v = u + 1; v < num_nodes; ++v) {
      const bool same = u % planted.num_groups == v % planted.num_groups;
      if (random.chance(same ? planted.density_inside : planted.density_between)) edges.push_back({u, v, 1 + random.below(5)});
    }
  }
  return make_graph(num_nodes, edges);
}

Graph ring_of_cliques(std::uint32_t num_cliques, std::uint32_t size) {
  std::vector<Edge> edges;
  const std::uint32_t num_nodes = num_cliques * size;
  if (num_nodes == 0) return {};
  for (std::uint32_t c = 0; c < num_cliques; ++c) {
    const std::uint32_t base = c * size;
    for (std::uint32_t i = 0; i < size; ++i) {
      for (std::uint32_t j = i + 1; j < size; ++j) edges.push_back({base + i, base + j, 1});
    }
    edges.push_back({base, (base + size + 1) % num_nodes, 1});
  }
  return make_graph(num_nodes, edges);
}

Graph relabelled(const Graph& graph, const std::vector<std::uint32_t>& permutation) {
  std::vector<Edge> edges;
  for (std::uint32_t u = 0; u < graph.num_nodes(); ++u) {
    for (std::uint64_t arc = graph.offsets[u]; arc < graph.offsets[u + std::size_t{1}]; ++arc) {
      if (u < graph.neighbours[arc]) edges.push_back({permutation[u], permutation[graph.neighbours[arc]], graph.weights[arc]});
    }
  }
  return make_graph(graph.num_nodes(), edges);
}

std::vector<std::uint32_t> random_permutation(std::uint32_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint32_t> permutation(n);
  std::iota(permutation.begin(), permutation.end(), 0U);
  for (std::uint32_t i = n; i > 1; --i) std::swap(permutation[i - 1], permutation[random.below(i)]);
  return permutation;
}

double modularity_by_definition(const Graph& graph, const Partition& partition, double resolution) {
  const std::uint32_t num_nodes = graph.num_nodes();
  std::vector<std::vector<double>> weight(num_nodes, std::vector<double>(num_nodes, 0));
  std::vector<double> strength(num_nodes, 0);
  double total = 0;
  for (std::uint32_t u = 0; u < num_nodes; ++u) {
    for (std::uint64_t arc = graph.offsets[u]; arc < graph.offsets[u + std::size_t{1}]; ++arc) {
      const auto w = static_cast<double>(graph.weights[arc]);
      weight[u][graph.neighbours[arc]] = w;
      strength[u] += w;
      total += w;
    }
  }
  if (total == 0) return 0;
  double sum = 0;
  for (std::uint32_t u = 0; u < num_nodes; ++u) {
    for (std::uint32_t v = 0; v < num_nodes; ++v) {
      const bool together =
          u == v || (partition.community[u] == partition.community[v] && partition.community[u] != Partition::kUnassigned);
      if (together) sum += weight[u][v] - resolution * strength[u] * strength[v] / total;
    }
  }
  return sum / total;
}

bool communities_are_connected(const Graph& graph, const Partition& partition) {
  std::vector<bool> seen_community(partition.num_communities, false);
  std::vector<bool> seen(graph.num_nodes(), false);
  for (std::uint32_t root = 0; root < graph.num_nodes(); ++root) {
    const std::uint32_t own = partition.community[root];
    if (own == Partition::kUnassigned || seen[root]) continue;
    if (seen_community[own]) return false;
    seen_community[own] = true;
    std::vector<std::uint32_t> stack{root};
    seen[root] = true;
    while (!stack.empty()) {
      const std::uint32_t u = stack.back();
      stack.pop_back();
      for (std::uint64_t arc = graph.offsets[u]; arc < graph.offsets[u + std::size_t{1}]; ++arc) {
        const std::uint32_t v = graph.neighbours[arc];
        if (graph.weights[arc] == 0 || seen[v] || partition.community[v] != own) continue;
        seen[v] = true;
        stack.push_back(v);
      }
    }
  }
  return true;
}

bool is_numbered_by_size(const Partition& partition) {
  std::vector<std::uint32_t> size(partition.num_communities, 0);
  std::vector<std::size_t> lowest(partition.num_communities, partition.community.size());
  for (std::size_t node = partition.community.size(); node-- > 0;) {
    const std::uint32_t c = partition.community[node];
    if (c == Partition::kUnassigned) continue;
    if (c >= partition.num_communities) return false;
    ++size[c];
    lowest[c] = node;
  }
  for (std::size_t c = 0; c < size.size(); ++c) {
    if (size[c] == 0) return false;
    if (c > 0 && (size[c - 1] < size[c] || (size[c - 1] == size[c] && lowest[c - 1] > lowest[c]))) return false;
  }
  return true;
}

}  // namespace vieweratlas::test
