#include "render/region_layer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "render/band.h"
#include "render/color.h"
#include "render/coverage.h"
#include "render/frame.h"
#include "render/influence.h"
#include "render/line_walk.h"
#include "render/look.h"
#include "render/regions.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {
namespace {

constexpr float kLineWidth = 2.4F;       // design pixels
constexpr float kLeastLineWidth = 1.0F;  // pixels
constexpr float kShoreLead = 0.30F;      // lead over others at which the shore's tint has fallen to 1/e: some 12 units inland

/// One pass of corner cutting (Chaikin 1974).
Ring corners_cut(const Ring& ring) {
  Ring cut;
  cut.reserve(ring.size() * 2);
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const auto& a = ring[i];
    const auto& b = ring[(i + 1) % ring.size()];
    cut.push_back({0.75F * a.x + 0.25F * b.x, 0.75F * a.y + 0.25F * b.y});
    cut.push_back({0.25F * a.x + 0.75F * b.x, 0.25F * a.y + 0.75F * b.y});
  }
  return cut;
}

Ring on_sheet(const Ring& ring, const Frame& frame) {
  Ring placed = corners_cut(corners_cut(ring));
  for (auto& point : placed) point = frame.point(point);
  return placed;
}

}  // namespace

struct RegionLayer::Window {
  CoverageWindow area;
  std::vector<float> line;  // coverage of the border, row-major
};

RegionLayer::RegionLayer(const Atlas& atlas, std::span<const Region> regions, const InfluenceField& field, const Frame& frame,
                         const Look& look)
    : frame_(frame), lattice_(field.lattice()), look_(look) {
  shore_.resize(static_cast<std::size_t>(Lattice::kSide) * Lattice::kSide);
  for (int y = 0; y < Lattice::kSide; ++y) {
    for (int x = 0; x < Lattice::kSide; ++x) {
      const auto at = static_cast<std::size_t>(y) * Lattice::kSide + static_cast<std::size_t>(x);
      shore_[at] = std::exp(-field.lead(x, y, kRivalry) / kShoreLead);
    }
  }
  for (const auto& region : regions) {
    Shape shape{};
    shape.fill = linear(fill_color(atlas, region.community));
    shape.line = look.dark ? shape.fill : linear(name_color(atlas, region.community, look));
    shape.rings.push_back(on_sheet(region.outline, frame));
    for (const auto& hole : region.holes) shape.rings.push_back(on_sheet(hole, frame));
    shape.left = shape.top = std::numeric_limits<float>::max();
    shape.right = shape.bottom = std::numeric_limits<float>::lowest();
    const float margin = kLineWidth * frame.unit + kLeastLineWidth + 1;
    for (const auto& point : shape.rings.front()) {
      shape.left = std::min(shape.left, point.x - margin);
      shape.right = std::max(shape.right, point.x + margin);
      shape.top = std::min(shape.top, point.y - margin);
      shape.bottom = std::max(shape.bottom, point.y + margin);
    }
    shapes_.push_back(std::move(shape));
  }
}

void RegionLayer::paint_over(Band& band) const {
  for (const auto& shape : shapes_) {
    if (shape.bottom >= static_cast<float>(band.top()) && shape.top < static_cast<float>(band.bottom())) paint_shape(shape, band);
  }
}

void RegionLayer::paint_shape(const Shape& shape, Band& band) const {
  const auto cut = [](float value, int low, int high) { return std::clamp(static_cast<int>(value), low, high); };
  const int left = cut(std::floor(shape.left), 0, band.width());
  const int right = cut(std::ceil(shape.right), 0, band.width());
  const int top = cut(std::floor(shape.top), band.top(), band.bottom());
  const int bottom = cut(std::ceil(shape.bottom), band.top(), band.bottom());
  if (left >= right || top >= bottom) return;

  Window window{CoverageWindow(left, top, right, bottom), {}};
  const auto width = static_cast<std::size_t>(right - left);
  window.line.assign(width * static_cast<std::size_t>(bottom - top), 0.0F);
  const float half_width = std::max(kLineWidth * frame_.unit, kLeastLineWidth) / 2;
  const Clip clip{band.width(), top, bottom};
  for (const auto& ring : shape.rings) {
    window.area.add(ring);
    for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
      const float slack = 2 * half_width + 2;
      if (std::max(ring[i].y, ring[j].y) + slack < static_cast<float>(top) ||
          std::min(ring[i].y, ring[j].y) - slack > static_cast<float>(bottom))
        continue;
      walk_line(ring[j], ring[i], half_width + 0.5F, clip, [&](int x, int y, float distance, float) {
        if (x < left || x >= right) return;
        auto& covered = window.line[static_cast<std::size_t>(y - top) * width + static_cast<std::size_t>(x - left)];
        covered = std::max(covered, std::min(1.0F, half_width + 0.5F - distance));
      });
    }
  }
  for (int y = top; y < bottom; ++y) blend_row(shape, window, y, band);
}

void RegionLayer::blend_row(const Shape& shape, const Window& window, int y, Band& band) const {
  const int left = window.area.left();
  const int right = window.area.right();
  const float* line = &window.line[static_cast<std::size_t>(y - window.area.top()) * static_cast<std::size_t>(right - left)];
  std::vector<float> covered;
  window.area.resolve_row(y, covered);
  const float map_y = (static_cast<float>(y) + 0.5F - frame_.centre_y) / frame_.scale;
  LinearColor* pixels = band.row(y);
  for (int x = left; x < right; ++x) {
    const auto i = static_cast<std::size_t>(x - left);
    if (covered[i] > 0) {
      const float map_x = (static_cast<float>(x) + 0.5F - frame_.centre_x) / frame_.scale;
      const float tint = covered[i] * (look_.region_fill + look_.region_shore * shore(map_x, map_y));
      pixels[x] = mixed(pixels[x], shape.fill, tint);
    }
    if (line[i] > 0) pixels[x] = mixed(pixels[x], shape.line, line[i] * look_.region_line);
  }
}

float RegionLayer::shore(float x, float y) const {
  constexpr auto kLast = static_cast<float>(Lattice::kSide) - 1.001F;
  const float column = std::clamp((x - lattice_.origin) / lattice_.step, 0.0F, kLast);
  const float row = std::clamp((y - lattice_.origin) / lattice_.step, 0.0F, kLast);
  const auto left = static_cast<std::size_t>(column);
  const auto upper = static_cast<std::size_t>(row);
  const float across = column - static_cast<float>(left);
  const float down = row - static_cast<float>(upper);
  const float* above = &shore_[upper * Lattice::kSide + left];
  const float* below = above + Lattice::kSide;
  const float high = above[0] + across * (above[1] - above[0]);
  const float low = below[0] + across * (below[1] - below[0]);
  return high + down * (low - high);
}

}  // namespace vieweratlas::render_internal
