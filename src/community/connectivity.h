#pragma once

// Communities in one piece.

#include <cstdint>
#include <vector>

#include "community/level_graph.h"

namespace vieweratlas::community_internal {

/// Gives each connected piece of each community an id of its own: that of its lowest node. Nodes that are Partition::kUnassigned
/// stay so. Returns how many pieces were split off; splitting raises the quality. O(nodes + arcs).
std::uint32_t split_disconnected(const LevelGraph& graph, std::vector<std::uint32_t>& community);

}  // namespace vieweratlas::community_internal
