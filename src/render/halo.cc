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

/// How the samples of parallel lines lie in memory.
struct Lines {
  std::size_t count;
  std::size_t step;  ///< from one line to the next
  std::size_t length;
  std::size_t stride;  ///< from one sample of a line to the next
};

std::vector<float> blurred(std::span<const float> from, const Lines& lines, std::span<const float> kernel) {
  std::vector<float> to(from.size());
  const std::size_t radius = kernel.size() / 2;
  for (std::size_t line = 0; line < lines.count; ++line) {
    const std::size_t base = line * lines.step;
    for (std::size_t i = 0; i < lines.length; ++i) {
      float sum = 0;
      const std::size_t first = i > radius ? i - radius : 0;
      const std::size_t last = std::min(lines.length - 1, i + radius);
      for (std::size_t j = first; j <= last; ++j) sum += kernel[j + radius - i] * from[base + j * lines.stride];
      to[base + i * lines.stride] = sum;
    }
  }
  return to;
}

}  // namespace

std::vector<float> halo_of(std::span<const float> alpha, int width, int height, float reach_px) {
  const auto kernel = bell_kernel(reach_px);
  const auto columns = static_cast<std::size_t>(width);
  const auto rows = static_cast<std::size_t>(height);
  const auto across = blurred(alpha, {rows, columns, columns, 1}, kernel);
  auto both = blurred(across, {columns, 1, rows, columns}, kernel);
  for (auto& value : both) {
    const float t = std::min(1.0F, value * kGain);
    value = t * (2 - t);
  }
  return both;
}

}  // namespace vieweratlas::render_internal
