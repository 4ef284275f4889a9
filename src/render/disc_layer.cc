#include "render/disc_layer.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "render/band.h"
#include "render/color.h"
#include "render/frame.h"
#include "render/look.h"

#include "vieweratlas/atlas/atlas.h"

namespace vieweratlas::render_internal {
namespace {

constexpr float kGap = 2.2F;  // design pixels
constexpr float kGapAlpha = 0.85F;
constexpr float kInnerRim = 1.4F;
constexpr float kInnerRimAlpha = 0.10F;  // in linear light; reads as 28 % in sRGB
constexpr float kLeastRadiusForRim = 10.0F;
constexpr float kHighlightX = -0.25F;  // in radii
constexpr float kHighlightY = -0.35F;
constexpr float kBodyFrom = 0.7F;  // share of the way from highlight to rim at which the body's colour is reached
constexpr float kHighlightWhite = 0.16F;
constexpr float kRimShade = 0.72F;

}  // namespace

DiscLayer::DiscLayer(const Atlas& atlas, const Frame& frame, const Look& look)
    : gap_px_(kGap * frame.unit),
      inner_rim_px_(kInnerRim * frame.unit),
      least_radius_for_rim_px_(kLeastRadiusForRim * frame.unit),
      gap_color_(look.disc_gap) {
  discs_.reserve(atlas.channels.size());
  for (const auto& channel : atlas.channels) {
    Disc disc{};
    disc.x = frame.x(channel.x);
    disc.y = frame.y(channel.y);
    disc.radius = channel.radius * frame.scale * kDiscShare;
    disc.body = linear(fill_color(atlas, channel.community));
    disc.light = mixed(disc.body, {1, 1, 1, 0}, kHighlightWhite);
    disc.rim = disc.body * kRimShade;
    discs_.push_back(disc);
  }
  std::stable_sort(discs_.begin(), discs_.end(), [](const Disc& a, const Disc& b) { return a.radius < b.radius; });
}

void DiscLayer::paint_over(Band& band) const {
  for (const auto& disc : discs_) {
    const float reach = disc.radius + gap_px_ + 1;
    if (disc.y + reach >= static_cast<float>(band.top()) && disc.y - reach < static_cast<float>(band.bottom())) paint_disc(disc, band);
  }
}

void DiscLayer::paint_disc(const Disc& disc, Band& band) const {
  const float outer = disc.radius + gap_px_;
  const float reach = outer + 1;
  const int top = std::max(band.top(), static_cast<int>(std::floor(disc.y - reach)));
  const int bottom = std::min(band.bottom(), static_cast<int>(std::ceil(disc.y + reach)));
  const int left = std::max(0, static_cast<int>(std::floor(disc.x - reach)));
  const int right = std::min(band.width(), static_cast<int>(std::ceil(disc.x + reach)));
  for (int y = top; y < bottom; ++y) {
    LinearColor* pixels = band.row(y);
    const float dy = static_cast<float>(y) + 0.5F - disc.y;
    for (int x = left; x < right; ++x) {
      const float dx = static_cast<float>(x) + 0.5F - disc.x;
      const float distance = std::sqrt(dx * dx + dy * dy);
      const float gap = std::clamp(outer + 0.5F - distance, 0.0F, 1.0F);
      if (gap <= 0) continue;
      const float solid = std::clamp(disc.radius + 0.5F - distance, 0.0F, 1.0F);
      if (solid < 1) pixels[x] = mixed(pixels[x], gap_color_, gap * kGapAlpha);
      if (solid > 0) pixels[x] = mixed(pixels[x], shade(disc, dx, dy, distance), solid);
    }
  }
}

LinearColor DiscLayer::shade(const Disc& disc, float dx, float dy, float distance) const {
  // Share of the way from the highlight through this point to the rim: the ray from the highlight h in direction d meets
  // the circle at h + s d with |h + s d| = radius.
  const float hx = kHighlightX * disc.radius;
  const float hy = kHighlightY * disc.radius;
  const float ex = dx - hx;
  const float ey = dy - hy;
  const float a = ex * ex + ey * ey;
  const float b = hx * ex + hy * ey;
  const float c = disc.radius * disc.radius - hx * hx - hy * hy;
  const float way = a > 0 ? std::min(1.0F, a / (std::sqrt(b * b + a * c) - b)) : 0.0F;
  LinearColor color =
      way < kBodyFrom ? mixed(disc.light, disc.body, way / kBodyFrom) : mixed(disc.body, disc.rim, (way - kBodyFrom) / (1 - kBodyFrom));
  if (disc.radius > least_radius_for_rim_px_) {
    const float middle = disc.radius - 0.75F * inner_rim_px_;
    const float ring = std::clamp(inner_rim_px_ / 2 + 0.5F - std::abs(distance - middle), 0.0F, 1.0F);
    color = mixed(color, {1, 1, 1, 0}, ring * kInnerRimAlpha);
  }
  return color;
}

}  // namespace vieweratlas::render_internal
