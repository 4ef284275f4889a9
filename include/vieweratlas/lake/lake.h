#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
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

/// Reads tables back. Objects are fetched through `fetch`, which gives the path of a local file with their bytes (such as a cache's).
using FetchFile = std::function<Result<std::filesystem::path>(const LakeTable&)>;
[[nodiscard]] Result<std::vector<DaySnapshot>> read_snapshot_table(const LakeTable& table, const FetchFile& fetch);
[[nodiscard]] Result<std::vector<DayAlias>> read_login_table(const LakeTable& table, const FetchFile& fetch);
[[nodiscard]] Result<std::unique_ptr<DayRowSource>> open_presence_table(const LakeTable& table, const FetchFile& fetch);

}  // namespace vieweratlas
