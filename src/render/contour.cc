#include "render/contour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {
namespace {

// A cell's sides, and the lines through it for each pattern of positive corners:
//
//      a --top-- b        bits: a = 1, b = 2, c = 4, d = 8
//      |         |        each line runs from one side to another with the positive corners on its left
//     left     right      (seen on the screen); the saddles 5 and 10 have two lines and are told apart by the mean.
//      |         |
//      d -bottom- c
enum Side : std::int8_t { kTop, kRight, kBottom, kLeft, kNone };
using Line = std::pair<Side, Side>;
constexpr Line kNoLine{kNone, kNone};
constexpr std::array<std::array<Line, 2>, 16> kLines{{
    {kNoLine, kNoLine},
    {Line{kLeft, kTop}, kNoLine},
    {Line{kTop, kRight}, kNoLine},
    {Line{kLeft, kRight}, kNoLine},
    {Line{kRight, kBottom}, kNoLine},
    {Line{kLeft, kTop}, Line{kRight, kBottom}},
    {Line{kTop, kBottom}, kNoLine},
    {Line{kLeft, kBottom}, kNoLine},
    {Line{kBottom, kLeft}, kNoLine},
    {Line{kBottom, kTop}, kNoLine},
    {Line{kTop, kRight}, Line{kBottom, kLeft}},
    {Line{kBottom, kRight}, kNoLine},
    {Line{kRight, kLeft}, kNoLine},
    {Line{kRight, kTop}, kNoLine},
    {Line{kTop, kLeft}, kNoLine},
    {kNoLine, kNoLine},
}};
constexpr std::array<Line, 2> kJoinedSaddle5{Line{kRight, kTop}, Line{kLeft, kBottom}};
constexpr std::array<Line, 2> kJoinedSaddle10{Line{kTop, kLeft}, Line{kBottom, kRight}};

/// Walks the cells once, linking the crossing on each cell side to the next one of its line, then follows the links.
/// A crossing is named 2 * sample + 0 (towards the right) or + 1 (towards below), the sample being its left or upper end.
class Tracer {
 public:
  explicit Tracer(const SampleGrid& grid)
      : grid_(grid),
        // One ring of negative samples around, so that every line closes.
        width_(grid.width + 2),
        height_(grid.height + 2),
        next_(2 * static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_), -1) {}

  std::vector<Ring> trace() {
    for (int y = 0; y + 1 < height_; ++y) {
      for (int x = 0; x + 1 < width_; ++x) link_cell(x, y);
    }
    std::vector<Ring> rings;
    for (std::size_t start = 0; start < next_.size(); ++start) {
      if (next_[start] >= 0) rings.push_back(follow(start));
    }
    return rings;
  }

 private:
  [[nodiscard]] float value(int x, int y) const {
    if (x == 0 || y == 0 || x == width_ - 1 || y == height_ - 1) return -1.0F;
    return grid_.values[static_cast<std::size_t>(y - 1) * static_cast<std::size_t>(grid_.width) + static_cast<std::size_t>(x - 1)];
  }

  [[nodiscard]] std::size_t crossing(int x, int y, Side side) const {
    const int column = side == kRight ? x + 1 : x;
    const int row = side == kBottom ? y + 1 : y;
    const std::size_t sample = static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(column);
    return 2 * sample + (side == kLeft || side == kRight ? 1 : 0);
  }

  void link_cell(int x, int y) {
    const std::array<float, 4> corner{value(x, y), value(x + 1, y), value(x + 1, y + 1), value(x, y + 1)};
    unsigned pattern = 0;
    for (unsigned i = 0; i < 4; ++i) pattern |= corner[i] > 0 ? 1U << i : 0U;
    if (pattern == 0 || pattern == 15) return;
    auto lines = kLines[pattern];
    if ((pattern == 5 || pattern == 10) && corner[0] + corner[1] + corner[2] + corner[3] > 0) {
      lines = pattern == 5 ? kJoinedSaddle5 : kJoinedSaddle10;
    }
    for (const auto& [from, to] : lines) {
      if (from != kNone) next_[crossing(x, y, from)] = static_cast<std::int64_t>(crossing(x, y, to));
    }
  }

