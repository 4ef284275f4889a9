#pragma once

// Small weighted graphs for the tests of communities: drawn by hand, read from tests/data/graphs, random, or real.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/community/partition.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas::test {

struct Edge {
  std::uint32_t u = 0;
  std::uint32_t v = 0;
  std::uint64_t weight = 1;
};

/// Owns the arrays that a WeightedGraph views.
struct Graph {
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> neighbours;
  std::vector<std::uint64_t> weights;

  [[nodiscard]] WeightedGraph view() const { return {offsets, neighbours, weights}; }
  [[nodiscard]] std::uint32_t num_nodes() const { return static_cast<std::uint32_t>(offsets.size() - 1); }
};

[[nodiscard]] Graph make_graph(std::uint32_t num_nodes, const std::vector<Edge>& edges);

/// tests/data/graphs/<name>.edges
[[nodiscard]] Graph read_known_graph(const std::string& name);

/// A graph of the folder of real graphs (environment VIEWERATLAS_REAL_DATA or ../shared/data), nodes in order of the nodes
/// file; none when it is not there.
[[nodiscard]] std::optional<Graph> read_real_graph(const std::string& name);

/// Each pair is an edge with probability `density`; weights 1..max_weight.
[[nodiscard]] Graph random_graph(std::uint32_t num_nodes, double density, std::uint64_t max_weight, std::uint64_t seed);

struct Planted {
  std::uint32_t num_groups = 4;
  std::uint32_t group_size = 25;
  double density_inside = 0.3;
  double density_between = 0.05;
};

/// Node i belongs to group i % num_groups. Weights 1..5.
[[nodiscard]] Graph planted_graph(const Planted& planted, std::uint64_t seed);

/// `num_cliques` complete graphs of `size` nodes in a ring, each joined to the next by one edge.
[[nodiscard]] Graph ring_of_cliques(std::uint32_t num_cliques, std::uint32_t size);

/// The same graph with node i called permutation[i].
[[nodiscard]] Graph relabelled(const Graph& graph, const std::vector<std::uint32_t>& permutation);

[[nodiscard]] std::vector<std::uint32_t> random_permutation(std::uint32_t n, std::uint64_t seed);

/// Q straight from its definition, a sum over all pairs of nodes.
[[nodiscard]] double modularity_by_definition(const Graph& graph, const Partition& partition, double resolution);

/// Whether each community is in one piece, by paths of positive weight.
[[nodiscard]] bool communities_are_connected(const Graph& graph, const Partition& partition);

/// Whether ids are 0..k-1 by falling size, ties by lowest node.
[[nodiscard]] bool is_numbered_by_size(const Partition& partition);

}  // namespace vieweratlas::test
