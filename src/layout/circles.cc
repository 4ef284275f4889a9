#include "layout/circles.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

namespace vieweratlas::layout_internal {
namespace {

constexpr double kWideRange = 120;        // of audiences: sqrt(1/120) is about the floor below
constexpr double kFloorShare = 0.09;      // smallest circle that can still be seen and clicked at poster and page size
constexpr double kStrayQuantile = 0.985;  // of distances from the median; chosen by eye on real months
constexpr double kStrayStretch = 0.35;    // a stray at infinity ends 1 + 1 quantile radii out
constexpr double kLargestShare = 0.1;     // of the map's radius, for one circle; real months have 0.05

/// Element `share` of the way through the sorted values. `values` is reordered.
double quantile(std::vector<double>& values, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

double area_with_margin(double radius, double margin) {
  const double outer = radius + margin / 2;
  return std::numbers::pi * outer * outer;
}

}  // namespace

std::vector<double> circle_radii(std::span<const std::uint64_t> audience, double max_radius) {
  std::uint64_t largest = 0;
  std::uint64_t smallest = 0;
  for (const auto value : audience) {
    if (value == 0) continue;
    largest = std::max(largest, value);
    smallest = smallest == 0 ? value : std::min(smallest, value);
  }
  if (largest == 0) return std::vector<double>(audience.size(), max_radius);
  const bool wide = static_cast<double>(largest) > kWideRange * static_cast<double>(smallest);
  const double floor = kFloorShare * max_radius;
  std::vector<double> radii;
  radii.reserve(audience.size());
  for (const auto value : audience) {
    const double radius = max_radius * std::sqrt(static_cast<double>(value) / static_cast<double>(largest));
    radii.push_back(wide || value == 0 ? std::max(radius, floor) : radius);
  }
  return radii;
}

double spread_out(Circles& circles, const SpreadOptions& options) {
  if (circles.size() == 0) return 0;
  auto xs = circles.x;
  auto ys = circles.y;
  const double center_x = quantile(xs, 0.5);
  const double center_y = quantile(ys, 0.5);
  std::vector<double> distances;
  double area = 0;
  double largest = 0;
  for (std::size_t i = 0; i < circles.size(); ++i) {
    circles.x[i] -= center_x;
    circles.y[i] -= center_y;
    distances.push_back(std::sqrt(circles.x[i] * circles.x[i] + circles.y[i] * circles.y[i]));
    area += area_with_margin(circles.radius[i], options.margin);
    largest = std::max(largest, circles.radius[i]);
  }
  auto sorted = distances;
  const double reach = std::max(quantile(sorted, kStrayQuantile), 1e-6);
  const double disc = std::max(std::sqrt(area / (std::numbers::pi * options.fill)), largest / kLargestShare);
  for (std::size_t i = 0; i < circles.size(); ++i) {
    double scale = disc / reach;
    if (distances[i] > reach) {
      const double stretch = kStrayStretch * std::log(distances[i] / reach);
      scale *= reach * (1 + stretch / (1 + stretch)) / distances[i];
    }
    circles.x[i] *= scale;
    circles.y[i] *= scale;
  }
  return disc;
}

void add_sunflower(Circles& circles, std::span<const double> radius, double inner_radius, const SpreadOptions& options) {
  // cos and sin of the golden angle pi (3 - sqrt 5).
  constexpr double kCosine = -0.73736887807831990;
  constexpr double kSine = 0.67549029426152375;
  double direction_x = 1;
  double direction_y = 0;
  double area = std::numbers::pi * inner_radius * inner_radius * options.fill;
  for (const double r : radius) {
    const double own = area_with_margin(r, options.margin);
    const double distance = std::sqrt((area + own / 2) / (std::numbers::pi * options.fill));
    area += own;
    circles.x.push_back(distance * direction_x);
    circles.y.push_back(distance * direction_y);
    circles.radius.push_back(r);
    const double next_x = direction_x * kCosine - direction_y * kSine;
    direction_y = direction_x * kSine + direction_y * kCosine;
    direction_x = next_x;
  }
}

Disc smallest_disc(const Circles& circles) {
  // Steps of falling length towards the circle that reaches farthest (Badoiu and Clarkson 2003): error about 1 / steps.
  constexpr int kSteps = 1000;
  if (circles.size() == 0) return {};
  Disc disc{circles.x[0], circles.y[0], 0};
  for (int step = 0; step < kSteps; ++step) {
    std::size_t farthest = 0;
    double reach = -1;
    for (std::size_t i = 0; i < circles.size(); ++i) {
      const double dx = circles.x[i] - disc.x;
      const double dy = circles.y[i] - disc.y;
      const double outer = std::sqrt(dx * dx + dy * dy) + circles.radius[i];
      if (outer > reach) {
        reach = outer;
        farthest = i;
      }
    }
    disc.radius = reach;
    if (step + 1 == kSteps) break;
    const double dx = circles.x[farthest] - disc.x;
    const double dy = circles.y[farthest] - disc.y;
    const double distance = std::sqrt(dx * dx + dy * dy);
    if (distance <= 0) break;
    // The first step goes half way to the far edge of that circle, the next a third, and so on.
    const double length = (distance + circles.radius[farthest]) / (step + 2) / distance;
    disc.x += dx * length;
    disc.y += dy * length;
  }
  return disc;
}

Disc with_room(const Disc& disc, const Circles& circles) {
  double largest = 0;
  for (const double radius : circles.radius) largest = std::max(largest, radius);
  return {disc.x, disc.y, std::max(disc.radius, largest / kLargestShare)};
}

void fit(Circles& circles, const Disc& disc, double radius) {
  const double scale = disc.radius > 0 ? radius / disc.radius : 1;
  for (std::size_t i = 0; i < circles.size(); ++i) {
    circles.x[i] = (circles.x[i] - disc.x) * scale;
    circles.y[i] = (circles.y[i] - disc.y) * scale;
    circles.radius[i] *= scale;
  }
}

}  // namespace vieweratlas::layout_internal
