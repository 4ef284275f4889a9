#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace vieweratlas {

using Rgb = std::array<std::uint8_t, 3>;  ///< sRGB

struct CommunityColor {
  Rgb dark{};   ///< fill, on either ground
  Rgb light{};  ///< darker rim and name colour on a light ground, >= 4.5:1 on white
  friend bool operator==(const CommunityColor&, const CommunityColor&) = default;
};

/// Atlas-24, in order of use: every prefix is well spread. Made by farthest-point search over OKLCH (L .62-.89, C .13-.25) with
/// distance min(CIEDE2000, 2.2 x CIEDE2000 as seen with a colour vision deficiency). Fills have >= 4.2:1 on the dark ground.
[[nodiscard]] std::span<const CommunityColor> atlas_palette();

/// Of channels without a community and of communities too small to carry a colour.
[[nodiscard]] CommunityColor no_community_color();

/// The drawing that colours are chosen for: one position and community per channel (AtlasChannel::kNoCommunity allowed).
struct ColorRequest {
  std::span<const float> x;  ///< map units, disc of radius 1000
  std::span<const float> y;
  std::span<const std::uint32_t> community;
  std::uint32_t num_communities = 0;
  std::uint64_t seed = 1;
};

/// Returns a colour per community such that communities that lie side by side look different, to people with any colour
/// vision: minimises the sum over pairs of proximity x [exp(-dE / 9) + 0.6 exp(-dE_cvd / 7)], + 4 for equal colours.
///
/// Up to 24 coloured communities get colours of their own; more share them, never side by side where that can be avoided.
/// Communities of fewer than 3 channels (5, when more than 24 are larger) are grey. Deterministic; O(channels) + 0.1 s.
[[nodiscard]] std::vector<CommunityColor> assign_colors(const ColorRequest& request);

}  // namespace vieweratlas
