#pragma once

#include <cstdint>
#include <vector>

#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {

struct ConnectedChannel {
  std::uint32_t node = 0;
  std::uint64_t degree = 0;
  std::uint64_t strength = 0;  ///< sum of shared viewers over its edges
};

struct GraphStatistics {
  std::uint32_t num_nodes = 0;
  std::uint64_t num_edges = 0;
  double density = 0;  ///< edges / pairs; 0 for fewer than two nodes
  std::uint32_t num_components = 0;
  std::uint32_t num_isolated = 0;
  std::uint32_t largest_component_size = 0;
  std::uint64_t total_shared = 0;  ///< sum of shared viewers over edges
  std::uint32_t max_shared = 0;
  std::vector<ConnectedChannel> top_connected;  ///< up to 10, by falling strength, ties by node
};

[[nodiscard]] GraphStatistics graph_statistics(const OverlapGraph& graph);

/// Component of each node, numbered in order of their lowest node. O(nodes + edges).
[[nodiscard]] std::vector<std::uint32_t> connected_components(const OverlapGraph& graph);

/// Nodes of the largest component (ties: the one with the lowest node), ascending.
[[nodiscard]] std::vector<std::uint32_t> largest_component(const OverlapGraph& graph);

struct Neighbour {
  std::uint32_t node = 0;
  std::uint32_t shared = 0;
};

/// Up to `limit` neighbours of `node` by falling shared viewers, ties by node. O(degree log degree).
[[nodiscard]] std::vector<Neighbour> strongest_neighbours(const OverlapGraph& graph, std::uint32_t node, std::uint32_t limit);

}  // namespace vieweratlas
