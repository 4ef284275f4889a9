#include "vieweratlas/atlas/colors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "atlas/color_difference.h"
#include "atlas/proximity.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas {
namespace {

using atlas_internal::ciede2000;
using atlas_internal::ColorVision;
using atlas_internal::lab_of;

constexpr std::array<CommunityColor, 24> kPalette{{
    {{0x78, 0x6C, 0xFE}, {0x6E, 0x60, 0xF1}}, {{0xCA, 0xED, 0x0A}, {0x6B, 0x7F, 0x04}}, {{0xFF, 0x2A, 0x1A}, {0xED, 0x0C, 0x00}},
    {{0x3B, 0xDF, 0xEE}, {0x06, 0x83, 0x8D}}, {{0x02, 0xA0, 0x5E}, {0x07, 0x88, 0x50}}, {{0xED, 0x75, 0x93}, {0xC2, 0x4E, 0x6E}},
    {{0x54, 0xA5, 0xFC}, {0x24, 0x78, 0xCC}}, {{0xDA, 0x8F, 0x0B}, {0xA4, 0x6A, 0x00}}, {{0x53, 0xFD, 0xB8}, {0x09, 0x87, 0x5C}},
    {{0xF9, 0xC9, 0x65}, {0x97, 0x70, 0x07}}, {{0xBA, 0x64, 0x9C}, {0xAE, 0x59, 0x91}}, {{0x30, 0xCF, 0xB7}, {0x00, 0x85, 0x74}},
    {{0xF7, 0x9B, 0xD5}, {0xAE, 0x59, 0x91}}, {{0xBB, 0xED, 0x91}, {0x56, 0x82, 0x27}}, {{0xFB, 0x95, 0x79}, {0xBA, 0x5A, 0x40}},
    {{0xF0, 0x05, 0x80}, {0xE6, 0x00, 0x7A}}, {{0x02, 0xC5, 0xFF}, {0x06, 0x80, 0xA6}}, {{0xC6, 0x68, 0x43}, {0xB9, 0x5C, 0x37}},
    {{0xC5, 0x43, 0xD2}, {0xBD, 0x3A, 0xCA}}, {{0xBC, 0xBA, 0x4E}, {0x7D, 0x7A, 0x02}}, {{0xEF, 0x66, 0x63}, {0xCE, 0x48, 0x48}},
    {{0xBD, 0x89, 0xDC}, {0x94, 0x61, 0xB1}}, {{0xFB, 0x57, 0xC9}, {0xD2, 0x2B, 0xA4}}, {{0x69, 0xC2, 0x7E}, {0x2A, 0x87, 0x46}},
}};
constexpr CommunityColor kGrey{{0x8B, 0x93, 0xA7}, {0x6A, 0x72, 0x86}};

constexpr std::uint32_t kMinColoredSize = 3;
constexpr std::uint32_t kMinColoredSizeOfMany = 5;

// The search: threshold accepting (Dueck and Scheuer 1990), which needs no exponential and so no rounding of one.
constexpr int kRestarts = 6;
constexpr int kSwaps = 20'000;
constexpr double kFirstThreshold = 0.02;  // of the energy at the start, falling to 0

/// What it costs to have two palette colours side by side.
class ColorCosts {
 public:
  ColorCosts() {
    for (std::size_t a = 0; a < kPalette.size(); ++a) {
      for (std::size_t b = 0; b < kPalette.size(); ++b) cost_[a * kPalette.size() + b] = cost_of(kPalette[a].dark, kPalette[b].dark);
    }
  }
  [[nodiscard]] double operator()(std::size_t a, std::size_t b) const { return cost_[a * kPalette.size() + b]; }

 private:
  static double cost_of(const Rgb& a, const Rgb& b) {
    constexpr double kSameColor = 4;
    if (a == b) return kSameColor + 1.6;
    const auto difference = [&](ColorVision vision) { return ciede2000(lab_of(a, vision), lab_of(b, vision)); };
    const double deficient =
        std::min({difference(ColorVision::kProtanopia), difference(ColorVision::kDeuteranopia), difference(ColorVision::kTritanopia)});
    return std::exp(-difference(ColorVision::kNormal) / 9) + 0.6 * std::exp(-deficient / 7);
  }
  std::array<double, kPalette.size() * kPalette.size()> cost_{};
};

/// Colours (palette indices) of k communities with proximities, as they are searched.
class Coloring {
 public:
  Coloring(const std::vector<double>& proximity, std::vector<std::size_t> colors, const ColorCosts& costs)
      : proximity_(proximity), colors_(std::move(colors)), costs_(costs) {}

