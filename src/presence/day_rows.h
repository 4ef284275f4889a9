#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "presence/day_snapshots.h"
#include "presence/intake.h"
#include "presence/viewer_partitions.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/read_days.h"

namespace vieweratlas::presence_internal {

/// What the rows of a bucket come to.
struct BucketCounts {
  std::uint32_t num_viewers = 0;
  std::uint32_t num_duplicates = 0;
};

struct DayRows {
  std::vector<std::vector<DayRow>> rows;       ///< of each list of `snapshots`; sorted as DaySource says
  std::vector<std::vector<DayAlias>> aliases;  ///< of each day; sorted, unique
  std::vector<BucketCounts> counts;            ///< of each bucket
  std::uint64_t num_rows = 0;                  ///< that were read
  std::uint64_t num_number_collisions = 0;
};

/// Turns the rows that the partitions collected into those of days, and gives viewers their numbers. Rows of a login go to the id that
/// `pairs` (sorted, unique) name for it on that day. Empties `partitions` on the way. O(rows log rows), parallel.
[[nodiscard]] DayRows build_day_rows(ViewerPartitions& partitions, const DaySnapshots& snapshots, std::span<const NamePair> pairs,
                                     const ViewerNumbering& number, ThreadPool& pool);

}  // namespace vieweratlas::presence_internal
