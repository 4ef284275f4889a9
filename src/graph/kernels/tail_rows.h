#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/kernels/cell_rows.h"
#include "graph/kernels/viewer_lists.h"

#include "vieweratlas/presence/incidence.h"

namespace vieweratlas::graph_internal {

/// One thread's memory for counting rows; made once, used for many rows.
class RowCounter {
 public:
  /// Makes room for `num_channels`; called by the thread that counts, so that the memory is its own. Free when done before.
  void size_for(std::uint32_t num_channels) { cells_.resize(num_channels, 0); }
  /// Counts the pairs of `channel` with all channels below it. `packed_viewers`: see packed.h.
  template <typename Id>
  void count(const Incidence& incidence, const ViewerLists<Id>& lists, std::uint32_t channel, std::span<const std::uint64_t> increments,
             std::uint32_t packed_viewers);
  /// The row counted last, as cells; the counter is empty again afterwards.
  CellRow take(std::uint32_t channel, std::uint32_t min_shared, EdgeBudget& budget, PairTally& tally);

 private:
  void unpack(std::uint32_t channel);

  std::vector<std::uint64_t> cells_;    // packed; all zero between rows
  std::vector<OverlapCell> wide_;       // row of a channel with more viewers than a cell holds; else empty
  std::vector<std::uint32_t> touched_;  // the ids with a count, when `sparse_`
  bool sparse_ = false;
};

}  // namespace vieweratlas::graph_internal
