#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "render/boxes.h"
#include "render/color.h"
#include "render/frame.h"
#include "render/look.h"
#include "render/placed_text.h"
#include "render/typesetter.h"

#include "vieweratlas/atlas/atlas.h"

namespace vieweratlas::render_internal {

/// A disc or a ring drawn over the finished map.
struct Mark {
  float x = 0;  ///< pixels
  float y = 0;
  float radius = 0;
  float line_px = 0;  ///< width of the ring; 0 = none
  Srgb color{};
  float fill_opacity = 0;
  float line_opacity = 0;
};

/// What stands in the corners around the map.
struct Furniture {
  std::vector<PlacedText> texts;
  std::vector<Mark> marks;
  std::vector<Box> reserved;  ///< where no label may go
};

/// Sets title, window and counts (top left), the key to circle sizes (top right), communities by audience (bottom
/// corners) and the method (bottom). What does not fit between the sheet's edge and the map, or would be too small to
/// read, is shortened, then left out. `links_drawn`: fewer than the atlas has when only the strongest are drawn.
[[nodiscard]] Furniture make_furniture(const Atlas& atlas, const Frame& frame, const Look& look, std::size_t links_drawn,
                                       Typesetter& typesetter);

/// The days between two ISO 8601 times for people: "January 2022", "3-9 January 2022"; empty when either is not a time.
[[nodiscard]] std::string window_text(const std::string& begin, const std::string& end);

}  // namespace vieweratlas::render_internal
