#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vieweratlas::render_internal {

/// The picture in 8-bit sRGB, three bytes a pixel, rows top-down without padding.
struct Sheet {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> bytes;

  Sheet(int width_px, int height_px)
      : width(width_px), height(height_px), bytes(static_cast<std::size_t>(width_px) * static_cast<std::size_t>(height_px) * 3) {}

  [[nodiscard]] std::uint8_t* row(int y) { return &bytes[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3]; }
  [[nodiscard]] const std::uint8_t* row(int y) const { return &bytes[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3]; }
};

}  // namespace vieweratlas::render_internal
