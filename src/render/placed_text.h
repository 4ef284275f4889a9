#pragma once

#include "render/boxes.h"
#include "render/typesetter.h"

namespace vieweratlas::render_internal {

/// A line of text with its place on the sheet.
struct PlacedText {
  TextLine line;
  TextPaint paint;
};

/// The pixels that the letters of `line` cover when drawn as `paint` says; the halo is not counted.
[[nodiscard]] inline Box ink_box(const TextLine& line, const TextPaint& paint) {
  return {paint.x + line.ink_left() * paint.size_px, paint.y + line.ink_top() * paint.size_px, paint.x + line.ink_right() * paint.size_px,
          paint.y + line.ink_bottom() * paint.size_px};
}

}  // namespace vieweratlas::render_internal
