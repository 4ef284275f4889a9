#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

/// Colours in linear light, in which light adds up; sRGB only at the two ends.
namespace vieweratlas::render_internal {

using Srgb = std::array<std::uint8_t, 3>;

/// Four floats so that one vector instruction handles a pixel; the fourth is spare.
struct alignas(16) LinearColor {
  float r = 0;
  float g = 0;
  float b = 0;
  float spare = 0;

  LinearColor& operator+=(const LinearColor& o) {
    r += o.r;
    g += o.g;
    b += o.b;
    spare += o.spare;
    return *this;
  }
  friend LinearColor operator+(LinearColor a, const LinearColor& b) { return a += b; }
  friend LinearColor operator*(const LinearColor& a, float s) { return {a.r * s, a.g * s, a.b * s, a.spare * s}; }
  [[nodiscard]] float brightest() const { return std::max(r, std::max(g, b)); }
};

/// `a` at share 0, `b` at share 1.
[[nodiscard]] inline LinearColor mixed(const LinearColor& a, const LinearColor& b, float share) { return a * (1.0F - share) + b * share; }

/// IEC 61966-2-1.
[[nodiscard]] inline float linear_from_srgb(std::uint8_t value) {
  const double c = value / 255.0;
  return static_cast<float>(c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
}
[[nodiscard]] inline double srgb_from_linear(double c) { return c <= 0.0031308 ? c * 12.92 : 1.055 * std::pow(c, 1 / 2.4) - 0.055; }

[[nodiscard]] inline LinearColor linear(const Srgb& color) {
  return {linear_from_srgb(color[0]), linear_from_srgb(color[1]), linear_from_srgb(color[2]), 0};
}

[[nodiscard]] inline float smoothstep(float t) { return t * t * (3.0F - 2.0F * t); }

}  // namespace vieweratlas::render_internal
