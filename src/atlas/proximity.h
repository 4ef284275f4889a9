#pragma once

#include <cstdint>
#include <vector>

#include "vieweratlas/atlas/colors.h"

namespace vieweratlas::atlas_internal {

/// How much two communities are side by side on the map, as a symmetric num_communities x num_communities matrix with zero
/// diagonal: the number of times a channel of one is among the 20 nearest of a channel of the other, plus
/// exp(-(distance of their centroids / 260)^2). Nearest is looked for in the channel's surroundings only. O(channels).
[[nodiscard]] std::vector<double> community_proximity(const ColorRequest& request);

}  // namespace vieweratlas::atlas_internal
