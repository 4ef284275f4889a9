#pragma once

#include <span>
#include <vector>

#include "vieweratlas/render/scene.h"

/// From samples to smooth closed lines.
namespace vieweratlas::render_internal {

/// A grid of samples; point (i, j) lies at (origin_x + i * step, origin_y + j * step).
struct SampleGrid {
  std::span<const float> values;  ///< row-major, width * height
  int width = 0;
  int height = 0;
  float origin_x = 0;
  float origin_y = 0;
  float step = 1;
};

/// Returns the closed lines along which the linearly interpolated samples are zero (marching squares), positive ground
/// on the left when walking along a line seen on the screen: outer lines have negative signed_area. Ground that touches
/// the border of the grid is closed along it, as if all samples outside were negative. Saddles join when their mean is positive.
[[nodiscard]] std::vector<Ring> zero_contours(const SampleGrid& grid);

/// Shoelace sum; positive for a ring that runs clockwise on the screen (y downwards).
[[nodiscard]] double signed_area(const Ring& ring);

/// Even-odd test.
[[nodiscard]] bool inside(const Ring& ring, MapPoint point);

/// Two passes of the binomial mean (1 2 1) / 4 over the points: takes the lattice's steps out, moves no point by more
/// than half its distance to its neighbours.
[[nodiscard]] Ring smoothed(const Ring& ring);

/// Drops points while the ring stays within `tolerance` of them (Douglas and Peucker 1973). At least 3 points remain.
[[nodiscard]] Ring simplified(const Ring& ring, float tolerance);

}  // namespace vieweratlas::render_internal
