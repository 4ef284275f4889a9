#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "render/contour.h"
#include "unit/render/synthetic_atlas.h"

#include "vieweratlas/render/scene.h"

namespace vieweratlas {
namespace {

using render_internal::SampleGrid;
using render_internal::signed_area;
using render_internal::zero_contours;
using render_testing::synthetic_atlas;

TEST(Contours, OfACircleHaveItsArea) {
  constexpr int kSide = 101;
  std::vector<float> values;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) values.push_back(30.0F - std::hypot(static_cast<float>(x - 50), static_cast<float>(y - 50)));
  }
  const auto rings = zero_contours({values, kSide, kSide, -50, -50, 1});
  ASSERT_EQ(rings.size(), 1U);
  EXPECT_NEAR(signed_area(rings[0]), -3.14159265 * 900, 3);
  EXPECT_TRUE(render_internal::inside(rings[0], {0, 0}));
  EXPECT_FALSE(render_internal::inside(rings[0], {31, 0}));
}

TEST(Contours, CloseAlongTheBorderAndRunRoundHolesTheOtherWay) {
  std::vector<float> values(25, 1.0F);
  values[12] = -1.0F;
  const auto rings = zero_contours({values, 5, 5, 0, 0, 1});
  ASSERT_EQ(rings.size(), 2U);
  EXPECT_LT(signed_area(rings[0]), 0);
  EXPECT_NEAR(signed_area(rings[1]), 0.5, 1e-6);
}

TEST(Contours, DecideSaddlesByTheMean) {
  const std::vector<float> joined{3, -1, -1, 3};
  const std::vector<float> parted{1, -3, -3, 1};
  EXPECT_EQ(zero_contours({joined, 2, 2, 0, 0, 1}).size(), 1U);
  EXPECT_EQ(zero_contours({parted, 2, 2, 0, 0, 1}).size(), 2U);
}

TEST(Contours, OfNothingAreNone) {
  const std::vector<float> values(9, -1.0F);
  EXPECT_TRUE(zero_contours({values, 3, 3, 0, 0, 1}).empty());
}

TEST(Contours, SimplifiedStaysNear) {
  Ring circle;
  for (int i = 0; i < 400; ++i) {
    const double angle = 2 * 3.14159265358979 * i / 400;
    circle.push_back({static_cast<float>(100 * std::cos(angle)), static_cast<float>(100 * std::sin(angle))});
  }
  const auto simple = render_internal::simplified(circle, 0.25F);
  EXPECT_LT(simple.size(), 80U);
  EXPECT_GT(simple.size(), 20U);
  EXPECT_NEAR(signed_area(simple), signed_area(circle), 0.25 * 630);
}

class RegionsOf : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RegionsOf, CoverTheirChannelsAndNeverOverlap) {
  const auto atlas = synthetic_atlas({.num_channels = 500, .num_communities = 12, .seed = GetParam()});
  const auto regions = community_regions(atlas);
  std::size_t covered = 0;
  for (const auto& channel : atlas.channels) {
    for (const auto& region : regions) {
      if (region.community == channel.community && contains(region, {channel.x, channel.y})) ++covered;
    }
  }
  EXPECT_GE(static_cast<double>(covered), 0.9 * static_cast<double>(atlas.channels.size()));
  // Where two outlines cross, points of one lie in the other: every vertex, and a coarse grid for pieces inside others.
  for (const auto& region : regions) {
    for (const auto& point : region.outline) {
      for (const auto& other : regions) ASSERT_TRUE(&other == &region || !contains(other, point)) << point.x << ", " << point.y;
    }
  }
  for (float y = -1000; y <= 1000; y += 23.0F) {
    for (float x = -1000; x <= 1000; x += 23.0F) {
      const auto owners = std::count_if(regions.begin(), regions.end(), [&](const Region& region) { return contains(region, {x, y}); });
      ASSERT_LE(owners, 1) << "at " << x << ", " << y;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RegionsOf, testing::Values(1, 2, 3));

TEST(Regions, AreOrderedAndOriented) {
  const auto atlas = synthetic_atlas({.num_channels = 300, .num_communities = 9, .seed = 5});
  const auto regions = community_regions(atlas);
  ASSERT_FALSE(regions.empty());
  for (std::size_t i = 0; i < regions.size(); ++i) {
    EXPECT_GT(signed_area(regions[i].outline), 0);
    for (const auto& hole : regions[i].holes) EXPECT_LT(signed_area(hole), 0);
    if (i == 0) continue;
    const bool by_community = regions[i - 1].community < regions[i].community;
    EXPECT_TRUE(by_community || (regions[i - 1].community == regions[i].community && regions[i - 1].area >= regions[i].area));
  }
}

TEST(Regions, OfAnEmptyAtlasAreNone) { EXPECT_TRUE(community_regions(Atlas{}).empty()); }

TEST(Regions, OfARingOfChannelsHaveAHole) {
  auto atlas = synthetic_atlas({.num_channels = 0, .num_communities = 1});
  for (int i = 0; i < 40; ++i) {
    AtlasChannel channel;
    const double angle = 2 * 3.14159265358979 * i / 40;
    channel.x = static_cast<float>(300 * std::cos(angle));
    channel.y = static_cast<float>(300 * std::sin(angle));
    channel.radius = 10;
    atlas.channels.push_back(channel);
  }
  const auto regions = community_regions(atlas);
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].holes.size(), 1U);
  EXPECT_FALSE(contains(regions[0], {0, 0}));
  EXPECT_TRUE(contains(regions[0], {300, 0}));
}

TEST(LinkCurves, BendTowardsTheBundle) {
  auto atlas = synthetic_atlas({.num_channels = 12, .num_communities = 2, .num_edges = 0});
  const auto centroids = community_centroids(atlas);
  ASSERT_EQ(centroids.size(), 2U);
  const auto between = link_curve(atlas, centroids, {0, 1, 5});
  EXPECT_TRUE(between.between);
  EXPECT_EQ(between.points[0], (MapPoint{atlas.channels[0].x, atlas.channels[0].y}));
  EXPECT_EQ(between.points[3], (MapPoint{atlas.channels[1].x, atlas.channels[1].y}));
  const auto within = link_curve(atlas, centroids, {0, 2, 5});
  EXPECT_FALSE(within.between);
  atlas.channels[1].community = AtlasChannel::kNoCommunity;
  EXPECT_FALSE(link_curve(atlas, centroids, {0, 1, 5}).between);
}

TEST(LinkCosine, KnownAnswer) {
  Atlas atlas;
  atlas.channels.resize(3);
  atlas.channels[0].audience = 400;
  atlas.channels[1].audience = 100;
  EXPECT_DOUBLE_EQ(link_cosine(atlas, {0, 1, 50}), 0.25);
  EXPECT_DOUBLE_EQ(link_cosine(atlas, {0, 2, 50}), 0.0);
}

}  // namespace
}  // namespace vieweratlas
