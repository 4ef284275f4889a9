#pragma once

// Greedy modularity agglomeration (Clauset, Newman, Moore 2004).

#include <cstdint>
#include <vector>

#include "community/level_graph.h"

namespace vieweratlas::community_internal {

/// Joins the two communities whose union gains most (ties: the lowest ids) until no union gains. Without chance. Returns an id
/// below num_nodes per node; communities are connected. About O(arcs log^2 nodes), memory O(arcs).
[[nodiscard]] std::vector<std::uint32_t> agglomerate(const LevelGraph& graph);

}  // namespace vieweratlas::community_internal
