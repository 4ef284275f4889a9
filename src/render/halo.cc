#include "render/halo.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace vieweratlas::render_internal {
namespace {

// A blur of standard deviation 0.45 reaches, times this, is full at half the reach from a stroke and under 4 % at the reach.
constexpr float kSpreadInReaches = 0.45F;
constexpr float kGain = 3.4F;

std::vector<float> bell_kernel(float reach_px) {
  const int radius = std::max(1, static_cast<int>(std::ceil(reach_px)));
  const double spread = static_cast<double>(kSpreadInReaches * reach_px);
  std::vector<float> kernel;
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) {
    const double value = std::exp(-0.5 * i * i / (spread * spread));
    kernel.push_back(static_cast<float>(value));
    sum += value;
  }
  for (auto& value : kernel) value = static_cast<float>(static_cast<double>(value) / sum);
  return kernel;
}

/// Blurs along lines of `length` samples that lie `step` apart; lines follow each other `line_step` apart.
void blur(std::span<const float> from, std::span<float> to, int lines, int line_step, int length, int step, std::span<const float> kernel) {
  const int radius = static_cast<int>(kernel.size() / 2);
  for (int line = 0; line < lines; ++line) {
    const auto base = static_cast<std::size_t>(line) * static_cast<std::size_t>(line_step);
    for (int i = 0; i < length; ++i) {
      float sum = 0;
      const int first = std::max(0, i - radius);
      const int last = std::min(length - 1, i + radius);
      for (int j = first; j <= last; ++j) {
        sum += kernel[static_cast<std::size_t>(j - i + radius)] * from[base + static_cast<std::size_t>(j) * static_cast<std::size_t>(step)];
      }
      to[base + static_cast<std::size_t>(i) * static_cast<std::size_t>(step)] = sum;
    }
  }
}

}  // namespace

std::vector<float> halo_of(std::span<const float> alpha, int width, int height, float reach_px) {
  const auto kernel = bell_kernel(reach_px);
  std::vector<float> across(alpha.size());
  std::vector<float> both(alpha.size());
  blur(alpha, across, height, width, width, 1, kernel);
  blur(across, both, width, 1, height, width, kernel);
  for (auto& value : both) {
    const float t = std::min(1.0F, value * kGain);
    value = t * (2 - t);
  }
  return both;
}

}  // namespace vieweratlas::render_internal