  Ring follow(std::size_t start) {
    Ring ring;
    for (auto at = static_cast<std::int64_t>(start); at >= 0;) {
      ring.push_back(position(static_cast<std::size_t>(at)));
      at = std::exchange(next_[static_cast<std::size_t>(at)], -1);
    }
    if (ring.size() > 1) ring.pop_back();  // the walk ends on its first crossing
    return ring;
  }

  [[nodiscard]] MapPoint position(std::size_t crossing) const {
    const auto sample = crossing / 2;
    const int x = static_cast<int>(sample % static_cast<std::size_t>(width_));
    const int y = static_cast<int>(sample / static_cast<std::size_t>(width_));
    const bool downwards = crossing % 2 == 1;
    const float here = value(x, y);
    const float there = downwards ? value(x, y + 1) : value(x + 1, y);
    const float share = std::clamp(here / (here - there), 0.0F, 1.0F);
    const float column = static_cast<float>(x - 1) + (downwards ? 0.0F : share);
    const float row = static_cast<float>(y - 1) + (downwards ? share : 0.0F);
    return {grid_.origin_x + grid_.step * column, grid_.origin_y + grid_.step * row};
  }

  const SampleGrid& grid_;
  int width_;
  int height_;
  std::vector<std::int64_t> next_;
};

float squared_distance_to_segment(MapPoint p, MapPoint a, MapPoint b) {
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float length_squared = dx * dx + dy * dy;
  const float t = length_squared > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length_squared, 0.0F, 1.0F) : 0.0F;
  const float ex = a.x + t * dx - p.x;
  const float ey = a.y + t * dy - p.y;
  return ex * ex + ey * ey;
}

}  // namespace

std::vector<Ring> zero_contours(const SampleGrid& grid) { return Tracer(grid).trace(); }

double signed_area(const Ring& ring) {
  double twice = 0;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    twice +=
        static_cast<double>(ring[j].x) * static_cast<double>(ring[i].y) - static_cast<double>(ring[i].x) * static_cast<double>(ring[j].y);
  }
  return twice / 2;
}

bool inside(const Ring& ring, MapPoint point) {
  bool in = false;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const auto& a = ring[i];
    const auto& b = ring[j];
    if ((a.y > point.y) != (b.y > point.y) && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x) in = !in;
  }
  return in;
}

Ring smoothed(const Ring& ring) {
  Ring from = ring;
  Ring to(ring.size());
  const std::size_t n = ring.size();
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto& before = from[(i + n - 1) % n];
      const auto& after = from[(i + 1) % n];
      to[i] = {0.25F * before.x + 0.5F * from[i].x + 0.25F * after.x, 0.25F * before.y + 0.5F * from[i].y + 0.25F * after.y};
    }
    std::swap(from, to);
  }
  return from;
}

Ring simplified(const Ring& ring, float tolerance) {
  const std::size_t n = ring.size();
  if (n <= 4) return ring;
  std::vector<bool> keep(n, false);
  // Three fixed points keep the ring a ring whatever the tolerance.
  std::vector<std::pair<std::size_t, std::size_t>> open{{0, n / 3}, {n / 3, 2 * n / 3}, {2 * n / 3, n}};
  for (const auto& [begin, end] : open) keep[begin] = true;
  while (!open.empty()) {
    const auto [begin, end] = open.back();
    open.pop_back();
    float worst = tolerance * tolerance;
    std::size_t split = 0;
    for (std::size_t i = begin + 1; i < end; ++i) {
      const float distance = squared_distance_to_segment(ring[i], ring[begin], ring[end % n]);
      if (distance > worst) {
        worst = distance;
        split = i;
      }
    }
    if (split == 0) continue;
    keep[split] = true;
    open.emplace_back(begin, split);
    open.emplace_back(split, end);
  }
  Ring kept;
  for (std::size_t i = 0; i < n; ++i) {
    if (keep[i]) kept.push_back(ring[i]);
  }
  return kept;
}

}  // namespace vieweratlas::render_internal
