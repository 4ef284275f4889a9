#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/read_days.h"
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
  std::optional<DayNumber> since;  ///< days from here on; with `until` empty: all days that have ended before `today`
  std::optional<DayNumber> until;  ///< the last day, included
  DayNumber today = 0;             ///< days that have not ended are not compacted unless `until` names them
  std::filesystem::path scratch;   ///< folder for files in the making
  std::string version;
  bool dry_run = false;
  std::function<void(DayNumber day, std::uint64_t done, std::uint64_t total)> progress;
  std::function<bool()> cancelled;
};

struct CompactReport {
  std::uint64_t num_days_written = 0;
  std::uint64_t num_days_current = 0;  ///< nothing had changed
  std::uint64_t num_days_empty = 0;
  std::uint64_t num_files_read = 0;
  std::uint64_t num_rows_in = 0;
  std::uint64_t num_rows_out = 0;
  std::uint64_t num_duplicate_rows = 0;
  std::uint64_t num_bytes_written = 0;
  std::uint64_t num_left_overs = 0;  ///< files of killed or earlier runs that were removed
  Losses losses;
};

/// Turns raw days into tables: see manifest.h. A day whose raw files are those of its manifest is left as it is; a late file makes
/// its days anew. What was written is read back and counted before the manifest names it.
/// Errors: those of store and input; invalid_argument (another viewer key than that of the lake), corrupt_data (counts do not add up).
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
