#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "atlas/color_difference.h"
#include "atlas/proximity.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/atlas/colors.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas {
namespace {

using atlas_internal::ciede2000;
using atlas_internal::ColorVision;
using atlas_internal::Lab;
using atlas_internal::lab_of;

struct KnownDifference {
  Lab first;
  Lab second;
  double difference;
};

// All pairs of Sharma, Wu, Dalal (2005), table 1: hue means across 0 and 180 degrees, greys,
// the rotation term in the blues, and ordinary pairs.
constexpr std::array<KnownDifference, 34> kSharma{{
    {{50.0000, 2.6772, -79.7751}, {50.0000, 0.0000, -82.7485}, 2.0425},
    {{50.0000, 3.1571, -77.2803}, {50.0000, 0.0000, -82.7485}, 2.8615},
    {{50.0000, 2.8361, -74.0200}, {50.0000, 0.0000, -82.7485}, 3.4412},
    {{50.0000, -1.3802, -84.2814}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, -1.1848, -84.8006}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, -0.9009, -85.5211}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, 0.0000, 0.0000}, {50.0000, -1.0000, 2.0000}, 2.3669},
    {{50.0000, -1.0000, 2.0000}, {50.0000, 0.0000, 0.0000}, 2.3669},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0009}, 7.1792},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0010}, 7.1792},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0011}, 7.2195},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0012}, 7.2195},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0009, -2.4900}, 4.8045},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0010, -2.4900}, 4.8045},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0011, -2.4900}, 4.7461},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 0.0000, -2.5000}, 4.3065},
    {{50.0000, 2.5000, 0.0000}, {73.0000, 25.0000, -18.0000}, 27.1492},
    {{50.0000, 2.5000, 0.0000}, {61.0000, -5.0000, 29.0000}, 22.8977},
    {{50.0000, 2.5000, 0.0000}, {56.0000, -27.0000, -3.0000}, 31.9030},
    {{50.0000, 2.5000, 0.0000}, {58.0000, 24.0000, 15.0000}, 19.4535},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.1736, 0.5854}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.2972, 0.0000}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 1.8634, 0.5757}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.2592, 0.3350}, 1.0000},
    {{60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}, 1.2644},
    {{63.0109, -31.0961, -5.8663}, {62.8187, -29.7946, -4.0864}, 1.2630},
    {{61.2901, 3.7196, -5.3901}, {61.4292, 2.2480, -4.9620}, 1.8731},
    {{35.0831, -44.1164, 3.7933}, {35.0232, -40.0716, 1.5901}, 1.8645},
    {{22.7233, 20.0904, -46.6940}, {23.0331, 14.9730, -42.5619}, 2.0373},
    {{36.4612, 47.8580, 18.3852}, {36.2715, 50.5065, 21.2231}, 1.4146},
    {{90.8027, -2.0831, 1.4410}, {91.1528, -1.6435, 0.0447}, 1.4441},
    {{90.9257, -0.5406, -0.9208}, {88.6381, -0.8985, -0.7239}, 1.5381},
    {{6.7747, -0.2908, -2.4247}, {5.8714, -0.0985, -2.2286}, 0.6377},
    {{2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}, 0.9082},
}};

TEST(Ciede2000, PublishedPairs) {
  for (std::size_t i = 0; i < kSharma.size(); ++i) {
    SCOPED_TRACE("pair " + std::to_string(i + 1));
    EXPECT_NEAR(ciede2000(kSharma[i].first, kSharma[i].second), kSharma[i].difference, 5e-5);
    EXPECT_NEAR(ciede2000(kSharma[i].second, kSharma[i].first), kSharma[i].difference, 5e-5);
  }
}

TEST(LabOf, KnownColours) {
  const Lab white = lab_of({255, 255, 255}, ColorVision::kNormal);
  EXPECT_NEAR(white.lightness, 100, 0.01);
  EXPECT_NEAR(white.a, 0, 0.02);
  EXPECT_NEAR(white.b, 0, 0.02);
  const Lab red = lab_of({255, 0, 0}, ColorVision::kNormal);
  EXPECT_NEAR(red.lightness, 53.24, 0.01);
  EXPECT_NEAR(red.a, 80.09, 0.02);
  EXPECT_NEAR(red.b, 67.20, 0.02);
}

