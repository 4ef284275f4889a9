#include "render/glow_layer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "render/color.h"
#include "render/frame.h"
#include "render/look.h"
#include "render/tone.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/parallel.h"

namespace vieweratlas::render_internal {
namespace {

constexpr float kSpread = 26.0F;  // units: the reach of a channel's influence
constexpr float kSpreadPerRadius = 0.9F;
constexpr float kBrightness = 0.02F;
constexpr float kBrightnessRadius = 30.0F;  // units of radius that add one more brightness to the half every channel has
constexpr float kCutoff = 3.0F;             // in spreads
constexpr float kLimit = 0.075F;            // of the shoulder: the glow stays a ground
constexpr std::size_t kRowsPerTask = 16;

}  // namespace

GlowLayer::GlowLayer(const Atlas& atlas, const Frame& frame, ThreadPool& pool)
    : sheet_width_(frame.width_px), width_(frame.width_px / kShrink + 2), height_(frame.height_px / kShrink + 2) {
  cells_.resize(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_));
  const Shoulder shoulder(kLimit);
  pool.parallel_for(static_cast<std::size_t>(height_), kRowsPerTask, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t row = begin; row < end; ++row) {
      add_row(atlas, frame, static_cast<int>(row));
      LinearColor* cells = &cells_[row * static_cast<std::size_t>(width_)];
      for (int x = 0; x < width_; ++x) cells[x] = shoulder(cells[x]);
    }
  });
}

void GlowLayer::add_row(const Atlas& atlas, const Frame& frame, int row) {
  LinearColor* cells = &cells_[static_cast<std::size_t>(row) * static_cast<std::size_t>(width_)];
  const float y = (static_cast<float>(row) + 0.5F) * kShrink;
  for (const auto& channel : atlas.channels) {
    const float spread = (kSpread + kSpreadPerRadius * channel.radius) * frame.scale;
    const float reach = kCutoff * spread;
    const float dy = y - frame.y(channel.y);
    if (std::abs(dy) >= reach) continue;
    const float x = frame.x(channel.x);
    const float half_chord = std::sqrt(reach * reach - dy * dy);
    const int first = std::max(0, static_cast<int>((x - half_chord) / kShrink));
    const int last = std::min(width_ - 1, static_cast<int>((x + half_chord) / kShrink));
    const auto light = linear(fill_color(atlas, channel.community)) * (kBrightness * (0.5F + channel.radius / kBrightnessRadius));
    for (int i = first; i <= last; ++i) {
      const float dx = (static_cast<float>(i) + 0.5F) * kShrink - x;
      cells[i] += light * std::exp(-(dx * dx + dy * dy) / (spread * spread));
    }
  }
}

void GlowLayer::sample_row(int y, std::vector<LinearColor>& row) const {
  const float position = std::max(0.0F, (static_cast<float>(y) + 0.5F) / kShrink - 0.5F);
  const auto upper = static_cast<int>(position);
  const float share = position - static_cast<float>(upper);
  const LinearColor* above = &cells_[static_cast<std::size_t>(upper) * static_cast<std::size_t>(width_)];
  const LinearColor* below = above + (upper + 1 < height_ ? width_ : 0);
  row.resize(static_cast<std::size_t>(sheet_width_));
  for (int x = 0; x < sheet_width_; ++x) {
    const float column = std::max(0.0F, (static_cast<float>(x) + 0.5F) / kShrink - 0.5F);
    const auto left = static_cast<int>(column);
    const float across = column - static_cast<float>(left);
    row[static_cast<std::size_t>(x)] =
        mixed(mixed(above[left], above[left + 1], across), mixed(below[left], below[left + 1], across), share);
  }
}

}  // namespace vieweratlas::render_internal
