#include "simulate/alias_table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "vieweratlas/core/check.h"

namespace vieweratlas::simulate_internal {

AliasTable::AliasTable(std::span<const double> weights) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  VA_CHECK(!weights.empty() && total > 0);
  const std::size_t n = weights.size();
  std::vector<double> height(n);
  std::vector<std::uint32_t> low;
  std::vector<std::uint32_t> high;
  for (std::size_t i = 0; i < n; ++i) {
    height[i] = weights[i] * static_cast<double>(n) / total;
    (height[i] < 1.0 ? low : high).push_back(static_cast<std::uint32_t>(i));
  }
  columns_.resize(n);
  for (std::size_t i = 0; i < n; ++i) columns_[i] = {UINT32_MAX, static_cast<std::uint32_t>(i)};
  while (!low.empty() && !high.empty()) {
    const std::uint32_t poor = low.back();
    const std::uint32_t rich = high.back();
    low.pop_back();
    columns_[poor] = {static_cast<std::uint32_t>(std::clamp(height[poor], 0.0, 1.0) * 4294967295.0), rich};
    height[rich] -= 1.0 - height[poor];
    if (height[rich] < 1.0) {
      high.pop_back();
      low.push_back(rich);
    }
  }
}

}  // namespace vieweratlas::simulate_internal
