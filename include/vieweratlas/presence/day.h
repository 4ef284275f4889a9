#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vieweratlas {

/// Days of presence that were aggregated before: what the lake keeps, and what read_presence() takes in place of raw files.
///
/// Viewers are numbers here: the first 63 bits of HMAC-SHA-256 with the installation's key over "lake-viewer:v1:<platform>:" and the 16
/// bytes of ViewerTable::Key (low, high; little endian). Channels are numbers as well: the platform's own where the source has one,
/// else 2^62 + the first 62 bits of xxh3-64 of the login.

/// One distinct snapshot: a record of each field that the analysis reads. Texts that are not known are empty.
struct DaySnapshot {
  std::int64_t time_s = 0;  ///< Unix seconds
  std::int64_t channel_number = 0;
  std::string channel;     ///< login, lower case
  std::string channel_id;  ///< platform's id
  std::string display_name;
  std::string game;
  std::string language;
  std::string title;
  std::string source;         ///< "live", "vod", ...
  std::uint64_t content = 0;  ///< tells minutes of recordings apart; 0 = nothing to tell
  std::uint64_t viewer_count = 0;
  std::uint32_t seconds_observed = 0;
  bool has_viewer_count = false;
  bool has_seconds_observed = false;
  std::uint32_t num_viewers = 0;     ///< distinct
  std::uint32_t num_duplicates = 0;  ///< rows that named a viewer again

  friend bool operator==(const DaySnapshot&, const DaySnapshot&) = default;
};

/// A viewer in a channel's snapshots of one day and source.
struct DayRow {
  std::int64_t viewer = 0;   ///< 63 bits
  std::int64_t channel = 0;  ///< DaySnapshot::channel_number
  std::int32_t buckets = 0;  ///< snapshots in which the viewer was seen, >= 1
  std::int32_t messages = 0;
  std::int32_t first_min = 0;  ///< minute of the UTC day of the first and of the last of these snapshots
  std::int32_t last_min = 0;

  friend bool operator==(const DayRow&, const DayRow&) = default;
};

/// A login of a viewer who is known by id.
struct DayAlias {
  std::int64_t login = 0;
  std::int64_t viewer = 0;

  friend bool operator==(const DayAlias&, const DayAlias&) = default;
};

/// The presence of one source ("live", "vod", "csv") of a day.
struct DaySource {
  std::string source;
  std::vector<DayRow> rows;  ///< sorted by viewer, then channel; unique
};

/// All of one UTC day.
struct DayOfPresence {
  std::vector<DaySnapshot> snapshots;  ///< sorted by channel, time, source, content
  std::vector<DaySource> sources;      ///< sorted by name
  std::vector<DayAlias> aliases;       ///< sorted, unique
};

}  // namespace vieweratlas
