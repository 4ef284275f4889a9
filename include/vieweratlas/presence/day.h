#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vieweratlas {

/// Days of presence that were aggregated before: what the lake keeps, and what read_presence() takes in place of raw files.
///
/// Viewers are numbers here: the first 63 bits (big endian) of HMAC-SHA-256 with the installation's key over "lake-viewer:v1:<platform>:"
/// and the 16 bytes of ViewerTable::Key (low, high; little endian). Channels are numbers as well: the platform's own where the source has
/// one, else 2^62 + the first 62 bits of xxh3-64 of the login.

/// A snapshot as its records name it: records that agree in channel, channel_id, time, source and content, each as written, are one here,
/// merged as read_presence() merges them. Neither renames nor "no source means live" are followed yet: what another day says decides how
/// such records belong together, so that the reader asks anew and reads a day from its raw files when its rows do not fit the answer.
/// Texts that are not known are empty.
struct DaySnapshot {
  std::int64_t time_s = 0;  ///< Unix seconds
  std::int64_t channel_number = 0;
  std::string channel;     ///< login, lower case, as the records have it
  std::string channel_id;  ///< platform's id
  std::string display_name;
  std::string game;
  std::string language;
  std::string title;
  std::string source;         ///< "live", "vod", ...; empty for CSV rows that do not say
  std::uint64_t content = 0;  ///< tells minutes of recordings apart; 0 = nothing to tell
  std::uint64_t viewer_count = 0;
  std::uint32_t seconds_observed = 0;
  bool has_viewer_count = false;
  bool has_seconds_observed = false;
  // Of all DaySnapshots that are one snapshot when renames inside the day are followed; with the first of them, 0 with the others.
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
  /// Told by a list of logins beside the ids ("logins"), which moves no rows unless the login is looked for; else by a chatter with both
  /// names, under whose id the day's rows of the login stand already. All pairs are kept; where a login has several ids, rows went to one.
  bool is_listed = false;

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
