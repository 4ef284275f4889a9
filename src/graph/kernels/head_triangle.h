#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/kernels/viewer_lists.h"

#include "vieweratlas/core/parallel.h"

namespace vieweratlas::graph_internal {

/// Pair counts among the channels 0..num_channels - 1: row c holds its pairs with 0..c - 1.
struct HeadCounts {
  std::uint32_t num_channels = 0;
  std::vector<std::uint32_t> shared;
  std::vector<std::uint64_t> newman;

  /// Where row c begins; the sum of 0..c - 1.
  static std::size_t row_begin(std::uint32_t channel) { return std::size_t{channel} * (std::size_t{channel} - 1) / 2; }
};

/// Counts all pairs of the first `num_channels` channels, viewer by viewer. `packed_viewers`: see packed.h.
template <typename Id>
[[nodiscard]] HeadCounts count_head(const ViewerLists<Id>& lists, std::uint32_t num_channels, std::span<const std::uint64_t> increments,
                                    std::uint32_t packed_viewers, ThreadPool& pool);

extern template HeadCounts count_head(const ViewerLists<std::uint16_t>&, std::uint32_t, std::span<const std::uint64_t>, std::uint32_t,
                                      ThreadPool&);
extern template HeadCounts count_head(const ViewerLists<std::uint32_t>&, std::uint32_t, std::span<const std::uint64_t>, std::uint32_t,
                                      ThreadPool&);

}  // namespace vieweratlas::graph_internal
