#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vieweratlas/core/random.h"

namespace vieweratlas::simulate_internal {

/// Draws an index with probability proportional to its weight in constant time. Source: Vose 1991. Immutable.
class AliasTable {
 public:
  /// At least one weight, none negative, their sum positive.
  explicit AliasTable(std::span<const double> weights);

  [[nodiscard]] std::uint32_t draw(Random& random) const {
    const std::uint64_t bits = random.next();
    // The high half chooses a column (bias below n / 2^32), the low half one of its two ends.
    const auto column = static_cast<std::uint32_t>(((bits >> 32U) * columns_.size()) >> 32U);
    const Column& c = columns_[column];
    return static_cast<std::uint32_t>(bits) < c.threshold ? column : c.other;
  }

 private:
  struct Column {
    std::uint32_t threshold;  // of 2^32
    std::uint32_t other;
  };
  std::vector<Column> columns_;
};

}  // namespace vieweratlas::simulate_internal
