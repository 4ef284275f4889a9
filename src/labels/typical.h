#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vieweratlas/community/partition.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::labels_internal {

/// Returns for each community up to `limit` of its channels, the most typical first: by falling share of the channel's shared
/// viewers that stay inside the community times the square root of its audience, ties by id. A giant whose viewers are
/// everywhere is not typical, nor is a channel that nobody knows. (With the logarithm of the audience in place of the root, the
/// first names of the map of January 2022 are channels of a tenth of the size that few readers would know.) Where the audience is not
/// known, the channel's shared viewers stand for it; a channel without links is all inside.
[[nodiscard]] std::vector<std::vector<std::uint32_t>> typical_channels(const Partition& partition, std::span<const Channel> channels,
                                                                       const OverlapGraph& graph, std::uint32_t limit);

}  // namespace vieweratlas::labels_internal
