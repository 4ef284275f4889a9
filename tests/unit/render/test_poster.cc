#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "unit/render/png_reader.h"
#include "unit/render/synthetic_atlas.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/render/poster.h"

namespace vieweratlas {
namespace {

using render_testing::decode_png;
using render_testing::DecodedPng;
using render_testing::synthetic_atlas;

Poster drawn(const Atlas& atlas, const PosterOptions& options, unsigned threads = 2) {
  ThreadPool pool(threads);
  auto poster = draw_poster(atlas, options, pool);
  EXPECT_TRUE(poster.ok()) << (poster.ok() ? "" : poster.error().message);
  return poster.ok() ? std::move(*poster) : Poster{};
}

/// Mean of the bytes of the map's disc.
double mean_light(const DecodedPng& png) {
  double sum = 0;
  std::size_t count = 0;
  const double radius = 0.44 * std::min(png.width, png.height);
  for (int y = 0; y < png.height; ++y) {
    for (int x = 0; x < png.width; ++x) {
      if (std::hypot(x - png.width / 2.0, y - png.height / 2.0) > radius) continue;
      const auto* p = png.pixel(x, y);
      sum += p[0] + p[1] + p[2];
      count += 3;
    }
  }
  return sum / static_cast<double>(count);
}

TEST(Poster, HasEqualBytesForAnyNumberOfThreadsAndAgain) {
  const auto atlas = synthetic_atlas({});
  const PosterOptions options{.width_px = 640, .height_px = 600};
  const auto reference = drawn(atlas, options, 1);
  EXPECT_GT(reference.png.size(), 50'000U);
  EXPECT_EQ(reference.png, drawn(atlas, options, 1).png);
  EXPECT_EQ(reference.png, drawn(atlas, options, 2).png);
  EXPECT_EQ(reference.png, drawn(atlas, options, 8).png);
}

TEST(Poster, IsAPngOfTheSizeAskedForWithItsProvenance) {
  auto atlas = synthetic_atlas({});
  atlas.provenance.title = "Caf\u00E9 \U0001F3AE";
  atlas.provenance.input_digest = "xxh3-128:00";
  atlas.provenance.options = {{"resolution", "1"}};
  const auto png = decode_png(drawn(atlas, {.width_px = 900, .height_px = 720, .dpi = 300}).png);
  ASSERT_TRUE(png.ok);
  EXPECT_EQ(png.width, 900);
  EXPECT_EQ(png.height, 720);
  EXPECT_EQ(png.pixels_per_metre, 11811U);
  EXPECT_FALSE(png.has_time);
  EXPECT_EQ(png.texts.at("Title"), "Caf\u00E9 \U0001F3AE");
  EXPECT_EQ(png.texts.at("Software"), "ViewerAtlas 0.0.0");
  EXPECT_EQ(png.texts.at("Source"), "xxh3-128:00");
  EXPECT_EQ(png.texts.at("Parameters"), "seed=1\nthreshold=10\nresolution=1");
}

TEST(Poster, IsNeitherBlankNorBurnt) {
  const auto atlas = synthetic_atlas({.num_channels = 300, .num_communities = 6, .num_edges = 2000});
  const auto dark = mean_light(decode_png(drawn(atlas, {.width_px = 800, .height_px = 800}).png));
  EXPECT_GT(dark, 25);
  EXPECT_LT(dark, 90);
  const auto light = mean_light(decode_png(drawn(atlas, {.width_px = 800, .height_px = 800, .theme = Theme::kLight}).png));
  EXPECT_GT(light, 170);
  EXPECT_LT(light, 245);
}

TEST(Poster, DrawsTinyAtlases) {
  for (const std::uint32_t channels : {0U, 1U, 3U}) {
    for (const std::uint32_t communities : {0U, 1U, 2U}) {
      const auto atlas =
          synthetic_atlas({.num_channels = channels, .num_communities = communities, .num_edges = channels, .largest_radius = 150});
      EXPECT_TRUE(decode_png(drawn(atlas, {.width_px = 512, .height_px = 512}).png).ok) << channels << ", " << communities;
    }
  }
}

TEST(Poster, DrawsAnySheet) {
  const auto atlas = synthetic_atlas({.num_channels = 40, .num_communities = 3, .num_edges = 60});
  for (const auto& [width, height] : {std::pair{512U, 512U}, std::pair{512U, 2000U}, std::pair{2000U, 512U}}) {
    const auto png = decode_png(drawn(atlas, {.width_px = width, .height_px = height}).png);
    EXPECT_TRUE(png.ok);
    EXPECT_EQ(png.width, static_cast<int>(width));
    EXPECT_EQ(png.height, static_cast<int>(height));
  }
}

TEST(Poster, SurvivesHostileText) {
  auto atlas = synthetic_atlas({.num_channels = 30, .num_communities = 3});
  const std::string names[] = {"",
                               " \t\n",
                               "\xFF\xFE\x80",
                               std::string("nul\0inside", 10),
                               std::string(200'000, 'W'),
                               "<span foreground=\"red\">markup</span> & \"quotes\"",
                               "\u202Eevil\u2066\u200F",
                               "\u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627",
                               "\uD55C\uAD6D\uC5B4 \u65E5\u672C\u8A9E \u0E44\u0E17\u0E22",
                               "\U0001F468\u200D\U0001F469\u200D\U0001F467 \U0001F3AE",
                               "\U000F1234\U0010FFFD",
                               "Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358\u0359\u035A\u035B\u035C\u035D\u035E\u035F\u0360",
                               "\u0301\u0301\u0301"};
  for (std::size_t i = 0; i < std::size(names); ++i) atlas.channels[i].name = names[i];
  atlas.channels[0].id.clear();
  atlas.communities[0].label = std::string(100'000, 'x');
  atlas.communities[1].label = "";
  atlas.communities[2].label = "\xF0\x9F";
  atlas.provenance.title = std::string(50'000, 'T') + "\n\n" + std::string(5'000, ' ');
  atlas.provenance.method = "\x01\x02" + std::string(20'000, 'm');
  atlas.provenance.window_begin = "yesterday";
  const auto poster = drawn(atlas, {.width_px = 700, .height_px = 700});
  EXPECT_TRUE(decode_png(poster.png).ok);
  EXPECT_GE(poster.report.glyphs_missing, 1U);
}

TEST(Poster, ObeysLabelOptions) {
  const auto atlas = synthetic_atlas({});
  PosterOptions options{.width_px = 1024, .height_px = 1024, .show_labels = false};
  EXPECT_EQ(drawn(atlas, options).report.labels_placed, 0U);
  options.show_labels = true;
  options.max_labels = 5;
  const auto few = drawn(atlas, options).report;
  EXPECT_EQ(few.labels_placed + few.labels_dropped, 5U);
  options.max_labels = 0;
  const auto all = drawn(atlas, options).report;
  EXPECT_EQ(all.labels_placed + all.labels_dropped, atlas.channels.size());
}

TEST(Poster, SetsProminentNamesApart) {
  const auto atlas = synthetic_atlas({});
  PosterOptions options{.width_px = 1024, .height_px = 1024};
  const auto plain = drawn(atlas, options);
  options.prominent_labels = static_cast<std::uint32_t>(atlas.channels.size());
  const auto all = drawn(atlas, options);
  EXPECT_NE(plain.png, all.png);
  EXPECT_EQ(all.report.labels_placed + all.report.labels_dropped, atlas.channels.size());
}

TEST(Poster, RefusesWhatItCannotDraw) {
  const auto atlas = synthetic_atlas({.num_channels = 3});
  ThreadPool pool(1);
  const auto code = [&](const PosterOptions& options) {
    const auto poster = draw_poster(atlas, options, pool);
    EXPECT_FALSE(poster.ok());
    return poster.ok() ? ErrorCode::kInternal : poster.error().code;
  };
  EXPECT_EQ(code({.width_px = 511}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.width_px = 16385}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.height_px = 0}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.height_px = std::numeric_limits<std::uint32_t>::max()}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.dpi = 29}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.dpi = 2401}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.width_px = 16384, .height_px = 16384}), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace vieweratlas
