#pragma once

#include <vector>

#include "vieweratlas/atlas/colors.h"

namespace vieweratlas::atlas_internal {

/// How much two communities are seen together, as a symmetric num_communities x num_communities matrix with zero diagonal:
/// sqrt(sum over pairs of their channels nearer than 200 map units of (1 - (distance / 200)^2)^2), where the root keeps long
/// borders from drowning short ones; plus 0.05 sqrt(channels of one x channels of the other) wherever they lie, for large
/// communities are compared across the map and in the legend. O(channels x channels within 200 units).
[[nodiscard]] std::vector<double> community_proximity(const ColorRequest& request);

}  // namespace vieweratlas::atlas_internal
