#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "layout/circles.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::layout_internal {
namespace {

double smallest_gap(const Circles& circles) {
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < circles.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double distance = std::hypot(circles.x[i] - circles.x[j], circles.y[i] - circles.y[j]);
      smallest = std::min(smallest, distance - circles.radius[i] - circles.radius[j]);
    }
  }
  return smallest;
}

Circles random_circles(std::size_t n, double extent, std::uint64_t seed) {
  Random random(seed);
  Circles circles;
  for (std::size_t i = 0; i < n; ++i) {
    circles.x.push_back(extent * random.uniform());
    circles.y.push_back(extent * random.uniform());
    circles.radius.push_back(3 + 37 * std::pow(random.uniform(), 6));
  }
  return circles;
}

TEST(CircleRadii, AreasAreProportionalToAudience) {
  const std::vector<std::uint64_t> audience{400, 100, 25};
  const auto radii = circle_radii(audience, 40);
  EXPECT_DOUBLE_EQ(radii[0], 40);
  EXPECT_DOUBLE_EQ(radii[1], 20);
  EXPECT_DOUBLE_EQ(radii[2], 10);
}

TEST(CircleRadii, FloorOnlyWhereTheRangeIsWideOrTheAudienceUnknown) {
  EXPECT_DOUBLE_EQ(circle_radii(std::vector<std::uint64_t>{12000, 100}, 40)[1], 40 * std::sqrt(1.0 / 120));
  EXPECT_DOUBLE_EQ(circle_radii(std::vector<std::uint64_t>{1'000'000, 100}, 40)[1], 3.6);
  const auto unknown = circle_radii(std::vector<std::uint64_t>{200, 100, 0}, 40);
  EXPECT_DOUBLE_EQ(unknown[1], 40 * std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(unknown[2], 3.6);
}

TEST(CircleRadii, AllUnknownAreAllEqual) { EXPECT_EQ(circle_radii(std::vector<std::uint64_t>{0, 0}, 40), (std::vector<double>{40, 40})); }

TEST(RemoveOverlaps, LeavesTheMarginBetweenAnyTwo) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    auto circles = random_circles(300, 600, seed);
    const auto result = remove_overlaps(circles, 3, 0.05);
    EXPECT_GE(smallest_gap(circles), 3 - 0.4);  // several neighbours may each leave a little
    EXPECT_EQ(result.remaining, 0);
    EXPECT_GT(result.sweeps, 1U);
  }
}

TEST(RemoveOverlaps, TouchesNothingThatIsFree) {
  Circles circles{{0, 100, 50}, {0, 0, 80}, {10, 20, 15}};
  const auto before = circles;
  EXPECT_EQ(remove_overlaps(circles, 3, 0.05).sweeps, 1U);
  EXPECT_EQ(circles.x, before.x);
  EXPECT_EQ(circles.y, before.y);
}

TEST(RemoveOverlaps, AllInOnePlace) {
  Circles circles;
  for (int i = 0; i < 60; ++i) {
    circles.x.push_back(5);
    circles.y.push_back(5);
    circles.radius.push_back(10);
  }
  remove_overlaps(circles, 1, 0.05);
  EXPECT_GE(smallest_gap(circles), 0);
}

TEST(RemoveOverlaps, TheLargerCircleMovesLess) {
  Circles circles{{0, 30}, {0, 0}, {40, 10}};
  remove_overlaps(circles, 0, 0.01);
  EXPECT_NEAR(-circles.x[0] / (circles.x[1] - 30), 1.0 / 16, 1e-9);
}

TEST(RemoveOverlaps, TooLittleRoomGrowsThePicture) {
  auto circles = random_circles(250, 5, 3);  // all heaped upon each other
  const auto result = remove_overlaps(circles, 3, 0.05);
  EXPECT_GE(smallest_gap(circles), 0);
  EXPECT_EQ(result.remaining, 0);
}

TEST(SmallestDisc, KnownDiscs) {
  const auto two = smallest_disc({{-10, 20}, {0, 0}, {1, 1}});
  EXPECT_NEAR(two.x, 5, 0.05);
  EXPECT_NEAR(two.radius, 16, 0.05);
  const auto one = smallest_disc({{3}, {4}, {2}});
  EXPECT_NEAR(one.x, 3, 0.01);
  EXPECT_NEAR(one.radius, 2, 0.01);
  EXPECT_EQ(smallest_disc({}).radius, 0);
  const double far = 100 * std::sqrt(3.0) / 2;
  EXPECT_NEAR(smallest_disc({{100, -50, -50}, {0, far, -far}, {5, 5, 5}}).radius, 105, 0.15);
}

TEST(Sunflower, IsTidyAndStaysOutside) {
  Circles circles;
  const std::vector<double> radii(400, 4.0);
  add_sunflower(circles, radii, 500, {.fill = 0.35, .margin = 3});
  for (std::size_t i = 0; i < circles.size(); ++i) EXPECT_GE(std::hypot(circles.x[i], circles.y[i]), 500);
  EXPECT_GT(smallest_gap(circles), 0);
}

TEST(SpreadOut, DrawsStraysNearAndFillsTheDisc) {
  auto circles = random_circles(1000, 300, 4);
  circles.x[10] = 1e6;
  const SpreadOptions options{.fill = 0.27, .margin = 3};
  const double disc = spread_out(circles, options);
  double area = 0;
  for (const double radius : circles.radius) area += (radius + 1.5) * (radius + 1.5);
  EXPECT_NEAR(area / (disc * disc), 0.27, 1e-9);
  EXPECT_LT(std::hypot(circles.x[10], circles.y[10]), 2 * disc);
}

}  // namespace
}  // namespace vieweratlas::layout_internal
