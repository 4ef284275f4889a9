#include "render/boxes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace vieweratlas::render_internal {

BoxGrid::BoxGrid(int width_px, int height_px, float cell_px)
    : cell_px_(std::max(4.0F, cell_px)),
      columns_(static_cast<std::size_t>(static_cast<float>(width_px) / cell_px_) + 1),
      rows_(static_cast<std::size_t>(static_cast<float>(height_px) / cell_px_) + 1),
      cells_(columns_ * rows_) {}

BoxGrid::Cells BoxGrid::cells_of(const Box& box) const {
  const auto index = [&](float position, std::size_t count) {
    return static_cast<std::size_t>(std::clamp(std::floor(position / cell_px_), 0.0F, static_cast<float>(count - 1)));
  };
  return {index(box.left, columns_), index(box.top, rows_), index(box.right, columns_), index(box.bottom, rows_)};
}

void BoxGrid::add(const Box& box) {
  const auto cells = cells_of(box);
  for (std::size_t y = cells.top; y <= cells.bottom; ++y) {
    for (std::size_t x = cells.left; x <= cells.right; ++x) cells_[y * columns_ + x].push_back(box);
  }
}

bool BoxGrid::hits(const Box& box) const {
  const auto cells = cells_of(box);
  for (std::size_t y = cells.top; y <= cells.bottom; ++y) {
    for (std::size_t x = cells.left; x <= cells.right; ++x) {
      const auto& there = cells_[y * columns_ + x];
      if (std::any_of(there.begin(), there.end(), [&](const Box& other) { return shared_area(box, other) > 0; })) return true;
    }
  }
  return false;
}

float BoxGrid::covered_area(const Box& box) const {
  const auto cells = cells_of(box);
  float sum = 0;
  for (std::size_t y = cells.top; y <= cells.bottom; ++y) {
    for (std::size_t x = cells.left; x <= cells.right; ++x) {
      // A box is in every cell that it touches; each cell answers for its own ground, those at the border for what lies beyond.
      const float far = 1e9F;
      const Box ground{x == 0 ? -far : static_cast<float>(x) * cell_px_, y == 0 ? -far : static_cast<float>(y) * cell_px_,
                       x + 1 == columns_ ? far : static_cast<float>(x + 1) * cell_px_,
                       y + 1 == rows_ ? far : static_cast<float>(y + 1) * cell_px_};
      const Box part{std::max(box.left, ground.left), std::max(box.top, ground.top), std::min(box.right, ground.right),
                     std::min(box.bottom, ground.bottom)};
      for (const auto& other : cells_[y * columns_ + x]) sum += shared_area(part, other);
    }
  }
  return sum;
}

}  // namespace vieweratlas::render_internal
