#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/storage/object_store.h"

// Looking after a lake: what is in it, whether it is whole, what is to go.

namespace vieweratlas {

/// Fetches tables from `store` itself, past any cache: a local file is opened where it is, others are written into `scratch` and are gone
/// when they are closed. Both must outlive what it gives. Thread-safe.
[[nodiscard]] FetchFile fetch_from(const ObjectStore& store, std::filesystem::path scratch);

// --- stats ---

enum class DayState : std::uint8_t {
  kCurrent,  ///< made from the raw files as they are
  kStale,    ///< raw files came or changed since
  kRawGone,  ///< some of its raw files are gone
  kMissing,  ///< raw files of its folder, and no tables
};
/// "current", "stale", "raw_gone", "missing"
[[nodiscard]] std::string_view name_of(DayState state);

struct LakeDay {
  DayNumber day = 0;
  DayState state = DayState::kCurrent;
  std::vector<LakeTable> presence;  ///< by source
  std::uint64_t num_rows = 0;       ///< of presence, all sources
  std::uint64_t num_snapshots = 0;
  std::uint64_t num_channels = 0;
  std::uint64_t num_logins = 0;
  std::uint64_t num_bytes = 0;      ///< of all tables
  std::uint64_t num_raw_files = 0;  ///< it was made from; of a missing day, those of its folder
  std::uint64_t num_raw_bytes = 0;  ///< of these; a file of several days counts in each
};

/// What the manifests say, beside the files of `raw` as they are listed; nothing is read. Sorted by day. Errors: those of both.
[[nodiscard]] Result<std::vector<LakeDay>> lake_days(const ObjectStore& store, PresenceInput& raw);

// --- verify ---

struct VerifyOptions {
  std::optional<DayNumber> since;  ///< first and last day, included; empty = all
  std::optional<DayNumber> until;
  std::filesystem::path scratch;                                          ///< exists
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;  ///< days
  std::function<bool()> cancelled;
};

struct VerifyReport {
  std::uint64_t num_days = 0;
  std::uint64_t num_tables = 0;
  std::uint64_t num_rows = 0;  ///< of presence
  std::uint64_t num_bytes = 0;
  std::uint64_t num_days_compared = 0;  ///< with their raw files
  std::uint64_t num_left_overs = 0;     ///< parts that no manifest names
  Losses problems;                      ///< by reason; examples name the key
};

/// Raw files to compare with.
struct DeepVerify {
  PresenceInput* raw = nullptr;
  ViewerNumbering number;
  std::string key_id;  ///< days of another key are a problem
  ThreadPool* pool = nullptr;
};

/// Looks at each table that a manifest names: size, digest, types, rows; presence sorted and without repetition, counts that add up,
/// channels and times that belong together. With `deep` days whose raw files are all there are read anew and compared row by row.
/// Damage is counted; errors are those of the store; cancelled.
[[nodiscard]] Result<VerifyReport> verify_lake(const ObjectStore& store, const VerifyOptions& options, const DeepVerify* deep = nullptr);

// --- purge and forget ---

struct LakeChangeOptions {
  std::function<UtcTime()> now;  ///< must be given
  std::string owner;             ///< as in CompactOptions
  std::function<bool(std::string_view owner)> owner_is_gone;
  std::filesystem::path scratch;  ///< exists
  std::string platform = "twitch";
  bool dry_run = false;
  std::function<bool()> cancelled;
};

/// Who is taken out by forget_in_lake().
struct LakeForgetting {
  std::vector<std::int64_t> viewers;  ///< the numbers of all names that are known: pseudonyms of all on the list, and plain names
  /// ForgottenList::digest() of the list before and after these people came onto it. When `is_complete`, `viewers` has every name of whom
  /// the one holds and the other does not, so that days that had nobody of the first have nobody of the second.
  std::string list_before;
  std::string list_after;
  bool is_complete = false;
};

struct LakePurgeReport {
  std::uint64_t num_days = 0;  ///< removed, or to be removed
  std::uint64_t num_tables = 0;
  std::uint64_t num_bytes = 0;
  std::uint64_t num_days_kept = 0;
  std::string lock_problem;  ///< as in CompactReport
};

/// Removes days before `first_kept` from the lake: manifest first, so that killed at any point no manifest names what is gone; parts that
/// were left over go with their day. Errors: those of the store; unavailable (another run changes the lake); cancelled.
[[nodiscard]] Result<LakePurgeReport> purge_lake(ObjectStore& store, DayNumber first_kept, const LakeChangeOptions& options);

struct LakeForgetReport {
  std::vector<DayNumber> days;  ///< rewritten, or to be rewritten
  std::uint64_t num_rows = 0;   ///< rows and logins that were taken out, or would be
  std::uint64_t num_buckets = 0;
  Losses problems;           ///< days that could not be read and may still have them: "damaged_manifest", "damaged_day"
  std::string lock_problem;  ///< as in CompactReport
};

/// Takes viewers out of the tables of presence and logins of all days, and those who are linked with them by a table of logins: the ids of
/// a login, the logins of an id. Each day is replaced at once, and its old tables are removed. Sums that name nobody (the number of viewers
/// of a snapshot) stay as they were observed; a day whose raw files are there is made anew from them by the next compact().
/// Damaged days are counted and left. Errors: those of the store; unavailable (another run changes the lake); cancelled.
[[nodiscard]] Result<LakeForgetReport> forget_in_lake(ObjectStore& store, const LakeForgetting& people, const LakeChangeOptions& options);

}  // namespace vieweratlas
