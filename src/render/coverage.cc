#include "render/coverage.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {

CoverageWindow::CoverageWindow(int left, int top, int right, int bottom)
    : left_(left), top_(top), right_(right), bottom_(bottom), stride_(static_cast<std::size_t>(right - left) + 2) {
  cells_.assign(stride_ * static_cast<std::size_t>(bottom - top), 0.0F);
}

void CoverageWindow::add(const Ring& ring) {
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) add_edge(ring[j], ring[i]);
}

void CoverageWindow::add_edge(MapPoint a, MapPoint b) {
  const bool down = a.y < b.y;
  const float sign = down ? 1.0F : -1.0F;
  if (!down) std::swap(a, b);
  const auto top = static_cast<float>(top_);
  const auto bottom = static_cast<float>(bottom_);
  if (a.y == b.y || b.y <= top || a.y >= bottom) return;
  const float slope = (b.x - a.x) / (b.y - a.y);
  const float begin = std::max(a.y, top);
  const float end = std::min(b.y, bottom);
  for (int row = static_cast<int>(std::floor(begin)); static_cast<float>(row) < end; ++row) {
    const float upper = std::max(begin, static_cast<float>(row));
    const float lower = std::min(end, static_cast<float>(row + 1));
    add_row_piece(row - top_, a.x + (upper - a.y) * slope, a.x + (lower - a.y) * slope, sign * (lower - upper));
  }
}

void CoverageWindow::add_row_piece(int row, float x_upper, float x_lower, float height) {
  float* cells = &cells_[static_cast<std::size_t>(row) * stride_];
  const auto width = static_cast<float>(right_ - left_);
  // What lies beside the window counts as if it ran along its side: the sum over a row stays right.
  const float x0 = std::clamp(std::min(x_upper, x_lower) - static_cast<float>(left_), 0.0F, width);
  const float x1 = std::clamp(std::max(x_upper, x_lower) - static_cast<float>(left_), 0.0F, width);
  const float height_per_x = x1 > x0 ? height / (x1 - x0) : 0;
  for (auto column = static_cast<std::size_t>(x0);; ++column) {
    const auto cell_left = static_cast<float>(column);
    const float from = std::max(x0, cell_left);
    const float to = std::min(x1, cell_left + 1);
    const float piece = x1 > x0 ? height_per_x * (to - from) : height;
    const float covered = piece * (1 - ((from + to) / 2 - cell_left));
    cells[column] += covered;
    cells[column + 1] += piece - covered;
    if (x1 <= cell_left + 1) return;
  }
}

void CoverageWindow::resolve_row(int y, std::vector<float>& row) const {
  const float* cells = &cells_[static_cast<std::size_t>(y - top_) * stride_];
  row.resize(static_cast<std::size_t>(right_ - left_));
  float sum = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    sum += cells[i];
    row[i] = std::min(1.0F, std::abs(sum));
  }
}

}  // namespace vieweratlas::render_internal
