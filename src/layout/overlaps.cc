// Removal of overlaps as a step of its own, after the forces have come to rest: inside the force loop it would break
// communities apart. Gauss-Seidel sweeps over the pairs of circles that are near each other; pairs are found by a grid and
// kept for as long as no circle has moved further than the slack that they were gathered with.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "layout/circles.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::layout_internal {
namespace {

constexpr std::uint32_t kSweepsBeforeGrowth = 120;  // real maps need 20 to 100
constexpr double kGrowth = 1.03;
constexpr std::uint32_t kMaxSweeps = 20'000;  // out of reach with growth; a bound all the same

struct Pair {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};

/// Circles by the cell of a square grid that their centre is in, cells in rows.
class Grid {
 public:
  Grid(const Circles& circles, double cell_size) : cell_size_(cell_size) {
    const auto [min_x, max_x] = std::minmax_element(circles.x.begin(), circles.x.end());
    const auto [min_y, max_y] = std::minmax_element(circles.y.begin(), circles.y.end());
    min_x_ = *min_x;
    min_y_ = *min_y;
    columns_ = cell_of(*max_x - min_x_) + 1;
    rows_ = cell_of(*max_y - min_y_) + 1;
    first_.assign(static_cast<std::size_t>(columns_ * rows_) + 1, 0);
    std::vector<std::size_t> cell(circles.size());
    for (std::size_t i = 0; i < circles.size(); ++i) {
      cell[i] = static_cast<std::size_t>(row(circles.y[i]) * columns_ + column(circles.x[i]));
      ++first_[cell[i] + 1];
    }
    for (std::size_t c = 1; c < first_.size(); ++c) first_[c] += first_[c - 1];
    members_.resize(circles.size());
    auto next = first_;
    for (std::size_t i = 0; i < circles.size(); ++i) members_[next[cell[i]]++] = static_cast<std::uint32_t>(i);
  }

  /// Calls visit(j) for each circle j whose centre is in a cell that touches the square of `reach` around (x, y).
  template <typename Visit>
  void near(double x, double y, double reach, const Visit& visit) const {
    for (auto r = row(y - reach); r <= row(y + reach); ++r) {
      const auto from = static_cast<std::size_t>(r * columns_ + column(x - reach));
      const auto to = static_cast<std::size_t>(r * columns_ + column(x + reach));
      for (auto at = first_[from]; at < first_[to + 1]; ++at) visit(members_[at]);
    }
  }

 private:
  [[nodiscard]] std::int64_t cell_of(double offset) const { return static_cast<std::int64_t>(std::floor(offset / cell_size_)); }
  [[nodiscard]] std::int64_t column(double x) const { return std::clamp<std::int64_t>(cell_of(x - min_x_), 0, columns_ - 1); }
  [[nodiscard]] std::int64_t row(double y) const { return std::clamp<std::int64_t>(cell_of(y - min_y_), 0, rows_ - 1); }

  double cell_size_;
  double min_x_ = 0;
  double min_y_ = 0;
  std::int64_t columns_ = 1;
  std::int64_t rows_ = 1;
  std::vector<std::size_t> first_;
  std::vector<std::uint32_t> members_;
};

/// A cell about as wide as a typical circle, but never so small that the grid has far more cells than circles.
double cell_size_for(const Circles& circles, double margin) {
  auto radii = circles.radius;
  const auto middle = radii.begin() + static_cast<std::ptrdiff_t>(radii.size() / 2);
  std::nth_element(radii.begin(), middle, radii.end());
  const auto [min_x, max_x] = std::minmax_element(circles.x.begin(), circles.x.end());
  const auto [min_y, max_y] = std::minmax_element(circles.y.begin(), circles.y.end());
  const double side = std::max(*max_x - *min_x, *max_y - *min_y);
  return std::max({2 * *middle + margin, side / (2 * std::sqrt(static_cast<double>(circles.size())) + 1), 1e-9});
}

/// Pairs whose circles come within `margin` + `slack` of each other. The larger circle of a pair looks for the smaller,
/// so that many small ones need not search as far as the largest one reaches.
std::vector<Pair> near_pairs(const Circles& circles, double margin, double slack) {
  const Grid grid(circles, cell_size_for(circles, margin));
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < circles.size(); ++i) {
    const double radius = circles.radius[i];
    grid.near(circles.x[i], circles.y[i], 2 * radius + margin + slack, [&](std::uint32_t j) {
      const double other = circles.radius[j];
      if (other > radius || (other == radius && j >= i)) return;
      const double dx = circles.x[i] - circles.x[j];
      const double dy = circles.y[i] - circles.y[j];
      const double need = radius + other + margin + slack;
      if (dx * dx + dy * dy < need * need) pairs.push_back({static_cast<std::uint32_t>(i), j});
    });
  }
  return pairs;
}

