#pragma once

// One 64-bit cell counts a pair of channels in both ways at once, so that one addition per shared viewer does the work of two:
//
//   bit 63        44 43                    0
//      | shared (20) | Newman weight (44)  |
//
// A shared viewer of degree d adds 2^44 + round(2^24 / (d - 1)). The weight of one viewer is at most 2^24 (d = 2), so fewer than
// 2^20 viewers can overflow neither half. Whoever adds more viewers than kPackedViewers must unpack in between.

#include <cstdint>
#include <vector>

#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas::graph_internal {

inline constexpr unsigned kSharedShift = 44;
inline constexpr std::uint64_t kNewmanMask = (1ULL << kSharedShift) - 1;
inline constexpr std::uint32_t kPackedViewers = (1U << 20U) - 1;

constexpr std::uint32_t packed_shared(std::uint64_t cell) { return static_cast<std::uint32_t>(cell >> kSharedShift); }
constexpr std::uint64_t packed_newman(std::uint64_t cell) { return cell & kNewmanMask; }

/// What a viewer of each degree 0..max_degree adds to the cells of its pairs.
inline std::vector<std::uint64_t> packed_increments(std::uint32_t max_degree) {
  std::vector<std::uint64_t> result(std::size_t{max_degree} + 1, 0);
  for (std::uint64_t degree = 2; degree <= max_degree; ++degree) {
    const std::uint64_t others = degree - 1;
    result[degree] = (1ULL << kSharedShift) + (OverlapGraph::kNewmanUnit + others / 2) / others;
  }
  return result;
}

}  // namespace vieweratlas::graph_internal
