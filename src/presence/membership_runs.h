#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "presence/build_incidence.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/curated_days.h"

// Memberships of viewers that are known by number: from the tables of curated days and from raw files alike.
//
// A run is sorted by viewer and channel, and has a pair once. Two runs of about one size are merged when the second arrives, so that each
// membership is moved O(log days) times and what is held is the memberships of all days together, not the rows of each.

namespace vieweratlas::presence_internal {

struct Membership {
  std::int64_t viewer = 0;
  std::uint32_t channel = 0;  ///< index into Resolution::channels
  std::uint32_t count = 0;    ///< snapshots

  friend bool operator==(const Membership&, const Membership&) = default;
};

using MembershipRun = std::vector<Membership>;

/// Sorts `run` and adds up what occurs more than once.
void tidy(MembershipRun& run);

/// Thread-safe.
class MembershipRuns {
 public:
  /// Takes a run (sorted, unique); merges it with others of its size on the calling thread.
  void add(MembershipRun run);
  [[nodiscard]] std::vector<MembershipRun> take();

 private:
  std::mutex mutex_;
  std::vector<MembershipRun> runs_;  // guarded by mutex_
};

/// The matrix of all runs. Viewers are keyed by {number, 0} and in their order; counts are capped as in Incidence.
void build_from_runs(std::vector<MembershipRun> runs, std::uint32_t num_channels, BuiltIncidence& built, ThreadPool& pool);

}  // namespace vieweratlas::presence_internal
