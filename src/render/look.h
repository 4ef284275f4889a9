#pragma once

#include <cstdint>

#include "render/color.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/render/poster.h"

namespace vieweratlas::render_internal {

/// The colours and weights of a theme. Alphas of areas and lines are in linear light, those of text in sRGB.
struct Look {
  bool dark = true;
  LinearColor ground_middle;
  LinearColor ground_rim;
  float region_fill = 0;   ///< alpha in the heart of a region
  float region_shore = 0;  ///< alpha added towards its border
  float region_line = 0;   ///< alpha of the border
  LinearColor disc_gap;    ///< ring that parts a disc from what lies under it
  Srgb text{};             ///< names of channels, title
  Srgb text_second{};      ///< window, numbers
  Srgb text_third{};       ///< captions, method line
  Srgb halo{};
  Srgb ink{};  ///< on discs
};

[[nodiscard]] Look look_of(Theme theme);

/// Fill of a channel's disc and of its community's ground.
[[nodiscard]] Srgb fill_color(const Atlas& atlas, std::uint32_t community);
/// The community's colour for names and rims: near white or darker, so that it reads on the ground.
[[nodiscard]] Srgb name_color(const Atlas& atlas, std::uint32_t community, const Look& look);

}  // namespace vieweratlas::render_internal
