#pragma once

// What becomes of communities smaller than the user wants to see.

#include <cstdint>
#include <vector>

#include "community/level_graph.h"

namespace vieweratlas::community_internal {

struct SmallGroupCounts {
  std::uint32_t num_merged = 0;      ///< nodes that joined a community
  std::uint32_t num_unassigned = 0;  ///< nodes that belong to none
};

/// Dissolves communities of fewer than `min_size` nodes. Each of their nodes joins the community that holds at least half of
/// its strength (ties: the lower id); as nodes join, their neighbours are looked at again. The others become
/// Partition::kUnassigned: most of what they share, they share with nobody in particular or with each other.
///
/// Node by node, not group by group: a close pair with one thin link to a large community must not be drawn as part of it.
/// Nodes of a round decide on the state before it, so the outcome does not depend on their order. A node joins only where it has
/// a neighbour and large communities lose nobody, so connected communities stay connected. O(nodes + arcs of the small).
SmallGroupCounts dissolve_small_groups(const LevelGraph& graph, std::uint32_t min_size, std::vector<std::uint32_t>& community);

}  // namespace vieweratlas::community_internal
