#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "render/band.h"
#include "render/color.h"
#include "render/frame.h"
#include "render/glow_layer.h"
#include "render/look.h"
#include "render/tone.h"

namespace vieweratlas::render_internal {

/// Turns the light of links in a band into paint: over (dark) or out of (light theme) the ground and its glow.
class Ground {
 public:
  Ground(const Frame& frame, const Look& look);

  /// `band` holds the links' light; afterwards it holds the picture so far.
  void paint_under(const GlowLayer& glow, Band& band) const;

 private:
  [[nodiscard]] LinearColor at(float squared_distance) const;
  [[nodiscard]] LinearColor composed(const LinearColor& base, const LinearColor& glow, const LinearColor& links) const;

  static constexpr std::size_t kSteps = 1024;

  Frame frame_;
  bool dark_;
  float vignette_radius_;  // pixels
  Shoulder link_shoulder_;
  std::array<LinearColor, kSteps + 2> ground_;  // by squared distance from the middle
};

/// Converts linear light to sRGB bytes with an ordered 4 x 4 dither, which keeps the ground's gradients from banding.
class Encoder {
 public:
  Encoder();
  /// Writes row `y` (for the dither's phase), three bytes a pixel.
  void encode_row(const LinearColor* pixels, int width, int y, std::uint8_t* out) const;

 private:
  static constexpr std::size_t kSteps = 65'536;
  std::vector<float> srgb_;  // 0..255 by linear light
};

}  // namespace vieweratlas::render_internal
