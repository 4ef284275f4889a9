#pragma once

#include <vector>

#include "render/influence.h"

#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {

/// A community owns ground where its sum exceeds every other by this factor: leaves a seam of about 1.5 units between
/// neighbours, more than smoothing moves a line, so that regions never overlap.
inline constexpr float kRivalry = 1.25F;

/// As community_regions, from a field made before.
[[nodiscard]] std::vector<Region> regions_of(const InfluenceField& field);

}  // namespace vieweratlas::render_internal
