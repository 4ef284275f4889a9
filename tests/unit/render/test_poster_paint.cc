#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

#include "render/band.h"
#include "render/color.h"
#include "render/coverage.h"
#include "render/frame.h"
#include "render/ground.h"
#include "render/halo.h"
#include "render/line_walk.h"
#include "render/link_layer.h"
#include "render/png_file.h"
#include "render/sheet.h"
#include "render/tone.h"
#include "unit/render/png_reader.h"
#include "unit/render/synthetic_atlas.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {
namespace {

double total_coverage(const Ring& ring, int left, int top, int right, int bottom) {
  CoverageWindow window(left, top, right, bottom);
  window.add(ring);
  double sum = 0;
  std::vector<float> row;
  for (int y = top; y < bottom; ++y) {
    window.resolve_row(y, row);
    for (const float value : row) sum += static_cast<double>(value);
  }
  return sum;
}

TEST(Coverage, SumsToTheAreaOfThePolygon) {
  EXPECT_NEAR(total_coverage({{2.25F, 3.5F}, {7.75F, 3.5F}, {7.75F, 6.0F}, {2.25F, 6.0F}}, 0, 0, 10, 10), 5.5 * 2.5, 1e-4);
  EXPECT_NEAR(total_coverage({{1, 1}, {9, 2}, {4, 8}}, 0, 0, 10, 10), 0.5 * std::abs(8 * 7 - 3 * 1), 1e-4);
  Ring circle;
  for (int i = 0; i < 500; ++i) {
    const double angle = 2 * std::numbers::pi * i / 500;
    circle.push_back({static_cast<float>(50 + 40.3 * std::cos(angle)), static_cast<float>(50 + 40.3 * std::sin(angle))});
  }
  EXPECT_NEAR(total_coverage(circle, 0, 0, 100, 100), std::numbers::pi * 40.3 * 40.3, 0.5);
  // Split windows see the same: what hangs over a side counts where it is seen.
  EXPECT_NEAR(total_coverage(circle, 0, 0, 100, 33) + total_coverage(circle, 0, 33, 100, 100), std::numbers::pi * 40.3 * 40.3, 0.5);
  EXPECT_NEAR(total_coverage(circle, 0, 0, 37, 100) + total_coverage(circle, 37, 0, 100, 100), std::numbers::pi * 40.3 * 40.3, 0.5);
}

TEST(LineWalk, PaintsAPolylineOnceAlongItsLength) {
  Random random(3);
  for (int trial = 0; trial < 20; ++trial) {
    // Gentle turns on one side of 45 degrees: each column is owned by exactly one segment.
    std::vector<MapPoint> points{{5, 100}};
    for (int i = 0; i < 10; ++i) {
      points.push_back({points.back().x + static_cast<float>(3 + 15 * random.uniform()),
                        points.back().y + static_cast<float>(2 * random.uniform() - 1)});
    }
    std::vector<int> visits(220, 0);
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
      walk_line(points[i], points[i + 1], 0.5F, {220, 0, 200}, [&](int x, int, float distance, float share) {
        EXPECT_LE(distance, 0.5F);
        EXPECT_GE(share, -1e-5F);
        EXPECT_LE(share, 1.0F + 1e-5F);
        ++visits[static_cast<std::size_t>(x)];
      });
    }
    const int first = static_cast<int>(std::ceil(points.front().x - 0.5F));
    const int last = static_cast<int>(std::ceil(points.back().x - 0.5F));
    for (int x = 0; x < 220; ++x) {
      const int count = visits[static_cast<std::size_t>(x)];
      const bool owned = x >= first && x < last;
      EXPECT_TRUE(owned ? count == 1 || count == 2 : count == 0) << x << ": " << count;
    }
  }
}

TEST(LineWalk, StaysInItsClip) {
  for (const auto& [a, b] : {std::pair{MapPoint{-50, -50}, MapPoint{300, 260}}, std::pair{MapPoint{20, 500}, MapPoint{30, -500}}}) {
    walk_line(a, b, 3, {100, 20, 60}, [&](int x, int y, float, float) { EXPECT_TRUE(x >= 0 && x < 100 && y >= 20 && y < 60); });
  }
  walk_line({5, 5}, {5, 5}, 3, {100, 0, 100}, [](int, int, float, float) { FAIL() << "a point has no length"; });
}

