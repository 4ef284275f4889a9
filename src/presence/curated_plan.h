#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "presence/snapshot_file.h"

#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/read_days.h"

// Which days can be taken from their tables, and which files need not be opened then.
//
// A file is known when a day's list of inputs names it and it has not changed since: same key, size and version. A day is usable when all
// of its inputs are known and all known files with snapshots of it are its inputs: then its tables hold what its files say of it. A file is
// covered when it is known and all days that it has are usable. A known file that has other days too is read for these; what it says of
// usable days is passed over. What an unknown file holds is seen when it is read: if it has snapshots of a usable day, the day is read raw.

namespace vieweratlas::presence_internal {

struct CuratedPlan {
  std::map<DayNumber, const CuratedDay*> days;  ///< usable
  std::vector<const FileFacts*> facts;          ///< by file of the input; nullptr = unknown
  std::vector<std::uint32_t> to_read;           ///< files that are not covered, ascending
  std::vector<std::uint8_t> passes_over;        ///< by place in to_read: it is known, so that usable days are in the tables already
};

/// `files` are sorted by key. Days of `raw_days` are not to be used, nor those of which the window of `options` wants a part only (where
/// since and until are given). Values point into `days`.
[[nodiscard]] CuratedPlan plan_curated(const std::vector<InputFile>& files, const std::vector<CuratedDay>& days,
                                       const std::set<DayNumber>& raw_days, const ReadOptions& options);

enum class DayInWindow : std::uint8_t { kNone, kPart, kWhole };
/// Of the window [since_s, until_s).
[[nodiscard]] DayInWindow day_in_window(DayNumber day, std::int64_t since_s, std::int64_t until_s);

}  // namespace vieweratlas::presence_internal
