#pragma once

#include <cstddef>
#include <vector>

#include "render/color.h"

namespace vieweratlas::render_internal {

/// A horizontal strip of the sheet in linear light: what one task paints, layer by layer, while it is in the cache.
/// Strips are cut by rows alone, so the picture does not depend on who paints which.
class Band {
 public:
  Band(int width, int top, int bottom) : width_(width), top_(top), bottom_(bottom) {
    pixels_.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(bottom - top));
  }

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int top() const { return top_; }        ///< first row of the sheet in the strip
  [[nodiscard]] int bottom() const { return bottom_; }  ///< first row after it
  /// The row `y` of the sheet.
  [[nodiscard]] LinearColor* row(int y) { return &pixels_[static_cast<std::size_t>(y - top_) * static_cast<std::size_t>(width_)]; }

 private:
  int width_;
  int top_;
  int bottom_;
  std::vector<LinearColor> pixels_;
};

}  // namespace vieweratlas::render_internal
