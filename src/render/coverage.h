#pragma once

#include <cstddef>
#include <vector>

#include "render/line_walk.h"

#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {

/// Exact area coverage of polygons in a window of pixels.
///
/// Each edge leaves in the cells that it crosses the area between itself and the right side of the cell, signed by its
/// direction, and its height in the cell to the right; the running sum along a row is then the coverage of each pixel.
/// (The signed-area accumulation of FreeType's and font-rs's rasterisers.)
class CoverageWindow {
 public:
  CoverageWindow(int left, int top, int right, int bottom);

  [[nodiscard]] int left() const { return left_; }
  [[nodiscard]] int right() const { return right_; }
  [[nodiscard]] int top() const { return top_; }
  [[nodiscard]] int bottom() const { return bottom_; }

  /// Adds a closed ring, clipped to the window. Rings running in opposite directions cut holes.
  void add(const Ring& ring);
  /// Writes the coverage of row `y`, in 0..1, to `row` (right - left values).
  void resolve_row(int y, std::vector<float>& row) const;

 private:
  void add_edge(MapPoint a, MapPoint b);
  void add_row_piece(int row, float x_upper, float x_lower, float height);

  int left_;
  int top_;
  int right_;
  int bottom_;
  std::size_t stride_;
  std::vector<float> cells_;
};

}  // namespace vieweratlas::render_internal
