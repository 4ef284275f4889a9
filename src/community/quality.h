#pragma once

// Q_gamma of a partition from three exact sums.

#include <cstdint>
#include <span>

namespace vieweratlas::community_internal {

__extension__ using WideSum = unsigned __int128;

/// What the quality of a partition is made of.
struct QualitySums {
  std::uint64_t total_strength = 0;  ///< 2W
  std::uint64_t inside = 0;          ///< twice the weight inside communities
  WideSum squared_strengths = 0;     ///< sum over communities of K_r^2, below 2^124
};

/// inside / 2W - resolution * squared_strengths / (2W)^2; 0 for a graph without weight.
[[nodiscard]] double quality_of(const QualitySums& sums, double resolution);

[[nodiscard]] WideSum sum_of_squares(std::span<const std::uint64_t> strengths);

}  // namespace vieweratlas::community_internal