  [[nodiscard]] const std::vector<std::size_t>& colors() const { return colors_; }
  [[nodiscard]] double energy() const {
    double total = 0;
    for (std::size_t a = 0; a < colors_.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) total += proximity_[a * colors_.size() + b] * costs_(colors_[a], colors_[b]);
    }
    return total;
  }
  [[nodiscard]] double change_by_swap(std::size_t a, std::size_t b) const {
    const std::size_t k = colors_.size();
    double change = 0;
    for (std::size_t other = 0; other < k; ++other) {
      if (other == a || other == b) continue;
      const double gain = costs_(colors_[b], colors_[other]) - costs_(colors_[a], colors_[other]);
      change += (proximity_[a * k + other] - proximity_[b * k + other]) * gain;
    }
    return change;
  }
  void swap(std::size_t a, std::size_t b) { std::swap(colors_[a], colors_[b]); }

 private:
  const std::vector<double>& proximity_;
  std::vector<std::size_t> colors_;
  const ColorCosts& costs_;
};

void search(Coloring& coloring, Random& random) {
  const std::size_t k = coloring.colors().size();
  const double first = kFirstThreshold * coloring.energy();
  for (int swap = 0; swap < kSwaps; ++swap) {
    const auto a = static_cast<std::size_t>(random.below(k));
    const auto b = static_cast<std::size_t>(random.below(k));
    const double threshold = first * (1 - static_cast<double>(swap + 1) / kSwaps);
    if (a != b && coloring.change_by_swap(a, b) <= threshold) coloring.swap(a, b);
  }
}

/// Palette indices for k communities, the first k of the palette (again and again when k is larger), in the best order found.
std::vector<std::size_t> best_colors(const std::vector<double>& proximity, std::size_t k, std::uint64_t seed) {
  const ColorCosts costs;
  std::vector<std::size_t> start(k);
  for (std::size_t i = 0; i < k; ++i) start[i] = i % kPalette.size();
  std::vector<std::size_t> best = start;
  double best_energy = Coloring(proximity, start, costs).energy();
  for (int restart = 0; restart < kRestarts && k > 1; ++restart) {
    Random random = Random(seed).fork("community colours").fork(static_cast<std::uint64_t>(restart));
    Coloring coloring(proximity, start, costs);
    search(coloring, random);
    if (const double energy = coloring.energy(); energy < best_energy) {
      best_energy = energy;
      best = coloring.colors();
    }
  }
  return best;
}

/// Which communities carry a colour: the communities' ids, ascending.
std::vector<std::uint32_t> colored_communities(const ColorRequest& request) {
  std::vector<std::uint32_t> size(request.num_communities, 0);
  for (const auto community : request.community) {
    if (community != AtlasChannel::kNoCommunity) ++size[community];
  }
  const auto at_least = [&](std::uint32_t least) {
    std::vector<std::uint32_t> chosen;
    for (std::uint32_t c = 0; c < size.size(); ++c) {
      if (size[c] >= least) chosen.push_back(c);
    }
    return chosen;
  };
  auto chosen = at_least(kMinColoredSize);
  return chosen.size() <= kPalette.size() ? chosen : at_least(kMinColoredSizeOfMany);
}

/// Each channel's place in `colored` instead of its community.
std::vector<std::uint32_t> places_in(std::span<const std::uint32_t> colored, const ColorRequest& request) {
  std::vector<std::uint32_t> place(request.num_communities, AtlasChannel::kNoCommunity);
  for (std::uint32_t i = 0; i < colored.size(); ++i) place[colored[i]] = i;
  std::vector<std::uint32_t> result;
  result.reserve(request.community.size());
  for (const auto community : request.community) {
    result.push_back(community == AtlasChannel::kNoCommunity ? community : place[community]);
  }
  return result;
}

}  // namespace

std::span<const CommunityColor> atlas_palette() { return kPalette; }

CommunityColor no_community_color() { return kGrey; }

std::vector<CommunityColor> assign_colors(const ColorRequest& request) {
  VA_CHECK(request.x.size() == request.community.size() && request.y.size() == request.community.size());
  const auto colored = colored_communities(request);
  const auto places = places_in(colored, request);
  const auto proximity = atlas_internal::community_proximity({.x = request.x,
                                                              .y = request.y,
                                                              .community = places,
                                                              .num_communities = static_cast<std::uint32_t>(colored.size()),
                                                              .seed = request.seed});
  const auto chosen = best_colors(proximity, colored.size(), request.seed);
  std::vector<CommunityColor> colors(request.num_communities, kGrey);
  for (std::size_t i = 0; i < colored.size(); ++i) colors[colored[i]] = kPalette[chosen[i]];
  return colors;
}

}  // namespace vieweratlas