TEST(Shoulder, KeepsHueAndNeverPassesItsLimit) {
  const Shoulder shoulder(0.6F);
  for (const float light : {1e-4F, 0.01F, 0.3F, 1.0F, 7.0F, 7.3F, 1e4F}) {
    const LinearColor in{light, light / 2, light / 8, 0};
    const auto out = shoulder(in);
    EXPECT_LE(out.r, 0.6F * 1.0001F);
    EXPECT_NEAR(out.r, 0.6 * (1 - std::exp(-static_cast<double>(light) / 0.6)), 2e-4);
    EXPECT_NEAR(out.g / out.r, 0.5F, 1e-5F);
    EXPECT_NEAR(out.b / out.r, 0.125F, 1e-5F);
  }
  EXPECT_EQ(shoulder({}).r, 0.0F);
}

TEST(Encoder, DithersAroundTheTrueValue) {
  const Encoder encoder;
  for (const double srgb : {0.0, 10.25, 60.5, 128.75, 255.0}) {
    const double c = srgb / 255;
    const auto light = static_cast<float>(c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
    const std::vector<LinearColor> row(4, LinearColor{light, light, light, 0});
    double sum = 0;
    for (int y = 0; y < 4; ++y) {
      std::vector<std::uint8_t> bytes(12);
      encoder.encode_row(row.data(), 4, y, bytes.data());
      for (const auto value : bytes) sum += value;
    }
    EXPECT_NEAR(sum / 48, srgb, 0.1);
  }
}

TEST(Halo, ReachesAroundAndNoFurther) {
  constexpr std::size_t kSide = 41;
  std::vector<float> alpha(kSide * kSide, 0);
  for (std::size_t y = 10; y < 31; ++y) alpha[y * kSide + 20] = 1;
  const auto halo = halo_of(alpha, kSide, kSide, 6);
  const auto at = [&](std::size_t x) { return halo[20 * kSide + x]; };
  EXPECT_GT(at(20), 0.7F);
  EXPECT_GT(at(22), 0.5F);
  EXPECT_LT(at(27), 0.05F);
  EXPECT_EQ(at(30), 0.0F);
}

TEST(LinkLayer, DrawsOnlyTheStrongestOfVeryMany) {
  auto atlas = render_testing::synthetic_atlas({.num_channels = 500, .num_communities = 5, .num_edges = 0});
  for (auto& channel : atlas.channels) channel.audience = 1000;
  for (std::uint32_t a = 0; a < 500; ++a) {
    for (std::uint32_t b = a + 1; b < 500; ++b) atlas.edges.push_back({a, b, 1 + (a * 7 + b * 13) % 900});
  }
  const LinkLayer layer(atlas, make_frame(512, 512));
  EXPECT_EQ(layer.num_drawn(), kMostLinks);
  atlas.edges.resize(1000);
  EXPECT_EQ(LinkLayer(atlas, make_frame(512, 512)).num_drawn(), 1000U);
}

TEST(LinkLayer, AddsTheSameLightHoweverTheSheetIsCut) {
  const auto atlas = render_testing::synthetic_atlas({});
  const auto frame = make_frame(512, 512);
  const LinkLayer layer(atlas, frame);
  Band whole(512, 0, 512);
  layer.add_to(whole);
  float most = 0;
  for (int top = 0; top < 512; top += 100) {
    Band part(512, top, std::min(512, top + 100));
    layer.add_to(part);
    for (int y = part.top(); y < part.bottom(); ++y) {
      for (int x = 0; x < 512; ++x) {
        ASSERT_EQ(part.row(y)[x].r, whole.row(y)[x].r) << x << ", " << y;
        most = std::max(most, whole.row(y)[x].g);
      }
    }
  }
  EXPECT_GT(most, 0.01F);
}

TEST(PngFile, RoundTripsThroughLibpngWhateverThePool) {
  Random random(11);
  for (const auto& [width, height] : {std::pair{1, 1}, std::pair{3, 200}, std::pair{700, 65}, std::pair{257, 64}}) {
    Sheet sheet(width, height);
    for (std::size_t i = 0; i < sheet.bytes.size(); ++i) {
      sheet.bytes[i] = static_cast<std::uint8_t>(i % 3 == 0 ? random.below(256) : i / 7 % 256);
    }
    ThreadPool one(1);
    ThreadPool three(3);
    const PngOptions options{300, {{"Title", "plain"}, {"Comment", "\u00FCber"}}};
    const auto file = png_file(sheet, options, one);
    EXPECT_EQ(file, png_file(sheet, options, three));
    const auto decoded = render_testing::decode_png(file);
    ASSERT_TRUE(decoded.ok) << width << " x " << height;
    EXPECT_EQ(decoded.width, width);
    EXPECT_EQ(decoded.height, height);
    EXPECT_EQ(decoded.rgb, sheet.bytes);
    EXPECT_EQ(decoded.texts.at("Title"), "plain");
    EXPECT_EQ(decoded.texts.at("Comment"), "\u00FCber");
  }
}

}  // namespace
}  // namespace vieweratlas::render_internal
