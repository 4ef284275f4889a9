// The head of the projection: pairs among the most popular channels, where most pairs of all are.
//
// Each thread owns a triangle of packed cells and walks the lists of whole blocks of viewers in order: reads are a stream, writes
// hit a few megabytes. The triangle is the upper one (row = the lower, more popular id): viewers are numbered by the first channel
// in which they appear, so that neighbours in the stream add to the same row, which stays in the first-level cache.
// Sums of integers over threads come out the same in any order.

#include "graph/kernels/head_triangle.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "graph/kernels/packed.h"
#include "graph/kernels/viewer_lists.h"

#include "vieweratlas/core/parallel.h"

namespace vieweratlas::graph_internal {
namespace {

// Columns that one step of the transposition into rows takes: a cache line of cells.
constexpr std::uint32_t kTile = 8;

/// Packed cells of the pairs i < j below `n`; cell {i, j} lies at row(i)[j].
class Triangle {
 public:
  explicit Triangle(std::uint32_t n) : cells_(std::size_t{n} * (n - 1) / 2, 0), rows_(n) {
    // The row of i begins at its diagonal + 1, so its origin lies i + 1 cells before that.
    std::ptrdiff_t begin = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      rows_[i] = begin - static_cast<std::ptrdiff_t>(i) - 1;
      begin += static_cast<std::ptrdiff_t>(n - 1 - i);
    }
  }

  /// Adds `increment` to all pairs of `ids`, ascending and below n.
  template <typename Id>
  void add_pairs(std::span<const Id> ids, std::uint64_t increment) {
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const std::ptrdiff_t row = rows_[ids[i]];
      for (std::size_t j = i + 1; j < ids.size(); ++j) cells_[static_cast<std::size_t>(row + ids[j])] += increment;
    }
  }

  /// Adds columns [first, last), at most kTile of them, to the rows of `counts`.
  void add_columns_to(HeadCounts& counts, std::uint32_t first, std::uint32_t last) const {
    for (std::uint32_t low = 0; low + 1 < last; ++low) {
      for (std::uint32_t high = std::max(first, low + 1); high < last; ++high) {
        const std::uint64_t cell = cells_[static_cast<std::size_t>(rows_[low] + high)];
        counts.shared[HeadCounts::row_begin(high) + low] += packed_shared(cell);
        counts.newman[HeadCounts::row_begin(high) + low] += packed_newman(cell);
      }
    }
  }
  void clear() { std::fill(cells_.begin(), cells_.end(), 0); }

 private:
  std::vector<std::uint64_t> cells_;
  std::vector<std::ptrdiff_t> rows_;
};

/// One thread's triangle and how many viewers it holds.
struct Worker {
  std::vector<Triangle> triangle;  // made by the thread that uses it; none or one
  std::uint64_t viewers = 0;
};

void unpack(Worker& worker, HeadCounts& counts) {
  for (std::uint32_t first = 0; first < counts.num_channels; first += kTile) {
    worker.triangle.front().add_columns_to(counts, first, std::min(first + kTile, counts.num_channels));
  }
  worker.triangle.front().clear();
  worker.viewers = 0;
}

template <typename Id>
void count_block(const ViewerLists<Id>& lists, std::size_t block, std::span<const std::uint64_t> increments, Triangle& triangle,
                 std::uint32_t num_channels) {
  for (std::uint32_t index = 0; index < lists.block_size(block); ++index) {
    const std::span<const Id> ids = lists.in_block(block, index);
    std::size_t in_head = ids.size();
    while (in_head > 0 && ids[in_head - 1] >= num_channels) --in_head;
    triangle.add_pairs(ids.first(in_head), increments[ids.size()]);
  }
}

}  // namespace

template <typename Id>
HeadCounts count_head(const ViewerLists<Id>& lists, std::uint32_t num_channels, std::span<const std::uint64_t> increments,
                      std::uint32_t packed_viewers, ThreadPool& pool) {
  HeadCounts counts{.num_channels = num_channels, .shared = {}, .newman = {}};
  if (num_channels < 2) return counts;
  counts.shared.assign(HeadCounts::row_begin(num_channels), 0);
  counts.newman.assign(HeadCounts::row_begin(num_channels), 0);
  std::vector<Worker> workers(pool.threads());
  std::mutex unpacking;
  pool.parallel_for(lists.num_blocks(), 1, [&](std::size_t first, std::size_t last, unsigned id) {
    Worker& worker = workers[id];
    if (worker.triangle.empty()) worker.triangle.emplace_back(num_channels);
    for (std::size_t block = first; block < last; ++block) {
      if (worker.viewers > 0 && worker.viewers + lists.block_size(block) > packed_viewers) {
        const std::lock_guard lock(unpacking);
        unpack(worker, counts);
      }
      count_block(lists, block, increments, worker.triangle.front(), num_channels);
      worker.viewers += lists.block_size(block);
    }
  });
  const std::size_t num_tiles = (std::size_t{num_channels} + kTile - 1) / kTile;
  pool.parallel_for(num_tiles, 4, [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t tile = first; tile < last; ++tile) {
      const auto begin = static_cast<std::uint32_t>(tile) * kTile;
      for (const Worker& worker : workers) {
        if (!worker.triangle.empty()) worker.triangle.front().add_columns_to(counts, begin, std::min(begin + kTile, num_channels));
      }
    }
  });
  return counts;
}

template HeadCounts count_head(const ViewerLists<std::uint16_t>&, std::uint32_t, std::span<const std::uint64_t>, std::uint32_t,
                               ThreadPool&);
template HeadCounts count_head(const ViewerLists<std::uint32_t>&, std::uint32_t, std::span<const std::uint64_t>, std::uint32_t,
                               ThreadPool&);

}  // namespace vieweratlas::graph_internal
