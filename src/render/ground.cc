#include "render/ground.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "render/band.h"
#include "render/color.h"
#include "render/frame.h"
#include "render/glow_layer.h"
#include "render/look.h"

namespace vieweratlas::render_internal {
namespace {

constexpr float kLinkLimitDark = 0.60F;
constexpr float kLinkLimitLight = 0.60F;
constexpr float kVignetteRadius = 0.72F;  // of the shorter side: just past the corners of a square
// The light theme takes light out of the paper; the factors were chosen so that rivers reach about the depth of a tint.
constexpr float kGlowAbsorption = 9.0F;
constexpr float kLinkAbsorption = 3.2F;
constexpr float kLinkDepth = 0.75F;

/// Takes light out of `base` so that the hue of `light` remains; `depth` below 1 darkens the hue itself.
LinearColor absorbed(const LinearColor& base, const LinearColor& light, float depth, float absorption) {
  const float brightest = light.brightest();
  if (brightest <= 0) return base;
  const float amount = std::min(1.0F, brightest * absorption);
  const float scale = depth / brightest;
  const auto left_of = [&](float component) { return 1 - amount * (1 - component * scale); };
  return {base.r * left_of(light.r), base.g * left_of(light.g), base.b * left_of(light.b), 0};
}

}  // namespace

Ground::Ground(const Frame& frame, const Look& look)
    : frame_(frame),
      dark_(look.dark),
      vignette_radius_(kVignetteRadius * static_cast<float>(std::min(frame.width_px, frame.height_px))),
      link_shoulder_(look.dark ? kLinkLimitDark : kLinkLimitLight),
      ground_{} {
  for (std::size_t i = 0; i < ground_.size(); ++i) {
    const float distance = std::sqrt(std::min(1.0F, static_cast<float>(i) / static_cast<float>(kSteps)));
    ground_[i] = mixed(look.ground_middle, look.ground_rim, smoothstep(distance));
  }
}

LinearColor Ground::at(float squared_distance) const {
  const float position = std::min(1.0F, squared_distance) * static_cast<float>(kSteps);
  const auto index = static_cast<std::size_t>(position);
  return mixed(ground_[index], ground_[index + 1], position - static_cast<float>(index));
}

LinearColor Ground::composed(const LinearColor& base, const LinearColor& glow, const LinearColor& links) const {
  const auto toned = link_shoulder_(links);
  if (dark_) return base + glow + toned;
  return absorbed(absorbed(base, glow, 1.0F, kGlowAbsorption), toned, kLinkDepth, kLinkAbsorption);
}

void Ground::paint_under(const GlowLayer& glow, Band& band) const {
  std::vector<LinearColor> glow_row;
  for (int y = band.top(); y < band.bottom(); ++y) {
    glow.sample_row(y, glow_row);
    const float dy = (static_cast<float>(y) + 0.5F - frame_.centre_y) / vignette_radius_;
    LinearColor* pixels = band.row(y);
    for (int x = 0; x < band.width(); ++x) {
      const float dx = (static_cast<float>(x) + 0.5F - frame_.centre_x) / vignette_radius_;
      pixels[x] = composed(at(dx * dx + dy * dy), glow_row[static_cast<std::size_t>(x)], pixels[x]);
    }
  }
}

Encoder::Encoder() : srgb_(kSteps) {
  for (std::size_t i = 0; i < kSteps; ++i) {
    srgb_[i] = static_cast<float>(255 * srgb_from_linear(static_cast<double>(i) / static_cast<double>(kSteps - 1)));
  }
}

void Encoder::encode_row(const LinearColor* pixels, int width, int y, std::uint8_t* out) const {
  static constexpr std::array<std::array<float, 4>, 4> kBayer{{{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}}};
  const auto& thresholds = kBayer[static_cast<std::size_t>(y) % 4];
  const auto encode = [&](float light, float dither) {
    const auto index = static_cast<std::size_t>(std::clamp(light, 0.0F, 1.0F) * static_cast<float>(kSteps - 1));
    return static_cast<std::uint8_t>(std::min(255.0F, srgb_[index] + dither));
  };
  for (int x = 0; x < width; ++x) {
    const float dither = (thresholds[static_cast<std::size_t>(x) % 4] + 0.5F) / 16;
    out[3 * x] = encode(pixels[x].r, dither);
    out[3 * x + 1] = encode(pixels[x].g, dither);
    out[3 * x + 2] = encode(pixels[x].b, dither);
  }
}

}  // namespace vieweratlas::render_internal
