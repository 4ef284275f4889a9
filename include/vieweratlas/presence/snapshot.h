#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/time.h"

namespace vieweratlas {

/// One channel at one moment: who was in its chat, and what the platform said about the stream. A view for writing: all text
/// is borrowed for the duration of a call. Empty text and empty optionals are facts that are not known.
struct Snapshot {
  std::string_view channel = {};  ///< login, lower case
  std::string_view channel_id = {};
  std::string_view display_name = {};
  UtcTime timestamp = {};
  std::optional<std::uint64_t> viewer_count = {};
  std::string_view game_name = {};
  std::string_view language = {};
  std::string_view title = {};
  std::optional<UtcTime> started_at = {};
  std::string_view source = "live";
  std::span<const std::string_view> chatters = {};  ///< logins, or pseudonyms of ids

  // What a collector knows that watched for a while.
  std::optional<UtcTime> window_begin = {};
  std::optional<UtcTime> window_end = {};
  std::optional<std::uint64_t> seconds_observed = {};
  std::span<const std::uint32_t> messages = {};                             ///< of chatters[i]; as many, or none
  std::span<const std::string_view> logins = {};                            ///< pseudonym of chatters[i]'s login, "" = not known
  std::span<const std::pair<std::string_view, std::uint64_t>> losses = {};  ///< by reason

  // What is known of a piece of a recorded chat or of another tool's log.
  std::string_view content_id = {};                ///< the recording
  std::optional<std::uint64_t> offset_s = {};      ///< of `timestamp` from the begin of the recording
  std::optional<std::uint64_t> bucket_len_s = {};  ///< length of the piece
  bool shared_chat_unfiltered = false;             ///< messages mirrored from other channels could not be told from the channel's own
};

/// Appends `snapshot` as one line of JSON with a newline: channel, channel_id, display_name, timestamp, window_begin, window_end,
/// seconds_observed, viewer_count, game_name, language, title, started_at, source, content_id, offset_s, bucket_len_s, shared_chat
/// ("unfiltered"), losses, chatters, messages, logins, in this order. Facts that are not known and empty lists other than chatters are left
/// out. Malformed UTF-8 becomes U+FFFD. A file that holds this one line is a snapshot file; many lines are NDJSON. Reads only, so any
/// number of threads may write into strings of their own.
void append_snapshot_json(std::string& out, const Snapshot& snapshot);

/// Appends `text` between quotes, escaped for JSON. Malformed UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Appends the header of the collector's log: timestamp,channel,viewer_count,game_name,title,started_at,username.
void append_chatter_csv_header(std::string& out);
/// Appends one row of the collector's log for each chatter (none for an empty chat), fields as the header says.
void append_chatter_csv(std::string& out, const Snapshot& snapshot);

/// Where a snapshot is stored below the data folder: "raw/snapshots/YYYY/MM/DD/<channel>_<YYYYMMDD_HHMMSS>.json".
[[nodiscard]] std::string snapshot_key(std::string_view channel, UtcTime time);

}  // namespace vieweratlas
