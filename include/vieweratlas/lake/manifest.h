#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/storage/object_store.h"

// What the lake keeps of a day:
//
//   curated/presence/dt=2026-11-22/source=live/part-00000-RUN.parquet   who was where       (DayRow)
//   curated/snapshots/dt=2026-11-22/part-00000-RUN.parquet              when, under what    (DaySnapshot)
//   curated/channels/dt=2026-11-22/part-00000-RUN.parquet               one row a channel: channel_id, platform, login, name, language,
//   game curated/logins/dt=2026-11-22/part-00000-RUN.parquet                 DayAlias; only where there are some
//   curated/presence/dt=2026-11-22/_manifest.json                       which of these files count: written last, replaced as a whole
//
// RUN is a digest of what went in, so that the same compaction gives the same names and bytes. Files that no manifest names are
// left-overs of runs that were killed.

namespace vieweratlas {

inline constexpr int kLakeSchemaVersion = 1;

struct LakeTable {
  std::string key;
  std::uint64_t num_rows = 0;
  std::uint64_t num_bytes = 0;
  std::string digest;  ///< "xxh3-128:..." of the stored bytes
  std::string source;  ///< of a table of presence; else empty
};

struct LakeManifest {
  DayNumber day = 0;
  std::string run;     ///< 16 hex digits
  std::string key_id;  ///< ViewerKey::id() that the numbers were made with
  std::string version;
  std::vector<LakeTable> presence;  ///< sorted by source
  std::optional<LakeTable> snapshots;
  std::optional<LakeTable> channels;
  std::optional<LakeTable> logins;
  std::vector<FileFacts> inputs;  ///< raw files with snapshots of this day, and files of this day's folder without any; sorted by key
  std::uint64_t num_rows_in = 0;
  std::uint64_t num_rows_out = 0;  ///< sum of buckets
  std::uint64_t num_duplicate_rows = 0;
  std::uint64_t num_forgotten_rows = 0;  ///< taken out since: rows in = rows out + duplicates + forgotten
  std::uint64_t num_number_collisions = 0;
  /// ForgottenList::digest() of the list that nobody of is in the tables, by whatever name the raw files had; empty = the list was empty.
  std::string forgotten_list;
  /// A viewer or a login of the day had another name than a pseudonym, which the list's pseudonyms cannot be compared with. True also where
  /// that is not known.
  bool has_plain_names = true;
};

/// Whether nobody on the list with this digest is in the tables under a plain name; under pseudonyms they are told by their numbers.
[[nodiscard]] inline bool has_no_plain_names_of(const LakeManifest& manifest, std::string_view forgotten_list) {
  return !manifest.has_plain_names || manifest.forgotten_list == forgotten_list;
}

/// "curated/presence/dt=2026-11-22/_manifest.json"
[[nodiscard]] std::string manifest_key(DayNumber day);
[[nodiscard]] std::string to_json(const LakeManifest& manifest);
/// Errors: corrupt_data (no manifest, another schema version; `key` is named).
[[nodiscard]] Result<LakeManifest> parse_manifest(std::string_view json, std::string_view key);
/// All manifests of `store`, by day. A damaged one is an error, or is counted in `damaged` where that is given.
[[nodiscard]] Result<std::vector<LakeManifest>> read_manifests(const ObjectStore& store, Losses* damaged = nullptr);

/// "2026-11-22"
[[nodiscard]] std::string format_day(DayNumber day);
[[nodiscard]] std::optional<DayNumber> parse_day(std::string_view text);

}  // namespace vieweratlas
