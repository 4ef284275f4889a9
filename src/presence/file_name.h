#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/core/time.h"

namespace vieweratlas::presence_internal {

enum class SnapshotFormat {
  kNone,   ///< no file that snapshots are kept in
  kJson,   ///< .json: one object, an array, or in truth lines
  kLines,  ///< .ndjson, .jsonl
  kCsv,    ///< .csv
};

/// What the name of a file says about its content.
struct FileName {
  SnapshotFormat format = SnapshotFormat::kNone;
  std::string channel;          ///< of "<channel>_<YYYYMMDD_HHMMSS>.json" or of a folder "channel=<name>"; may be empty
  std::optional<UtcTime> time;  ///< of "<channel>_<YYYYMMDD_HHMMSS>.json"
};

/// Files below a folder "vod_chat" are no snapshots. Reads a key ("raw/snapshots/2026/11/22/some_channel_20261122_100005.json.gz").
/// Suffixes in any letter case.
[[nodiscard]] FileName interpret_file_name(std::string_view key);

}  // namespace vieweratlas::presence_internal
