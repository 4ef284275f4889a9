#include "render/disc_cover.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "render/boxes.h"
#include "render/frame.h"

#include "vieweratlas/atlas/atlas.h"

namespace vieweratlas::render_internal {
namespace {

constexpr float kCellsAcross = 900;
constexpr float kLargeDisc = 34;  // design pixels of radius
constexpr float kLargeWeight = 3;

}  // namespace

DiscCover::DiscCover(const Atlas& atlas, const Frame& frame)
    : cell_px_(std::max(1.0F, static_cast<float>(std::max(frame.width_px, frame.height_px)) / kCellsAcross)),
      columns_(static_cast<std::size_t>(static_cast<float>(frame.width_px) / cell_px_) + 1),
      rows_(static_cast<std::size_t>(static_cast<float>(frame.height_px) / cell_px_) + 1),
      sums_((columns_ + 1) * (rows_ + 1), 0) {
  std::vector<float> weight(columns_ * rows_, 0);
  for (const auto& channel : atlas.channels) {
    const float radius = channel.radius * frame.scale / cell_px_;
    const float x = frame.x(channel.x) / cell_px_;
    const float y = frame.y(channel.y) / cell_px_;
    const float value = channel.radius * frame.scale > kLargeDisc * frame.unit ? kLargeWeight : 1.0F;
    const auto cell = [](float position, std::size_t count) {
      return static_cast<std::size_t>(std::clamp(position, 0.0F, static_cast<float>(count)));
    };
    for (std::size_t j = cell(y - radius, rows_); j < cell(y + radius + 1, rows_); ++j) {
      for (std::size_t i = cell(x - radius, columns_); i < cell(x + radius + 1, columns_); ++i) {
        const float dx = static_cast<float>(i) + 0.5F - x;
        const float dy = static_cast<float>(j) + 0.5F - y;
        if (dx * dx + dy * dy <= radius * radius) weight[j * columns_ + i] = value;
      }
    }
  }
  for (std::size_t j = 0; j < rows_; ++j) {
    double row = 0;
    for (std::size_t i = 0; i < columns_; ++i) {
      row += static_cast<double>(weight[j * columns_ + i]);
      sums_[(j + 1) * (columns_ + 1) + i + 1] = sums_[j * (columns_ + 1) + i + 1] + row;
    }
  }
}

float DiscCover::sum(const Box& box) const {
  const auto cell = [&](float position, std::size_t count) {
    return static_cast<std::size_t>(std::clamp(std::round(position / cell_px_), 0.0F, static_cast<float>(count)));
  };
  const auto left = cell(box.left, columns_);
  const auto right = cell(box.right, columns_);
  const auto top = cell(box.top, rows_);
  const auto bottom = cell(box.bottom, rows_);
  if (left >= right || top >= bottom) return 0;
  return static_cast<float>(at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top)) * cell_px_ * cell_px_;
}

}  // namespace vieweratlas::render_internal