/// Pushes one pair apart; returns by how much it was too near.
double separate(Circles& circles, const Pair& pair, double margin) {
  const auto [a, b] = pair;
  const double need = circles.radius[a] + circles.radius[b] + margin;
  double dx = circles.x[a] - circles.x[b];
  double dy = circles.y[a] - circles.y[b];
  double distance = dx * dx + dy * dy;
  if (distance >= need * need) return 0;
  distance = std::sqrt(distance);
  const double lack = need - distance;
  if (distance < 1e-9 * need) {
    // In one place: any direction will do, but each pair its own.
    Random random(mix64(a) ^ b);
    dx = random.uniform() - 0.5;
    dy = random.uniform() + 0.1;
    distance = std::sqrt(dx * dx + dy * dy);
  }
  const double area_a = circles.radius[a] * circles.radius[a];
  const double area_b = circles.radius[b] * circles.radius[b];
  const double share_a = area_b / (area_a + area_b);
  const double push_x = dx / distance * lack;
  const double push_y = dy / distance * lack;
  circles.x[a] += push_x * share_a;
  circles.y[a] += push_y * share_a;
  circles.x[b] -= push_x * (1 - share_a);
  circles.y[b] -= push_y * (1 - share_a);
  return lack;
}

double largest_move(const Circles& circles, const Circles& since) {
  double largest = 0;
  for (std::size_t i = 0; i < circles.size(); ++i) {
    const double dx = circles.x[i] - since.x[i];
    const double dy = circles.y[i] - since.y[i];
    largest = std::max(largest, dx * dx + dy * dy);
  }
  return std::sqrt(largest);
}

double deepest_penetration(const Circles& circles) {
  double deepest = 0;
  for (const auto& [a, b] : near_pairs(circles, 0, 0)) {
    const double dx = circles.x[a] - circles.x[b];
    const double dy = circles.y[a] - circles.y[b];
    deepest = std::max(deepest, circles.radius[a] + circles.radius[b] - std::sqrt(dx * dx + dy * dy));
  }
  return deepest;
}

}  // namespace

OverlapRemoval remove_overlaps(Circles& circles, double margin, double tolerance) {
  OverlapRemoval result;
  if (circles.size() < 2) return result;
  const double slack = 2 * margin + tolerance;
  auto gathered_at = circles;
  auto pairs = near_pairs(circles, margin, slack);
  bool fresh = true;
  for (;;) {
    if (!fresh && 2 * largest_move(circles, gathered_at) > slack) {
      gathered_at = circles;
      pairs = near_pairs(circles, margin, slack);
    }
    fresh = false;
    double worst = 0;
    for (const auto& pair : pairs) worst = std::max(worst, separate(circles, pair, margin));
    ++result.sweeps;
    if (worst <= tolerance || result.sweeps == kMaxSweeps) break;
    if (result.sweeps % kSweepsBeforeGrowth == 0) {
      for (auto& x : circles.x) x *= kGrowth;
      for (auto& y : circles.y) y *= kGrowth;
    }
  }
  result.remaining = deepest_penetration(circles);
  return result;
}

}  // namespace vieweratlas::layout_internal
