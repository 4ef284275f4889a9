#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::pipeline_internal {

/// Leaves out nodes without an edge; the order of the others stays.
void remove_isolated(std::vector<Channel>& channels, OverlapGraph& graph);

/// Leaves out channels whose login or platform id is one of `names` (any case), with their edges; returns how many.
std::uint64_t remove_channels(std::vector<Channel>& channels, OverlapGraph& graph, std::span<const std::string> names);

/// `graph` without the edges of fewer than `min_shared` viewers; all nodes stay.
[[nodiscard]] OverlapGraph edges_of_at_least(const OverlapGraph& graph, std::uint32_t min_shared);

}  // namespace vieweratlas::pipeline_internal
