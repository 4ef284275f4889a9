#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "render/color.h"

namespace vieweratlas::render_internal {

/// A shoulder that keeps hue: the brightest component m becomes limit * (1 - exp(-m / limit)), the others follow in
/// proportion. Mapping each component by itself would turn crowded places white.
class Shoulder {
 public:
  explicit Shoulder(float limit) : steps_per_light_(static_cast<float>(kSteps) / (limit * kEnd)) {
    for (std::size_t i = 0; i < factors_.size(); ++i) {
      const double t = static_cast<double>(kEnd) * static_cast<double>(i) / static_cast<double>(kSteps);
      factors_[i] = static_cast<float>(t > 0 ? (1 - std::exp(-t)) / t : 1.0);
    }
    limit_ = limit;
  }

  [[nodiscard]] LinearColor operator()(const LinearColor& light) const { return light * factor(light.brightest()); }

 private:
  [[nodiscard]] float factor(float brightest) const {
    const float position = brightest * steps_per_light_;
    if (position >= static_cast<float>(kSteps)) return limit_ / brightest;
    const auto index = static_cast<std::size_t>(position);
    const float share = position - static_cast<float>(index);
    return factors_[index] + share * (factors_[index + 1] - factors_[index]);
  }

  static constexpr std::size_t kSteps = 2048;
  static constexpr float kEnd = 12.0F;  // in limits; exp(-12) is under half a step of 16 bits

  float steps_per_light_;
  float limit_;
  std::array<float, kSteps + 1> factors_{};
};

}  // namespace vieweratlas::render_internal
