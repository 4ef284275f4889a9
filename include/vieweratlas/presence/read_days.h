#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/redact.h"
#include "vieweratlas/presence/viewer_table.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// A UTC day: days since 1970-01-01.
using DayNumber = std::int32_t;

/// The number that the lake knows a viewer by (day.h). Thread-safe.
using ViewerNumbering = std::function<std::int64_t(const ViewerTable::Key&)>;

/// What a raw file came to: what a report needs of it when the file itself is not read again.
struct FileFacts {
  StoredObject object;
  std::string digest;                   ///< "xxh3-128:..." of the bytes that were read; empty when the file was not opened
  std::uint64_t num_bytes_read = 0;     ///< as stored; fewer than the object has when its begin shows that it holds no snapshots
  std::uint64_t num_snapshots = 0;      ///< records that are snapshots; of CSV, runs of rows
  std::uint64_t num_round_records = 0;  ///< set aside
  bool is_blank = false;
  /// It ends inside of a record or a compressed stream, or a CSV row without its newline. Here that is damage, counted as such; while
  /// read_presence() takes the file for one being written (read.h) it reads such a file otherwise, and only such a file.
  bool unfinished = false;
  std::vector<DayNumber> days;  ///< that it has snapshots of; sorted
  Losses losses;                ///< examples name the file by its key
  Losses set_aside;
};

struct DaysRead {
  std::map<DayNumber, DayOfPresence> days;  ///< those that were asked for and have a snapshot
  std::vector<FileFacts> files;             ///< one per file given, sorted by key
  std::set<DayNumber> plain_days;           ///< of those, the ones on which a viewer has another name than a pseudonym
  std::uint64_t num_rows_in = 0;            ///< (snapshot record, viewer) pairs that were read, of the days asked for
  std::uint64_t num_duplicate_rows = 0;     ///< of them, a viewer of a snapshot once more
  std::uint64_t num_refused_rows = 0;       ///< of them, left out because `refuse` said so
  std::uint64_t num_number_collisions = 0;  ///< viewers who share a number with another of their day: each beyond the first is lost in it
};

/// Reads `files` of `input`, none of which is being written, and gives the presence of the days for which `wants` is true, aggregated per
/// viewer, channel and source: as read_presence() would count it. rows in = sum of buckets + duplicates + refused. Viewers for whom
/// `refuse` is true by any of their names are left out as if they were in no file; it may be empty. Errors: those of input; limit_exceeded.
/// Equal input gives equal days for any pool; a day comes out the same whatever it is read with. `wants`, `number` and `refuse` are called
/// from several threads at once.
///
/// Of records of one snapshot that name a viewer twice the larger number of messages stands. Cost: memory of 24 bytes a row, 80 a viewer
/// and 32 a DayRow at the peak, 80 a record and 40 a pair of names.
[[nodiscard]] Result<DaysRead> read_days(PresenceInput& input, const std::vector<StoredObject>& files,
                                         const std::function<bool(DayNumber)>& wants, const ViewerNumbering& number,
                                         const ViewerTest& refuse, ThreadPool& pool);

}  // namespace vieweratlas
