#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/incidence.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/redact.h"
#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas {

struct ReadOptions {
  std::optional<UtcTime> since;              ///< snapshots at or after it
  std::optional<UtcTime> until;              ///< snapshots before it
  std::optional<std::chrono::seconds> last;  ///< snapshots later than the newest in the input less this; excludes since/until
  bool strict = false;                       ///< any loss is an error (corrupt_data) that names the first example
  /// Channels that are not there: logins in any case, or platform ids. A channel that was renamed is left out under all its names.
  std::vector<std::string> exclude_channels;
  /// Viewers that are not there; may be empty. Asked once for most viewers, again when a small memory has lost the answer, from several
  /// threads at once.
  ViewerTest refuse;
  /// Names by which viewers will be looked for. Where snapshots list logins beside the chatters' ids ("logins"), only these are kept:
  /// all of them would take 60 bytes a viewer.
  std::vector<std::string> wanted_logins;
  /// Called now and then from one thread at a time with bytes done and bytes in all; may be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

/// How much of an input was taken from days that were aggregated before. No output depends on it.
struct CuratedUse {
  std::uint64_t num_days = 0;              ///< in the window, taken from their tables
  std::uint64_t num_days_raw = 0;          ///< that did not fit
  std::uint64_t num_files_not_opened = 0;  ///< raw files that these days stand for
  std::vector<std::string> notes;          ///< sentences for people
};

/// What was read and what was not: numbers for the quality report and the provenance.
struct ReadReport {
  std::uint64_t num_files = 0;  ///< files that gave at least one snapshot
  std::uint64_t num_files_empty = 0;
  std::uint64_t num_bytes = 0;          ///< as stored
  std::uint64_t num_snapshots = 0;      ///< distinct (channel, time, source)
  std::uint64_t num_presence_rows = 0;  ///< (snapshot, viewer) pairs, after duplicates inside a snapshot are dropped
  std::uint64_t num_duplicate_rows = 0;
  std::uint64_t num_outside_window = 0;                   ///< snapshots left out by since, until, last
  std::uint64_t num_excluded_channels = 0;                ///< of exclude_channels, those that the input has
  std::uint64_t num_refused_rows = 0;                     ///< chatters that `refuse` took out
  std::uint64_t num_snapshots_observed = 0;               ///< snapshots that say how long was listened
  std::uint64_t seconds_observed = 0;                     ///< their sum: channel-seconds
  std::map<std::string, std::uint64_t> snapshot_sources;  ///< "live", "vod", "csv", ... -> snapshots
  std::map<UtcTime, std::uint64_t> snapshots_per_hour;    ///< coverage in time, by hour in UTC
  std::optional<UtcTime> first;
  std::optional<UtcTime> last;
  std::string input_digest;  ///< "xxh3-128:<32 hex>", over files sorted by name; independent of threads and of the folder's place
  Losses losses;             ///< docs/formats.md lists the reasons
  /// What was left out rightly, by reason: "no_snapshot" (files that hold something else), "unfinished" (files whose last
  /// record is still being written), "round_record" (what a collector says of a whole round), "membership" (files of membership
  /// lists). No loss, also under `strict`.
  Losses set_aside;
  CuratedUse curated;
};

/// All presence of a window: who was where, how often. Viewers are known by id; names only through the table.
struct Presence {
  std::vector<Channel> channels;  ///< sorted by login; facts over the whole window; audience = row length
  Incidence incidence;            ///< row i belongs to channels[i]
  ViewerTable viewers;            ///< finds a viewer's id by login or platform id
  ReadReport report;
};

/// Reads every snapshot file below `folder` (see docs/formats.md for layouts, spellings and compression), in one pass, on
/// all threads, without holding raw snapshots in memory.
///
/// The same snapshot (channel, time, source) in several records or files counts once: viewers are united, of differing facts
/// the largest viewer_count and of texts the first in byte order are taken. CSV rows that name no source belong to the live
/// snapshot of the same channel and time. Recordings (source "vod") tell who was there; their game and viewer_count are
/// placeholders and are not read. Folders named "membership" below `folder` are left aside: such lists are unreliable, and are read
/// only when `folder` is one.
///
/// A wrong file, line or field is skipped and counted in `report.losses`. A file that is being written is no loss: it has a
/// temporary name (never listed), or it ends in the middle of its last record and was modified within a minute of the newest
/// file, while the folder has older files too or no other file. (Where all files are of one minute they were copied together,
/// and an end in the middle of a record is damage.) Symlinks are not followed. `folder` may also name one file.
/// Equal input gives equal bytes for any pool, whatever the order in which the file system lists files. Viewer ids are ranks of
/// the viewers' keys.
/// Errors: not_found (folder), denied, no_data (no snapshot; the message says what was looked for), corrupt_data (strict),
/// invalid_argument (since not before until; last together with them), limit_exceeded (2^32 viewers).
/// Cost: some 100 to 150 ns of processor time a presence row; memory 8 bytes a row, 40 a viewer and 12 a membership at the peak.
[[nodiscard]] Result<Presence> read_presence(const std::filesystem::path& folder, const ReadOptions& options, ThreadPool& pool);

/// The same for all files of an input. A file that the input cannot find or is denied is counted in `report.losses`; its other
/// errors end the reading.
[[nodiscard]] Result<Presence> read_presence(PresenceInput& input, const ReadOptions& options, ThreadPool& pool);

}  // namespace vieweratlas
