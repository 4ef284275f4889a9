#pragma once

#include <algorithm>
#include <cstdint>

#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {

/// Where the map lies on the sheet. The disc of radius 1000 sits in the middle; what is wider or higher than a square is
/// left to the furniture.
struct Frame {
  int width_px = 0;
  int height_px = 0;
  float unit = 1;      ///< pixels per design pixel: all lengths below are designed for a sheet of 4500 px
  float scale = 1;     ///< pixels per map unit
  float centre_x = 0;  ///< pixels
  float centre_y = 0;

  [[nodiscard]] float x(float map_x) const { return centre_x + scale * map_x; }
  [[nodiscard]] float y(float map_y) const { return centre_y + scale * map_y; }
  [[nodiscard]] MapPoint point(MapPoint p) const { return {x(p.x), y(p.y)}; }
};

[[nodiscard]] inline Frame make_frame(std::uint32_t width_px, std::uint32_t height_px) {
  constexpr float kDesignSide = 4500.0F;
  constexpr float kMapRadius = 0.447F;  // of the shorter side: leaves the corners to the furniture
  constexpr float kMapMiddle = 0.503F;  // of the height: the title weighs more than the footer
  const auto shorter = static_cast<float>(std::min(width_px, height_px));
  Frame frame;
  frame.width_px = static_cast<int>(width_px);
  frame.height_px = static_cast<int>(height_px);
  frame.unit = shorter / kDesignSide;
  frame.scale = shorter * kMapRadius / 1000.0F;
  frame.centre_x = static_cast<float>(width_px) / 2;
  frame.centre_y = static_cast<float>(height_px) / 2 + shorter * (kMapMiddle - 0.5F);
  return frame;
}

}  // namespace vieweratlas::render_internal
