#include "render/look.h"

#include <cmath>
#include <cstdint>

#include "render/color.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/render/poster.h"

namespace vieweratlas::render_internal {
namespace {

constexpr Srgb kNoCommunityFill{0x8B, 0x93, 0xA7};
constexpr Srgb kNoCommunityName{0x5F, 0x6A, 0x82};

std::uint8_t half_way_to_white(std::uint8_t value) {
  const double light = (static_cast<double>(linear_from_srgb(value)) + 1) / 2;
  return static_cast<std::uint8_t>(std::lround(srgb_from_linear(light) * 255));
}

Look dark_look() {
  Look look;
  look.dark = true;
  look.ground_middle = linear({0x12, 0x18, 0x26});
  look.ground_rim = linear({0x05, 0x07, 0x0C});
  look.region_fill = 0.009F;
  look.region_shore = 0.045F;
  look.region_line = 0.17F;
  look.disc_gap = linear({0x06, 0x08, 0x0D});
  look.text = {0xF2, 0xF5, 0xFA};
  look.text_second = {0xC3, 0xCB, 0xD9};
  look.text_third = {0x8E, 0x99, 0xB0};
  look.halo = {0x05, 0x07, 0x0C};
  look.ink = {0x08, 0x0A, 0x10};
  return look;
}

Look light_look() {
  Look look;
  look.dark = false;
  look.ground_middle = linear({0xFF, 0xFF, 0xFF});
  look.ground_rim = linear({0xE9, 0xED, 0xF4});
  look.region_fill = 0.08F;
  look.region_shore = 0.16F;
  look.region_line = 0.62F;
  look.disc_gap = linear({0xFF, 0xFF, 0xFF});
  look.text = {0x10, 0x15, 0x1F};
  look.text_second = {0x46, 0x50, 0x68};
  look.text_third = {0x5F, 0x6A, 0x82};
  look.halo = {0xFF, 0xFF, 0xFF};
  look.ink = {0x08, 0x0A, 0x10};
  return look;
}

}  // namespace

Look look_of(Theme theme) { return theme == Theme::kDark ? dark_look() : light_look(); }

Srgb fill_color(const Atlas& atlas, std::uint32_t community) {
  return community < atlas.communities.size() ? atlas.communities[community].color : kNoCommunityFill;
}

Srgb name_color(const Atlas& atlas, std::uint32_t community, const Look& look) {
  if (!look.dark) return community < atlas.communities.size() ? atlas.communities[community].light_color : kNoCommunityName;
  const Srgb fill = fill_color(atlas, community);
  return {half_way_to_white(fill[0]), half_way_to_white(fill[1]), half_way_to_white(fill[2])};
}

}  // namespace vieweratlas::render_internal
