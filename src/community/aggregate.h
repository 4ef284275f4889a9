#pragma once

// The aggregation phase: each group of nodes becomes one node of the next level.

#include <cstdint>
#include <span>

#include "community/level_graph.h"
#include "community/scratch.h"

namespace vieweratlas::community_internal {

/// Which nodes become one.
struct Grouping {
  std::span<const std::uint32_t> group;  ///< per node, 0..num_groups-1
  std::uint32_t num_groups = 0;
};

/// Writes the graph of groups into `out`: arc weights are summed, weight inside a group stays in its strength only.
/// `graph` must not be a view of `out`. O(arcs).
void aggregate(const LevelGraph& graph, const Grouping& grouping, Scratch& scratch, LevelStorage& out);

}  // namespace vieweratlas::community_internal