TEST(LabOf, RedAndGreenCloseInWithoutOneCone) {
  const Rgb red{0xC0, 0x40, 0x20};
  const Rgb green{0x70, 0x80, 0x20};
  const auto difference = [&](ColorVision vision) { return ciede2000(lab_of(red, vision), lab_of(green, vision)); };
  EXPECT_LT(difference(ColorVision::kDeuteranopia), 0.5 * difference(ColorVision::kNormal));
  // Greys stay grey for everybody.
  for (const auto vision : {ColorVision::kProtanopia, ColorVision::kDeuteranopia, ColorVision::kTritanopia}) {
    const Lab grey = lab_of({128, 128, 128}, vision);
    EXPECT_NEAR(grey.a, 0, 0.5);
    EXPECT_NEAR(grey.b, 0, 0.5);
  }
}

double luminance(const Rgb& color) {
  const auto linear = [](std::uint8_t c) {
    const double value = c / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2]);
}

TEST(Palette, EveryPrefixIsSpreadAndReadable) {
  const auto palette = atlas_palette();
  ASSERT_EQ(palette.size(), 24U);
  const auto least_difference = [&](std::size_t count) {
    double least = 1e9;
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        least = std::min(least, ciede2000(lab_of(palette[a].dark, ColorVision::kNormal), lab_of(palette[b].dark, ColorVision::kNormal)));
      }
    }
    return least;
  };
  EXPECT_GT(least_difference(6), 23);
  EXPECT_GT(least_difference(12), 13);
  EXPECT_GT(least_difference(24), 11);
  constexpr double kGroundLuminance = 0.0024;  // of #05070C
  std::vector<CommunityColor> all(palette.begin(), palette.end());
  all.push_back(no_community_color());
  for (const auto& color : all) {
    EXPECT_GE((luminance(color.dark) + 0.05) / (kGroundLuminance + 0.05), 4.2);
    EXPECT_GE(1.05 / (luminance(color.light) + 0.05), 4.5);
  }
}

/// Communities as square patches of 5 x 5 channels on a chessboard of `side` x `side`.
struct Board {
  std::vector<float> x;
  std::vector<float> y;
  std::vector<std::uint32_t> community;
  std::uint32_t side;

  explicit Board(std::uint32_t board_side) : side(board_side) {
    const float step = 1300.0F / static_cast<float>(5 * side);
    for (std::uint32_t row = 0; row < 5 * side; ++row) {
      for (std::uint32_t column = 0; column < 5 * side; ++column) {
        x.push_back(static_cast<float>(column) * step - 650);
        y.push_back(static_cast<float>(row) * step - 650);
        community.push_back(row / 5 * side + column / 5);
      }
    }
  }
  [[nodiscard]] ColorRequest request() const { return {x, y, community, side * side, 7}; }
};

TEST(AssignColors, NeighboursDifferEvenWhenColoursAreShared) {
  const Board board(7);  // 49 communities, 24 colours
  const auto colors = assign_colors(board.request());
  double least = 1e9;
  for (std::uint32_t c = 0; c < 49; ++c) {
    for (const std::uint32_t other : {c + 1, c + 7}) {
      if (other >= 49 || (other == c + 1 && other % 7 == 0)) continue;
      least = std::min(least, ciede2000(lab_of(colors[c].dark, ColorVision::kNormal), lab_of(colors[other].dark, ColorVision::kNormal)));
    }
  }
  EXPECT_GT(least, 15) << "smallest difference of two colours side by side";
}

