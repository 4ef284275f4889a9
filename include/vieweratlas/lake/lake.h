#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/redact.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// A channel of one day, as the lake's tables name it: its last login and name of the day, the language and game of most of its snapshots.
struct LakeChannel {
  std::int64_t channel_id = 0;  ///< DaySnapshot::channel_number
  std::string platform;
  std::string login;
  std::string name;
  std::string language;
  std::string game;

  friend bool operator==(const LakeChannel&, const LakeChannel&) = default;
};

struct CompactOptions {
  std::optional<DayNumber> since;  ///< days from here on; empty = from the first
  std::optional<DayNumber> until;  ///< the last day, included, also when it has not ended; empty = the day before `today`
  DayNumber today = 0;
  std::function<UtcTime()> now;   ///< must be given
  std::filesystem::path scratch;  ///< folder for files in the making, which exists; what is put there is removed
  std::string platform = "twitch";
  std::string version;
  ViewerTest refuse;           ///< rows of these viewers are left out and counted, by whatever name a file has them; may be empty
  std::string forgotten_list;  ///< ForgottenList::digest() of who is refused: days made with another list are made anew
  std::string owner;           ///< of the lock, for who is refused by it: "HOST, process 12"; one line
  /// True when the owner that a lock names certainly works no more; may be empty. A lock is stale after an hour anyway.
  std::function<bool(std::string_view owner)> owner_is_gone;
  bool dry_run = false;
  std::function<void(DayNumber day, std::uint64_t done, std::uint64_t total)> progress;
  std::function<bool()> cancelled;
};

struct CompactReport {
  std::vector<DayNumber> days;             ///< written, or that would be
  std::uint64_t num_days_current = 0;      ///< nothing had changed
  std::uint64_t num_days_raw_gone = 0;     ///< of them, days some of whose raw files are gone: their tables are what is left
  std::uint64_t num_days_empty = 0;        ///< of the days written: without a snapshot
  std::uint64_t num_files = 0;             ///< raw files that may hold snapshots
  std::uint64_t num_files_read = 0;        ///< that no manifest knew; days made anew read theirs once more
  std::uint64_t num_files_left = 0;        ///< unknown to all manifests and, by their names, of other days than were asked for
  std::uint64_t num_files_membership = 0;  ///< left aside
  std::uint64_t num_rows_in = 0;
  std::uint64_t num_rows_out = 0;
  std::uint64_t num_duplicate_rows = 0;
  std::uint64_t num_forgotten_rows = 0;
  std::uint64_t num_number_collisions = 0;
  std::uint64_t num_bytes_written = 0;
  std::uint64_t num_left_overs = 0;  ///< files of killed or earlier runs that were removed
  std::string stale_lock;            ///< whose lock was taken over; empty = none
  std::string lock_problem;          ///< one sentence when the lock could not be removed; empty = it was
  /// Of the raw files of the days written; and "late_for_purged_day": a file came too late, and of days whose raw
  /// files are gone: "made_before_forgetting" (somebody who was forgotten since may be in it under a plain name), "damaged_day".
  Losses losses;
};

/// Turns raw days into tables: see manifest.h. A day whose raw files are those of its manifest is left as it is; a late or changed file
/// makes its days anew. A day of which raw files are gone (purged) is never made anew: late files for it are counted and left. What was
/// written is read back and compared before the manifest names it. One run at a time works on a store (state/compact/lock); killed at any
/// point, the lake is as it was before or as it is afterwards, day by day, and the next run finishes.
/// Errors: those of store and input; invalid_argument (another viewer key than that of the lake), unavailable (another run is at work; a
/// build without DuckDB), corrupt_data (a manifest; counts that do not add up), cancelled.
/// Cost: memory of the largest day; new files are read twice, except those of the day that most of them belong to.
[[nodiscard]] Result<CompactReport> compact(ObjectStore& store, PresenceInput& raw, const ViewerKey& key, const CompactOptions& options,
                                            ThreadPool& pool);

/// Gives a descriptor of a regular file with a table's bytes, such as ObjectCache::open does; who asks closes it.
using FetchFile = std::function<Result<int>(const LakeTable&)>;

namespace lake_internal {
class ParquetEngine;
}  // namespace lake_internal

/// Reads tables back. Size and digest are checked before a row is given. Thread-safe, if `fetch` is; what it gives is thread-compatible and
/// may outlive it. Errors of all methods: those of `fetch`; corrupt_data (other bytes than the manifest names, not such a table).
class TableReader {
 public:
  /// Takes some 10 ms. Errors: unavailable (also in a build without DuckDB).
  [[nodiscard]] static Result<TableReader> open(FetchFile fetch);

  [[nodiscard]] Result<std::vector<DaySnapshot>> snapshots(const LakeTable& table) const;
  [[nodiscard]] Result<std::vector<DayAlias>> logins(const LakeTable& table) const;
  [[nodiscard]] Result<std::unique_ptr<DayRowSource>> presence(const LakeTable& table) const;
  [[nodiscard]] Result<std::vector<LakeChannel>> channels(const LakeTable& table) const;

 private:
  TableReader(FetchFile fetch, std::shared_ptr<lake_internal::ParquetEngine> engine)
      : fetch_(std::move(fetch)), engine_(std::move(engine)) {}
  FetchFile fetch_;
  std::shared_ptr<lake_internal::ParquetEngine> engine_;
};

}  // namespace vieweratlas
