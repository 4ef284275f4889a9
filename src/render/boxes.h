#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace vieweratlas::render_internal {

/// An upright rectangle in pixels.
struct Box {
  float left = 0;
  float top = 0;
  float right = 0;
  float bottom = 0;

  [[nodiscard]] float width() const { return right - left; }
  [[nodiscard]] float height() const { return bottom - top; }
  [[nodiscard]] float area() const { return width() * height(); }
  [[nodiscard]] Box grown(float by_x, float by_y) const { return {left - by_x, top - by_y, right + by_x, bottom + by_y}; }
  [[nodiscard]] bool inside(const Box& o) const { return left >= o.left && top >= o.top && right <= o.right && bottom <= o.bottom; }
};

/// The area that two boxes share; 0 when they only touch.
[[nodiscard]] inline float shared_area(const Box& a, const Box& b) {
  const float width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0.0F;
}

/// Boxes by the cells of a grid over the sheet: near ones are found without looking at all.
class BoxGrid {
 public:
  BoxGrid(int width_px, int height_px, float cell_px);

  void add(const Box& box);
  /// True when `box` shares area with a box added before.
  [[nodiscard]] bool hits(const Box& box) const;
  /// Sum of the areas that `box` shares with the boxes added before.
  [[nodiscard]] float covered_area(const Box& box) const;

 private:
  struct Cells {
    std::size_t left, top, right, bottom;  // all included
  };
  [[nodiscard]] Cells cells_of(const Box& box) const;

  float cell_px_;
  std::size_t columns_;
  std::size_t rows_;
  std::vector<std::vector<Box>> cells_;
};

}  // namespace vieweratlas::render_internal
