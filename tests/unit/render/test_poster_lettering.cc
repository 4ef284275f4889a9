#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "render/boxes.h"
#include "render/frame.h"
#include "render/furniture.h"
#include "render/influence.h"
#include "render/label_places.h"
#include "render/lettering.h"
#include "render/look.h"
#include "render/regions.h"
#include "render/typesetter.h"
#include "unit/render/synthetic_atlas.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/render/poster.h"

namespace vieweratlas::render_internal {
namespace {

using render_testing::synthetic_atlas;

Lettering lettered(const Atlas& atlas, const PosterOptions& options) {
  const InfluenceField field(atlas);
  const auto regions = regions_of(field);
  const auto frame = make_frame(options.width_px, options.height_px);
  const auto look = look_of(options.theme);
  auto lettering = letter({atlas, regions, field, frame, look, atlas.edges.size()}, options);
  EXPECT_TRUE(lettering.ok());
  return std::move(*lettering);
}

/// The boxes must not overlap but within one thing: the two lines of a name, the furniture of a corner.
void expect_no_overlap(const Lettering& lettering) {
  const auto& boxes = lettering.boxes;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    for (std::size_t j = i + 1; j < boxes.size(); ++j) {
      if (boxes[i].kind == boxes[j].kind && boxes[i].index == boxes[j].index && boxes[i].kind != Lettering::Kind::kFurniture) continue;
      ASSERT_EQ(shared_area(boxes[i].box, boxes[j].box), 0.0F)
          << "kinds " << int(boxes[i].kind) << ", " << int(boxes[j].kind) << " indices " << boxes[i].index << ", " << boxes[j].index;
    }
  }
}

std::set<std::uint32_t> indices_of(const Lettering& lettering, Lettering::Kind kind) {
  std::set<std::uint32_t> found;
  for (const auto& placed : lettering.boxes) {
    if (placed.kind == kind) found.insert(placed.index);
  }
  return found;
}

TEST(Lettering, NamesNearlyAllChannelsAndAllCommunitiesWithoutCollision) {
  const auto atlas = synthetic_atlas({.num_channels = 700, .num_communities = 9, .num_edges = 0, .largest_radius = 60});
  const auto lettering = lettered(atlas, {.width_px = 4500, .height_px = 4500});
  expect_no_overlap(lettering);
  EXPECT_GE(lettering.report.labels_placed, atlas.channels.size() * 9 / 10);
  EXPECT_EQ(lettering.report.labels_placed, indices_of(lettering, Lettering::Kind::kChannel).size());
  EXPECT_EQ(indices_of(lettering, Lettering::Kind::kCommunity).size(), 9U);
  for (const auto& placed : lettering.boxes) {
    EXPECT_GE(placed.size_px, 12.0F);
    EXPECT_TRUE(placed.box.inside({0, 0, 4500, 4500}));
  }
}

class LetteringOf : public testing::TestWithParam<std::uint32_t> {};

TEST_P(LetteringOf, KeepsClearOnSheetsOfAnyShape) {
  Random random(GetParam());
  const auto atlas = synthetic_atlas({.num_channels = static_cast<std::uint32_t>(random.below(400)),
                                      .num_communities = static_cast<std::uint32_t>(1 + random.below(40)),
                                      .num_edges = 0,
                                      .seed = GetParam(),
                                      .largest_radius = static_cast<float>(10 + random.below(90))});
  const auto width = static_cast<std::uint32_t>(512 + random.below(3000));
  const auto height = static_cast<std::uint32_t>(512 + random.below(3000));
  SCOPED_TRACE(std::to_string(width) + " x " + std::to_string(height));
  expect_no_overlap(lettered(atlas, {.width_px = width, .height_px = height}));
}

INSTANTIATE_TEST_SUITE_P(Seeds, LetteringOf, testing::Range(1U, 9U));

TEST(Lettering, NamesEveryCommunityOfFiveEvenWhenCrowded) {
  const auto atlas = synthetic_atlas({.num_channels = 600, .num_communities = 100, .num_edges = 0, .largest_radius = 25});
  const auto lettering = lettered(atlas, {.width_px = 3000, .height_px = 3000, .show_labels = false});
  EXPECT_EQ(indices_of(lettering, Lettering::Kind::kCommunity).size(), 100U);
  expect_no_overlap(lettering);
}

TEST(Lettering, FindsSpaceForTheOnlyChannel) {
  const auto atlas = synthetic_atlas({.num_channels = 1, .num_communities = 0, .num_edges = 0});
  EXPECT_EQ(lettered(atlas, {.width_px = 1024, .height_px = 1024}).report.labels_placed, 1U);
}

TEST(Names, SplitAtTheJointNearestTheMiddle) {
  using Halves = std::pair<std::string, std::string>;
  EXPECT_EQ(split_name("MontanaBlack88"), Halves("Montana", "Black88"));
  EXPECT_EQ(split_name("GamesDoneQuick"), Halves("Games", "DoneQuick"));
  EXPECT_EQ(split_name("LCK_Korea"), Halves("LCK_", "Korea"));
  EXPECT_EQ(split_name("Riot Games"), Halves("Riot", "Games"));
  EXPECT_EQ(split_name("shroud"), Halves());
  EXPECT_EQ(split_name(""), Halves());
  EXPECT_EQ(split_name("a"), Halves());
  EXPECT_EQ(split_name("xQ"), Halves());
}

TEST(WindowText, SpeaksOfDaysAsPeopleDo) {
  EXPECT_EQ(window_text("2022-01-01T00:00:00Z", "2022-01-31T23:00:00Z"), "January 2022");
  EXPECT_EQ(window_text("2024-02-01", "2024-02-28"), "1\u201328 February 2024");
  EXPECT_EQ(window_text("2024-02-01", "2024-02-29"), "February 2024");
  EXPECT_EQ(window_text("2022-01-03T05:00:00Z", "2022-01-03T06:00:00Z"), "3 January 2022");
  EXPECT_EQ(window_text("2022-01-28", "2022-02-03"), "28 January\u2009\u2013\u20093 February 2022");
  EXPECT_EQ(window_text("2021-12-28", "2022-01-03"), "28 December 2021\u2009\u2013\u20093 January 2022");
  EXPECT_EQ(window_text("", "2022-01-03"), "");
  EXPECT_EQ(window_text("soon", "later"), "");
}

TEST(BoxGridSums, AgreeWithTheDefinition) {
  Random random(7);
  BoxGrid grid(1000, 800, 50);
  std::vector<Box> boxes;
  const auto any_box = [&] {
    const auto left = static_cast<float>(random.uniform() * 1100 - 50);
    const auto top = static_cast<float>(random.uniform() * 900 - 50);
    return Box{left, top, left + static_cast<float>(random.uniform() * 200), top + static_cast<float>(random.uniform() * 90)};
  };
  for (int i = 0; i < 200; ++i) {
    boxes.push_back(any_box());
    grid.add(boxes.back());
  }
  for (int i = 0; i < 300; ++i) {
    const Box box = i % 2 == 0 ? any_box() : any_box().grown(-20, -20);
    if (box.width() <= 0 || box.height() <= 0) continue;
    float sum = 0;
    for (const auto& other : boxes) sum += shared_area(box, other);
    EXPECT_NEAR(grid.covered_area(box), sum, 1e-3F * sum + 0.05F);
    EXPECT_EQ(grid.hits(box), sum > 0);
  }
}

TEST(Typesetter, MeasuresInEmAndCutsLongText) {
  auto typesetter = Typesetter::make();
  ASSERT_TRUE(typesetter.ok());
  const auto word = typesetter->set("Poster", {Face::kMedium, 0, 0});
  EXPECT_GT(word.ink_width(), 2);
  EXPECT_LT(word.ink_width(), 5);
  EXPECT_LT(word.ink_top(), -0.5F);
  const auto cut = typesetter->set(std::string(5000, 'm'), {Face::kMedium, 0, 10});
  EXPECT_LE(cut.ink_width(), 10.1F);
  EXPECT_GT(cut.ink_width(), 8.0F);
  EXPECT_TRUE(typesetter->set("", {Face::kMedium, 0, 0}).empty());
  EXPECT_TRUE(typesetter->set(" \u200B\u202E ", {Face::kMedium, 0, 0}).empty());
  EXPECT_EQ(typesetter->glyphs_missing(), 0U);
  const auto with_missing = typesetter->set("A\U0010FFFDB", {Face::kMedium, 0, 0});
  EXPECT_EQ(typesetter->glyphs_missing(), 1U);
  EXPECT_FLOAT_EQ(with_missing.ink_width(), typesetter->set("AB", {Face::kMedium, 0, 0}).ink_width());
  const auto tracked = typesetter->set("Poster", {Face::kMedium, 0.5F, 0});
  EXPECT_GT(tracked.ink_width(), word.ink_width() + 2);
}

TEST(Typesetter, DrawsWhatItMeasured) {
  auto typesetter = Typesetter::make();
  ASSERT_TRUE(typesetter.ok());
  const auto line = typesetter->set("HI", {Face::kBold, 0, 0});
  TextPaint paint;
  paint.size_px = 60;
  paint.x = 100;
  paint.y = 100;
  paint.color = {255, 255, 255};
  const auto tile = typesetter->draw(line, paint);
  int left = tile.width;
  int right = -1;
  int top = tile.height;
  for (int y = 0; y < tile.height; ++y) {
    const std::uint32_t* row = &tile.argb[static_cast<std::size_t>(y) * static_cast<std::size_t>(tile.width)];
    for (int x = 0; x < tile.width; ++x) {
      if (row[x] >> 24U < 128) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
    }
  }
  EXPECT_NEAR(static_cast<float>(tile.x + left), 100 + line.ink_left() * 60, 1.01);
  EXPECT_NEAR(static_cast<float>(tile.x + right + 1), 100 + line.ink_right() * 60, 1.01);
  EXPECT_NEAR(static_cast<float>(tile.y + top), 100 + line.ink_top() * 60, 1.01);
}

}  // namespace
}  // namespace vieweratlas::render_internal
