#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "vieweratlas/graph/project.h"

namespace vieweratlas::graph_internal {

/// An edge as seen from the higher of its two ids.
struct OverlapCell {
  std::uint32_t other = 0;
  std::uint32_t shared = 0;
  std::uint64_t newman = 0;
};

/// One row of the projection's lower triangle: the edges of channel c to channels below c, ascending.
struct CellRow {
  std::unique_ptr<OverlapCell[]> cells;
  std::uint32_t size = 0;

  [[nodiscard]] std::span<const OverlapCell> view() const { return {cells.get(), size}; }
};

/// Bounds the edges of all rows together. Thread-safe; whether it is passed in the end does not depend on the threads.
class EdgeBudget {
 public:
  explicit EdgeBudget(std::uint64_t max_edges) : max_edges_(max_edges) {}
  /// Books `edges`; false when all booked so far pass the limit.
  bool take(std::uint64_t edges) { return taken_.fetch_add(edges, std::memory_order_relaxed) + edges <= max_edges_; }
  [[nodiscard]] bool exceeded() const { return taken_.load(std::memory_order_relaxed) > max_edges_; }
  [[nodiscard]] std::uint64_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  std::uint64_t max_edges_;
  std::atomic<std::uint64_t> taken_{0};
};

/// What one worker has seen of pairs, below the threshold too.
struct PairTally {
  std::uint64_t num_sharing = 0;
  std::uint32_t max_shared = 0;
};

/// Makes the row of cells 0..`size` - 1, of which `cell_at(i)` gives an OverlapCell, its `shared` 0 where nothing is shared. Cells
/// below `min_shared` are tallied and left out. Two passes: the row is still in the cache, and is allocated as large as it is.
template <typename CellAt>
CellRow make_row(std::uint32_t size, std::uint32_t min_shared, const CellAt& cell_at, EdgeBudget& budget, PairTally& tally) {
  CellRow row;
  for (std::uint32_t i = 0; i < size; ++i) {
    const std::uint32_t shared = cell_at(i).shared;
    tally.num_sharing += shared > 0 ? 1U : 0U;
    tally.max_shared = shared > tally.max_shared ? shared : tally.max_shared;
    row.size += shared >= min_shared ? 1U : 0U;
  }
  if (!budget.take(row.size)) row.size = 0;
  if (row.size == 0) return row;
  row.cells = std::make_unique_for_overwrite<OverlapCell[]>(row.size);
  std::uint32_t at = 0;
  for (std::uint32_t i = 0; i < size; ++i) {
    const OverlapCell cell = cell_at(i);
    if (cell.shared >= min_shared) row.cells[at++] = cell;
  }
  return row;
}

}  // namespace vieweratlas::graph_internal
