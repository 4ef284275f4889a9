// The projection in three steps: transpose (who is in which channels), count (how many of them two channels share) and assemble
// (rows of the lower triangle into a symmetric graph).
//
// Counting adds one for each pair of channels of each viewer, which any exact method must; what differs is where the additions land.
// Channels are ordered by falling audience, so ids below some H hold most memberships and nearly all pairs of small viewers:
//
//        0        H             C
//      0 +--------+
//        |  head  |               pairs below H: viewer by viewer into a private triangle of H^2/2 cells (kernels/head_triangle)
//      H +--------+-------+
//        |   tail rows    |       row c >= H: the lists of c's viewers into one row of cells (kernels/tail_rows)
//      C +----------------+
//
// Viewers in very many channels (bots) need no path of their own: their lists are long runs of ascending ids, which both kernels add
// fastest. Without the 196 viewers in 400 channels and more of the largest benchmark, a third of all pairs, it takes as long.

#include "vieweratlas/graph/project.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "graph/assemble.h"
#include "graph/kernels/cell_rows.h"
#include "graph/kernels/head_triangle.h"
#include "graph/kernels/packed.h"
#include "graph/kernels/tail_rows.h"
#include "graph/kernels/viewer_lists.h"
#include "graph/projection_tuning.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas {
namespace graph_internal {
namespace {

// H: a triangle of 4 MiB, four times the second-level cache of the core it was chosen on (Zen 4), of which the rows of popular channels
// are what is hot. Measured with 1,000 channels: 512 and all in the triangle take 0.077 and 0.066 s of CPU time, rows alone 0.095.
// With 5,000 channels and 41 million memberships: rows alone 4.4 s, H = 512 2.7 to 3.8, 1024 2.9 to 3.5, 1536 3.5, 2048 4.3.
constexpr std::uint32_t kHeadChannels = 1024;

// Rows handed to a thread at once: small, because rows differ in size; the largest come first.
constexpr std::size_t kRowsPerChunk = 4;

/// Rows of the lower triangle, whoever has counted them.
class RowMaker {
 public:
  RowMaker(const Incidence& incidence, const ProjectionOptions& options, const ProjectionTuning& tuning, ThreadPool& pool)
      : incidence_(incidence),
        options_(options),
        tuning_(tuning),
        pool_(pool),
        rows_(incidence.num_channels()),
        budget_(options.max_edges),
        tallies_(pool.threads()) {}

  template <typename Id>
  void run() {
    const std::uint32_t num_channels = incidence_.num_channels();
    const ViewerLists<Id> lists(incidence_, pool_);
    const std::vector<std::uint64_t> increments = packed_increments(num_channels);
    const std::uint32_t head = std::min(num_channels, tuning_.head_channels.value_or(kHeadChannels));
    num_pairs_counted_ = count_pairs(lists);
    make_head_rows(count_head(lists, head, increments, tuning_.packed_viewers, pool_));
    std::vector<RowCounter> counters(pool_.threads());
    pool_.parallel_for(num_channels - head, kRowsPerChunk, [&](std::size_t begin, std::size_t end, unsigned worker) {
      RowCounter& counter = counters[worker];
      counter.size_for(num_channels);
      for (std::size_t i = begin; i < end; ++i) {
        const std::uint32_t channel = head + static_cast<std::uint32_t>(i);
        counter.count(incidence_, lists, channel, increments, tuning_.packed_viewers);
        rows_[channel] = counter.take(channel, options_.min_shared, budget_, tallies_[worker]);
      }
    });
  }

  [[nodiscard]] const std::vector<CellRow>& rows() const { return rows_; }
  [[nodiscard]] const EdgeBudget& budget() const { return budget_; }
  [[nodiscard]] ProjectionReport report() const {
    ProjectionReport report;
    report.num_pairs_counted = num_pairs_counted_;
    for (const PairTally& tally : tallies_) {
      report.num_pairs_sharing += tally.num_sharing;
      report.max_shared = std::max(report.max_shared, tally.max_shared);
    }
    return report;
  }

 private:
  template <typename Id>
  std::uint64_t count_pairs(const ViewerLists<Id>& lists) {
    std::vector<std::uint64_t> per_block(lists.num_blocks(), 0);
    pool_.parallel_for(lists.num_blocks(), 1, [&](std::size_t begin, std::size_t end, unsigned) {
      for (std::size_t block = begin; block < end; ++block) {
        for (std::uint32_t index = 0; index < lists.block_size(block); ++index) {
          const std::uint64_t degree = lists.in_block(block, index).size();
          per_block[block] += degree * (degree > 0 ? degree - 1 : 0) / 2;
        }
      }
    });
    std::uint64_t total = 0;
    for (const std::uint64_t pairs : per_block) total += pairs;
    return total;
  }

  void make_head_rows(const HeadCounts& head) {
    pool_.parallel_for(head.num_channels, kRowsPerChunk, [&](std::size_t begin, std::size_t end, unsigned worker) {
      for (std::size_t i = begin; i < end; ++i) {
        const auto channel = static_cast<std::uint32_t>(i);
        const std::size_t row = HeadCounts::row_begin(channel);
        const auto cell_at = [&](std::uint32_t id) {
          return OverlapCell{.other = id, .shared = head.shared[row + id], .newman = head.newman[row + id]};
        };
        rows_[channel] = make_row(channel, options_.min_shared, cell_at, budget_, tallies_[worker]);
      }
    });
  }

  const Incidence& incidence_;  // all references outlive the one call of project
  const ProjectionOptions& options_;
  const ProjectionTuning& tuning_;
  ThreadPool& pool_;
  std::vector<CellRow> rows_;
  EdgeBudget budget_;
  std::vector<PairTally> tallies_;
  std::uint64_t num_pairs_counted_ = 0;
};

}  // namespace

Result<Projection> project_tuned(const Incidence& incidence, const ProjectionOptions& options, const ProjectionTuning& tuning,
                                 ThreadPool& pool) {
  VA_CHECK(tuning.packed_viewers >= 1 && tuning.packed_viewers <= kPackedViewers);
  if (options.min_shared == 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "overlap_threshold 0 would join every pair of channels, also those that share no viewer; use 1 or more"};
  }
  RowMaker maker(incidence, options, tuning, pool);
  if (incidence.num_channels() <= std::numeric_limits<std::uint16_t>::max()) {
    maker.run<std::uint16_t>();
  } else {
    maker.run<std::uint32_t>();
  }
  if (maker.budget().exceeded()) {
    return Error{ErrorCode::kLimitExceeded, "the graph would have " + with_thousands(maker.budget().taken()) +
                                                " edges, more than the limit of " + with_thousands(options.max_edges) +
                                                "; raise overlap_threshold (now " + std::to_string(options.min_shared) +
                                                ") or filter small channels and bots"};
  }
  Projection result;
  result.report = maker.report();
  assemble(maker.rows(), result.graph, pool);
  result.graph.total_viewers = incidence.num_viewers;
  result.graph.audience.reserve(incidence.num_channels());
  for (std::uint32_t channel = 0; channel < incidence.num_channels(); ++channel)
    result.graph.audience.push_back(incidence.row(channel).size());
  return result;
}

}  // namespace graph_internal

Result<Projection> project(const Incidence& incidence, const ProjectionOptions& options, ThreadPool& pool) {
  return graph_internal::project_tuned(incidence, options, graph_internal::ProjectionTuning{}, pool);
}

}  // namespace vieweratlas
