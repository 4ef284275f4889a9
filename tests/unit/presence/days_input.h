#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "presence/read_day_files.h"
#include "presence/snapshot_file.h"
#include "unit/presence/memory_input.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas {

inline bool every_day(DayNumber /*day*/) { return true; }

/// A numbering for tests.
inline std::int64_t number_of_key(const ViewerTable::Key& key) { return static_cast<std::int64_t>(key.low >> 1U); }
inline std::int64_t number_of(std::string_view viewer) { return number_of_key(ViewerTable::key_of(viewer)); }

inline DaysRead read_days_of(const MemoryFiles& files, const std::function<bool(DayNumber)>& wants = every_day,
                             const ViewerNumbering& number = number_of_key, unsigned threads = 1,
                             const presence_internal::ReadLimits& limits = {}) {
  ThreadPool pool(threads);
  Result<DaysRead> days =
      presence_internal::read_day_files(as_input(files), nullptr, {.wants = wants, .number = number, .limits = limits}, pool);
  EXPECT_TRUE(days.ok()) << days.error().message;
  return days.ok() ? std::move(days).value() : DaysRead{};
}

/// The row of a viewer in a channel; nullptr when there is none.
inline const DayRow* find_row(const DayOfPresence& day, std::string_view source, std::int64_t viewer, std::int64_t channel) {
  for (const DaySource& rows : day.sources) {
    if (rows.source != source) continue;
    for (const DayRow& row : rows.rows) {
      if (row.viewer == viewer && row.channel == channel) return &row;
    }
  }
  return nullptr;
}

inline std::string describe(const DayOfPresence& day) {
  std::string text;
  for (const DaySnapshot& s : day.snapshots) {
    text += std::to_string(s.time_s) + "|" + std::to_string(s.channel_number) + "|" + s.channel + "|" + s.channel_id + "|" +
            s.display_name + "|" + s.game + "|" + s.language + "|" + s.title + "|" + s.source + "|" + std::to_string(s.content) + "|" +
            (s.has_viewer_count ? std::to_string(s.viewer_count) : "-") + "|" +
            (s.has_seconds_observed ? std::to_string(s.seconds_observed) : "-") + "|" + std::to_string(s.num_viewers) + "|" +
            std::to_string(s.num_duplicates) + "\n";
  }
  for (const DaySource& source : day.sources) {
    text += source.source + ":";
    for (const DayRow& row : source.rows) {
      text += " " + std::to_string(row.viewer) + "," + std::to_string(row.channel) + "," + std::to_string(row.buckets) + "," +
              std::to_string(row.messages) + "," + std::to_string(row.first_min) + "," + std::to_string(row.last_min);
    }
    text += "\n";
  }
  for (const DayAlias& alias : day.aliases) {
    text += std::to_string(alias.login) + (alias.is_listed ? "~" : "=") + std::to_string(alias.viewer) + "\n";
  }
  return text;
}

inline std::string describe(const DaysRead& days) {
  std::string text;
  for (const auto& [number, day] : days.days) text += "day " + std::to_string(number) + "\n" + describe(day);
  for (const FileFacts& file : days.files) {
    text += file.object.key + " " + file.digest + " " + std::to_string(file.num_bytes_read) + " " + std::to_string(file.num_snapshots) +
            " " + std::to_string(file.num_round_records) + (file.is_blank ? " blank" : "") + (file.unfinished ? " unfinished" : "");
    for (const DayNumber day : file.days) text += " " + std::to_string(day);
    text += "\n";
    for (const Losses* losses : {&file.losses, &file.set_aside}) {
      for (const auto& [reason, entry] : losses->by_reason()) {
        text += "  " + reason + " " + std::to_string(entry.count) + " " + entry.example + "\n";
      }
    }
  }
  return text + std::to_string(days.num_rows_in) + " " + std::to_string(days.num_duplicate_rows) + " " +
         std::to_string(days.num_number_collisions) + "\n";
}

}  // namespace vieweratlas
