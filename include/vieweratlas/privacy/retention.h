#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

enum class PurgeMode : std::uint8_t { kLook, kRemove };

struct PurgeReport {
  std::uint64_t num_files = 0;  ///< removed, or to be removed
  std::uint64_t num_bytes = 0;
  std::uint64_t num_folders = 0;  ///< that were empty afterwards
  std::uint64_t num_undated = 0;  ///< files whose name and path tell no date: kept
  std::uint64_t num_kept = 0;     ///< files of the cutoff's day and later
  Losses problems;                ///< files that could not be removed, by reason ("not_removed")
  /// Files were removed, and the audit log has no record of it: what is to be put there, and why it is not.
  struct Unlogged {
    AuditEntry entry;
    Error problem;
  };
  std::optional<Unlogged> unlogged;
};

/// Removes presence data older than `cutoff`'s day below raw/snapshots, raw/chatter_logs, raw/membership, raw/vod_chat, raw/vod_snapshots
/// and raw/log_snapshots of `data_dir`, and snapshots in the folder itself (the flat layout "<channel>_<YYYYMMDD_HHMMSS>.json"). Nothing
/// else: no state, no key, no outputs.
///
/// A file is as old as the date of its path (.../YYYY/MM/DD/...) or of its name (a part "YYYYMMDD" or "YYYY-MM-DD"); the later of
/// both counts. What was imported (raw/vod_..., raw/log_...) is named by numbers: there, and there alone, the time counts at which the file
/// was last modified. Files that tell no date are kept and counted. A day goes as a whole when it has ended before `cutoff`. Symbolic links
/// are neither followed nor removed; folders that became empty are. Errors: not_found (data_dir), denied (listing), cancelled.
[[nodiscard]] Result<PurgeReport> purge_older_than(const std::filesystem::path& data_dir, UtcTime cutoff,
                                                   PurgeMode mode = PurgeMode::kRemove, const std::stop_token& stop = {});

/// purge_older_than() for data older than `days` before `now`, with an entry in the audit log when anything was removed (or with
/// `unlogged`). Does nothing for 0 days. For the collector: once a day.
[[nodiscard]] Result<PurgeReport> purge_by_retention(const std::filesystem::path& data_dir, std::uint32_t days, UtcTime now,
                                                     std::string_view version, const std::stop_token& stop = {});

/// The same for any store, where files are not the above: the same folders, the time of modification for imports. Listing ends at the
/// first day that is kept. num_kept counts no further. Errors: those of listing, cancelled.
[[nodiscard]] Result<PurgeReport> purge_older_than(ObjectStore& store, UtcTime cutoff, PurgeMode mode = PurgeMode::kRemove,
                                                   const std::stop_token& stop = {});

/// purge_by_retention() for such a store; the audit log is the store's.
[[nodiscard]] Result<PurgeReport> purge_by_retention(ObjectStore& store, std::uint32_t days, UtcTime now, std::string_view version,
                                                     const std::stop_token& stop = {});

/// The end of the day that the path of a file tells, relative to the data folder; nullopt when it tells none.
[[nodiscard]] std::optional<UtcTime> end_of_day_told_by(std::string_view key);

}  // namespace vieweratlas
