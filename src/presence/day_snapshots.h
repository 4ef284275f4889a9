#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "presence/resolve.h"

#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/read_days.h"

namespace vieweratlas::presence_internal {

/// A snapshot as read_presence() counts it when it reads one day alone: what rows refer to.
struct DayBucket {
  std::uint32_t list = 0;  ///< index into DaySnapshots::lists
  std::int32_t minute = 0;
  std::int64_t channel = 0;          ///< number
  std::uint32_t day = 0;             ///< index into DaySnapshots::days
  std::uint32_t first_snapshot = 0;  ///< index into the day's snapshots, of the one that has the counts
};

/// The rows of one source and day.
struct DayList {
  std::uint32_t day = 0;  ///< index into DaySnapshots::days
  std::string source;
};

struct DaySnapshots {
  std::vector<DayNumber> days;                      ///< sorted
  std::vector<std::vector<DaySnapshot>> snapshots;  ///< of each day; sorted as DayOfPresence says, without counts
  std::vector<DayList> lists;                       ///< sorted by day, then source
  std::vector<DayBucket> buckets;                   ///< sorted by list, channel, time
  std::vector<std::uint32_t> bucket_of_record;      ///< by record number
};

/// Settles which records are one snapshot, for each day by itself, so that a day comes out the same whatever it was read with.
[[nodiscard]] DaySnapshots resolve_days(const Records& records, std::uint32_t num_records);

/// The number of a channel (day.h).
[[nodiscard]] std::int64_t channel_number(const std::string& login, const std::string& platform_id);

}  // namespace vieweratlas::presence_internal
