#include "atlas/color_difference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#include "vieweratlas/atlas/colors.h"

namespace vieweratlas::atlas_internal {
namespace {

using Vector3 = std::array<double, 3>;
using Matrix3 = std::array<Vector3, 3>;

constexpr Matrix3 kProtanopia{{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix3 kDeuteranopia{{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
constexpr Matrix3 kTritanopia{{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};
// Linear sRGB to CIE XYZ (IEC 61966-2-1), and the D65 white point.
constexpr Matrix3 kToXyz{{{0.4124564, 0.3575761, 0.1804375}, {0.2126729, 0.7151522, 0.0721750}, {0.0193339, 0.1191920, 0.9503041}}};
constexpr Vector3 kWhite{0.95047, 1.0, 1.08883};

Vector3 times(const Matrix3& matrix, const Vector3& vector) {
  Vector3 result{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) result[row] += matrix[row][column] * vector[column];
  }
  return result;
}

double linear_light(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

Vector3 seen(const Vector3& linear, ColorVision vision) {
  switch (vision) {
    case ColorVision::kNormal: return linear;
    case ColorVision::kProtanopia: return times(kProtanopia, linear);
    case ColorVision::kDeuteranopia: return times(kDeuteranopia, linear);
    case ColorVision::kTritanopia: return times(kTritanopia, linear);
  }
  return linear;
}

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

/// Hue angle in degrees, [0, 360); 0 for grey.
double hue(double a, double b) {
  if (a == 0 && b == 0) return 0;
  const double angle = std::atan2(b, a) * 180 / std::numbers::pi;
  return angle < 0 ? angle + 360 : angle;
}

/// sqrt(c^7 / (c^7 + 25^7)): how strongly chroma counts as grey.
double greyness(double chroma) {
  const double power = std::pow(chroma, 7);
  return std::sqrt(power / (power + 6103515625.0));
}

double mean_hue(double first, double second, bool has_grey) {
  if (has_grey) return first + second;
  if (std::abs(first - second) <= 180) return (first + second) / 2;
  return first + second < 360 ? (first + second + 360) / 2 : (first + second - 360) / 2;
}

double hue_difference(double first, double second, bool has_grey) {
  if (has_grey) return 0;
  const double difference = second - first;
  if (difference > 180) return difference - 360;
  return difference < -180 ? difference + 360 : difference;
}

}  // namespace

Lab lab_of(const Rgb& color, ColorVision vision) {
  Vector3 linear = seen({linear_light(color[0]), linear_light(color[1]), linear_light(color[2])}, vision);
  for (auto& value : linear) value = std::clamp(value, 0.0, 1.0);
  const Vector3 xyz = times(kToXyz, linear);
  Vector3 f{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double t = xyz[i] / kWhite[i];
    f[i] = t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  }
  return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

double ciede2000(const Lab& first, const Lab& second) {
  const double mean_chroma = (std::hypot(first.a, first.b) + std::hypot(second.a, second.b)) / 2;
  const double stretch = 1 + 0.5 * (1 - greyness(mean_chroma));
  const double chroma1 = std::hypot(stretch * first.a, first.b);
  const double chroma2 = std::hypot(stretch * second.a, second.b);
  const double hue1 = hue(stretch * first.a, first.b);
  const double hue2 = hue(stretch * second.a, second.b);
  const bool has_grey = chroma1 * chroma2 == 0;

  const double delta_lightness = second.lightness - first.lightness;
  const double delta_chroma = chroma2 - chroma1;
  const double delta_hue = 2 * std::sqrt(chroma1 * chroma2) * std::sin(radians(hue_difference(hue1, hue2, has_grey) / 2));

  const double lightness = (first.lightness + second.lightness) / 2;
  const double chroma = (chroma1 + chroma2) / 2;
  const double h = mean_hue(hue1, hue2, has_grey);
  const double t = 1 - 0.17 * std::cos(radians(h - 30)) + 0.24 * std::cos(radians(2 * h)) + 0.32 * std::cos(radians(3 * h + 6)) -
                   0.20 * std::cos(radians(4 * h - 63));
  const double from_middle = (lightness - 50) * (lightness - 50);
  const double scale_lightness = 1 + 0.015 * from_middle / std::sqrt(20 + from_middle);
  const double scale_chroma = 1 + 0.045 * chroma;
  const double scale_hue = 1 + 0.015 * chroma * t;
  const double from_blue = (h - 275) / 25;
  const double rotation = -2 * greyness(chroma) * std::sin(radians(60 * std::exp(-from_blue * from_blue)));

  const double l = delta_lightness / scale_lightness;
  const double c = delta_chroma / scale_chroma;
  const double hh = delta_hue / scale_hue;
  return std::sqrt(l * l + c * c + hh * hh + rotation * c * hh);
}

}  // namespace vieweratlas::atlas_internal
