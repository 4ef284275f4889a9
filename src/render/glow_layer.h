#pragma once

#include <vector>

#include "render/color.h"
#include "render/frame.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/parallel.h"

namespace vieweratlas::render_internal {

/// A soft light around every channel in its community's colour, tone-mapped, held at a sixth of the sheet's size.
class GlowLayer {
 public:
  GlowLayer(const Atlas& atlas, const Frame& frame, ThreadPool& pool);

  /// Fills `row` (frame width) with the light on row `y` of the sheet.
  void sample_row(int y, std::vector<LinearColor>& row) const;

 private:
  static constexpr int kShrink = 6;

  void add_row(const Atlas& atlas, const Frame& frame, int row);

  int sheet_width_;
  int width_;
  int height_;
  std::vector<LinearColor> cells_;
};

}  // namespace vieweratlas::render_internal
