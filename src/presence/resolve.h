#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "presence/intake.h"

#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::presence_internal {

/// A distinct snapshot inside the window.
struct ResolvedSnapshot {
  std::int64_t time_s = 0;
  std::uint64_t viewer_count = kNoViewerCount;
  std::uint32_t seconds_observed = kNotObserved;
  std::uint32_t channel = 0;  ///< index into Resolution::channels
  std::uint32_t game = 0;     ///< index into Resolution::texts, 0 = not known; likewise the next ones
  std::uint32_t language = 0;
  std::uint32_t title = 0;
  std::uint32_t source = 0;  ///< 0: rows of CSV that name none, counted as "csv"
};

inline constexpr std::uint32_t kOutside = std::numeric_limits<std::uint32_t>::max();

/// What the records of all workers amount to: distinct channels and snapshots, independent of how they were spread over files.
struct Resolution {
  std::vector<Channel> channels;                  ///< sorted by login; games, languages, titles and audience not filled in yet
  std::vector<ResolvedSnapshot> snapshots;        ///< sorted by channel, then time
  std::vector<std::uint32_t> snapshot_of_record;  ///< by record number; kOutside outside of the window and at the end
  std::vector<std::string> texts;                 ///< sorted; texts[0] is empty
  std::uint64_t num_outside_window = 0;           ///< distinct snapshots
  std::uint64_t num_excluded_channels = 0;        ///< distinct channels that are not wanted
  std::map<std::string, std::uint64_t> sources;
  std::optional<UtcTime> first_in_input;  ///< of all records, outside of the window too
  std::optional<UtcTime> last_in_input;
};

/// The first second of the last `last` of an input: open at the old end, so that "the last 24 h" of hourly snapshots are 24 snapshots.
[[nodiscard]] inline std::int64_t first_second_of_last(UtcTime newest, std::chrono::seconds last) {
  return (newest - last).time_since_epoch().count() + 1;
}

/// Which times are wanted. `last` counts back from the newest record: (newest - last, newest].
struct Window {
  std::optional<UtcTime> since;
  std::optional<UtcTime> until;
  std::optional<std::chrono::seconds> last;
};

/// Records with texts numbered in common, so that the order of numbers is the order of texts.
struct Records {
  std::vector<Record> records;
  std::vector<std::string> texts;  ///< sorted; texts[0] is empty
};
[[nodiscard]] Records gather(std::span<const Intake* const> intakes);

/// Takes `record` into `merged`, which is the same snapshot.
void merge_records(Record& merged, const Record& record);

/// Merges records, whose numbers are below `num_records`.
///
/// Records with the same channel, time and source (and content and offset, for recordings) are one snapshot: of differing facts the
/// largest viewer_count and longest observation and of texts the first in byte order are taken; rows are united. CSV rows that name no
/// source belong to the live snapshot of the same channel and time. A channel is known by its platform id where the records have one, so
/// that a renamed channel stays one channel, under the login it had last; else by its login. Channels of `excluded` (logins in any case, or
/// platform ids) are left out with all names that they had.
[[nodiscard]] Resolution resolve(Records records, std::uint32_t num_records, const Window& window,
                                 std::span<const std::string> excluded = {});

}  // namespace vieweratlas::presence_internal