TEST(AssignColors, UpTo24EachHasItsOwn) {
  const Board board(4);
  const auto colors = assign_colors(board.request());
  std::set<Rgb> seen;
  for (const auto& color : colors) seen.insert(color.dark);
  EXPECT_EQ(seen.size(), 16U);
  // The first 16 of the palette, in some order.
  for (std::size_t i = 0; i < 16; ++i) EXPECT_TRUE(seen.contains(atlas_palette()[i].dark));
}

TEST(AssignColors, DeterministicAndBetterThanPaletteOrder) {
  const Board board(5);
  const auto request = board.request();
  const auto colors = assign_colors(request);
  EXPECT_EQ(colors, assign_colors(request));
  const auto least = [&](auto color_of) {
    double smallest = 1e9;
    for (std::uint32_t c = 0; c + 1 < 25; ++c) {
      if ((c + 1) % 5 == 0) continue;
      smallest = std::min(smallest,
                          ciede2000(lab_of(color_of(c), ColorVision::kDeuteranopia), lab_of(color_of(c + 1), ColorVision::kDeuteranopia)));
    }
    return smallest;
  };
  EXPECT_GT(least([&](std::uint32_t c) { return colors[c].dark; }), least([](std::uint32_t c) { return atlas_palette()[c % 24].dark; }));
}

TEST(AssignColors, SmallAndMissingCommunitiesAreGrey) {
  const std::vector<float> x{0, 1, 2, 3, 4, 5};
  const std::vector<float> y(6, 0);
  const std::vector<std::uint32_t> community{0, 0, 0, 1, 1, AtlasChannel::kNoCommunity};
  const auto colors = assign_colors({x, y, community, 2, 1});
  EXPECT_EQ(colors[0], atlas_palette()[0]);
  EXPECT_EQ(colors[1], no_community_color());
  EXPECT_TRUE(assign_colors({}).empty());
}

TEST(AssignColors, AllChannelsInOnePlace) {
  const std::vector<float> zero(300, 0);
  std::vector<std::uint32_t> community;
  for (std::uint32_t i = 0; i < 300; ++i) community.push_back(i % 30);
  EXPECT_EQ(assign_colors({zero, zero, community, 30, 1}).size(), 30U);
}

TEST(Proximity, IsSymmetricAndFallsWithDistance) {
  const Board board(3);
  const auto proximity = atlas_internal::community_proximity(board.request());
  for (std::size_t a = 0; a < 9; ++a) {
    EXPECT_EQ(proximity[a * 9 + a], 0);
    for (std::size_t b = 0; b < 9; ++b) EXPECT_EQ(proximity[a * 9 + b], proximity[b * 9 + a]);
  }
  EXPECT_GT(proximity[0 * 9 + 1], 3 * proximity[0 * 9 + 8]);  // side by side against opposite corners
}

TEST(Proximity, OfTwoChannelsAgainstTheFormula) {
  const std::vector<float> x{-100, 0};
  const std::vector<float> y{0, 0};
  const std::vector<std::uint32_t> community{0, 1};
  EXPECT_NEAR(atlas_internal::community_proximity({x, y, community, 2, 1})[1], 0.75 + 0.05, 1e-6);
}

TEST(AssignColors, TheLargestHaveColoursOfTheirOwn) {
  // 40 communities around the map, the first five ten times as large as the rest.
  std::vector<float> x;
  std::vector<float> y;
  std::vector<std::uint32_t> community;
  Random random(3);
  for (std::uint32_t c = 0; c < 40; ++c) {
    for (std::uint32_t i = 0; i < (c < 5 ? 100U : 10U); ++i) {
      x.push_back(static_cast<float>(900 * std::cos(0.157 * c) + 20 * random.normal()));
      y.push_back(static_cast<float>(900 * std::sin(0.157 * c) + 20 * random.normal()));
      community.push_back((c * 17) % 40);
    }
  }
  const auto colors = assign_colors({x, y, community, 40, 1});
  std::set<Rgb> large;
  for (std::uint32_t c = 0; c < 5; ++c) large.insert(colors[(c * 17) % 40].dark);
  EXPECT_EQ(large.size(), 5U);
}

}  // namespace
}  // namespace vieweratlas
