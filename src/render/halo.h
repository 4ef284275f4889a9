#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vieweratlas::render_internal {

/// Returns the coverage 0..1 of a soft outline that reaches `reach_px` around the opaque pixels of `alpha` (0..1,
/// row-major): full near the letters, gone at the reach. A blurred mask, amplified, so the cost is linear in the reach
/// and thin strokes carry as full an outline as thick ones.
[[nodiscard]] std::vector<float> halo_of(std::span<const float> alpha, int width, int height, float reach_px);

}  // namespace vieweratlas::render_internal
