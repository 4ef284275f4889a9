#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/day_snapshots.h"
#include "presence/loss_log.h"
#include "presence/snapshot_file.h"
#include "unit/presence/days_input.h"
#include "unit/presence/memory_input.h"

#include "vieweratlas/core/random.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/storage/compression.h"

namespace vieweratlas {
namespace {

constexpr std::uint64_t kSeed = 20261123;
constexpr std::int64_t kFirstDay = 20458;  // 2026-01-05
constexpr std::uint64_t kNumViewers = 40;

std::string viewer_login(std::uint64_t viewer) { return "viewer_" + std::to_string(viewer); }
std::string viewer_id(std::uint64_t viewer) { return std::to_string(90'000 + viewer); }

/// Records of every kind that is read, with all that makes them hard to tell apart: channels that were renamed or have no id, viewers by
/// login, id or both, repetitions, rows of CSV, recordings, lists that do not fit.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  std::string record(std::int64_t day) {
    const std::uint64_t channel = random_.below(6);
    const std::int64_t time_s = (kFirstDay + day) * 86'400 + 3600 * static_cast<std::int64_t>(random_.below(6));
    std::string text = R"({"channel":")" + channel_name(channel, time_s) + R"(","timestamp":)" + std::to_string(time_s);
    if (channel < 3 && random_.chance(0.8)) text += R"(,"channel_id":")" + std::to_string(70 + channel) + "\"";
    if (random_.chance(0.6)) text += R"(,"viewer_count":)" + std::to_string(random_.below(50));
    if (random_.chance(0.5)) text += R"(,"game_name":"Game )" + std::to_string(random_.below(3)) + "\"";
    if (random_.chance(0.3)) text += R"(,"display_name":"Name )" + std::to_string(random_.below(3)) + "\"";
    if (random_.chance(0.3)) text += R"(,"seconds_observed":)" + std::to_string(random_.below(3600));
    if (random_.chance(0.2)) text += R"(,"source":"vod","content_id":"v","offset_s":)" + std::to_string(60 * random_.below(3));
    add_chatters(text);
    return text + "}\n";
  }

  std::string row(std::int64_t day) {
    const std::int64_t time_s = (kFirstDay + day) * 86'400 + 3600 * static_cast<std::int64_t>(random_.below(6));
    return std::to_string(time_s) + "," + channel_name(random_.below(6), time_s) + "," + viewer_login(random_.below(kNumViewers)) + "\n";
  }

  /// Files of `num_days` days; some hold several.
  MemoryFiles files(std::int64_t num_days) {
    MemoryFiles files;
    const auto any_day = [&] { return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(num_days))); };
    for (int i = 0; i < 8; ++i) files["one_" + std::to_string(i) + ".json"] = record(any_day());
    for (int i = 0; i < 3; ++i) {
      std::string& lines = files["lines_" + std::to_string(i) + ".ndjson"];
      for (int n = 0; n < 12; ++n) lines += record(any_day());
      lines += "broken\n";
    }
    files["again.ndjson.gz"] = compress_gzip(files["lines_0.ndjson"]);
    files["lines_0.ndjson.zst"] = compress_zstd(files["lines_0.ndjson"]);
    files["log.csv"] = "timestamp,channel,username\n";
    for (int n = 0; n < 20; ++n) files["log.csv"] += row(any_day());
    files["state.json"] = R"({"state":1})";
    return files;
  }

 private:
  static std::string channel_name(std::uint64_t channel, std::int64_t time_s) {
    const bool was_renamed = channel == 0 && time_s % 86'400 >= 3 * 3600;
    return (was_renamed ? "renamed_" : "channel_") + std::to_string(channel);
  }

  void add_chatters(std::string& text) {
    std::string chatters;
    std::string messages;
    std::string logins;
    for (std::uint64_t n = random_.below(10); n > 0; --n) {
      const std::uint64_t viewer = random_.below(kNumViewers);
      const std::string separator = chatters.empty() ? "" : ",";
      const std::string name = random_.chance(0.1) ? "Viewer_" + std::to_string(viewer) : viewer_login(viewer);
      const double kind = random_.uniform();
      const std::string both = R"({"id":")" + viewer_id(viewer) + R"(","login":")" + name + "\"}";
      chatters += separator + (kind < 0.2 ? both : kind < 0.5 ? "\"" + viewer_id(viewer) + "\"" : "\"" + name + "\"");
      messages += separator + std::to_string(random_.below(5));
      logins += separator + (random_.chance(0.5) ? "\"\"" : "\"" + name + "\"");
    }
    text += R"(,"chatters":[)" + chatters + "]";
    if (random_.chance(0.5)) text += R"(,"messages":[)" + messages + (random_.chance(0.2) ? ",1]" : "]");
    if (random_.chance(0.2)) text += R"(,"logins":[)" + logins + "]";
  }

  Random random_;
};

/// Of one day: buckets by channel's number and viewer, over all sources.
std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> buckets_of(const DayOfPresence& day) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> buckets;
  for (const DaySource& source : day.sources) {
    for (const DayRow& row : source.rows) buckets[{row.channel, row.viewer}] += static_cast<std::uint64_t>(row.buckets);
  }
  return buckets;
}

void expect_sorted(const DayOfPresence& day) {
  for (const DaySource& source : day.sources) {
    EXPECT_FALSE(source.rows.empty());
    for (std::size_t i = 1; i < source.rows.size(); ++i) {
      EXPECT_LT(std::pair(source.rows[i - 1].viewer, source.rows[i - 1].channel), std::pair(source.rows[i].viewer, source.rows[i].channel));
    }
    for (const DayRow& row : source.rows) {
      EXPECT_GE(row.buckets, 1);
      EXPECT_GE(row.messages, 0);
      EXPECT_TRUE(0 <= row.first_min && row.first_min <= row.last_min && row.last_min < 1440);
    }
  }
  for (std::size_t i = 1; i < day.sources.size(); ++i) EXPECT_LT(day.sources[i - 1].source, day.sources[i].source);
}

TEST(ReadDaysProperty, ADayIsWhatReadPresenceReads) {
  for (std::uint64_t round = 0; round < 60; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + round));
    const MemoryFiles files = World(kSeed + round).files(1);
    const auto presence = read_memory(files);
    ASSERT_TRUE(presence.ok());
    const DaysRead days = read_days_of(files);
    ASSERT_EQ(days.days.size(), 1U);
    const DayOfPresence& day = days.days.begin()->second;
    expect_sorted(day);
    std::uint64_t num_viewers = 0;
    std::uint64_t num_duplicates = 0;
    for (const DaySnapshot& snapshot : day.snapshots) {
      num_viewers += snapshot.num_viewers;
      num_duplicates += snapshot.num_duplicates;
    }
    const auto buckets = buckets_of(day);
    std::uint64_t sum = 0;
    for (const auto& [who, count] : buckets) sum += count;
    EXPECT_EQ(sum, presence->report.num_presence_rows);
    EXPECT_EQ(num_viewers, presence->report.num_presence_rows);
    EXPECT_EQ(num_duplicates, presence->report.num_duplicate_rows);
    EXPECT_EQ(days.num_duplicate_rows, presence->report.num_duplicate_rows);
    EXPECT_EQ(days.num_rows_in, sum + days.num_duplicate_rows);
    EXPECT_EQ(buckets.size(), presence->incidence.num_memberships());
    std::set<std::int64_t> channels;
    for (const DaySnapshot& snapshot : day.snapshots) channels.insert(snapshot.channel_number);
    EXPECT_EQ(channels.size(), presence->channels.size());
    for (const Channel& channel : presence->channels) {
      const std::int64_t number = presence_internal::channel_number(channel.login, channel.platform_id);
      EXPECT_TRUE(channels.contains(number)) << channel.login;
      for (std::uint64_t viewer = 0; viewer < kNumViewers; ++viewer) {
        // Whoever the day knows by id is not there by login.
        const auto by_id = buckets.find({number, number_of(viewer_id(viewer))});
        EXPECT_EQ(by_id == buckets.end() ? 0 : by_id->second, presence_count(*presence, channel.login, viewer_id(viewer)));
        const auto by_login = buckets.find({number, number_of(viewer_login(viewer))});
        if (by_login != buckets.end()) {
          EXPECT_EQ(by_login->second, presence_count(*presence, channel.login, viewer_login(viewer)));
        }
      }
    }
  }
}

void set_csv_snapshots(DaysRead& days, const DaysRead& other) {
  for (std::size_t i = 0; i < days.files.size(); ++i) {
    if (days.files[i].object.key.ends_with(".csv")) days.files[i].num_snapshots = other.files[i].num_snapshots;
  }
}

TEST(ReadDaysProperty, ThreadsBlocksAndOtherDaysChangeNothing) {
  for (std::uint64_t round = 0; round < 8; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + round));
    const MemoryFiles files = World(kSeed + round).files(3);
    const DaysRead all = read_days_of(files);
    const std::string expected = describe(all);
    for (const unsigned threads : {2U, 8U}) {
      for (const std::size_t block_bytes : {std::size_t{64}, std::size_t{1} << 20U}) {
        presence_internal::ReadLimits limits;
        limits.block_bytes = block_bytes;
        DaysRead days = read_days_of(files, every_day, number_of_key, threads, limits);
        // Of CSV runs of rows are counted, which end with a block.
        if (block_bytes < 1000) set_csv_snapshots(days, all);
        EXPECT_EQ(describe(days), expected) << threads << " " << block_bytes;
      }
    }
    std::uint64_t num_rows_in = 0;
    for (const auto& [number, day] : all.days) {
      const DaysRead alone = read_days_of(files, [number = number](DayNumber other) { return other == number; });
      ASSERT_EQ(alone.days.size(), 1U);
      EXPECT_EQ(describe(alone.days.begin()->second), describe(day));
      num_rows_in += alone.num_rows_in;
    }
    EXPECT_EQ(num_rows_in, all.num_rows_in);
  }
}

TEST(ReadDaysProperty, FilesComeToTheReport) {
  for (std::uint64_t round = 0; round < 8; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + round));
    const MemoryFiles files = World(kSeed + round).files(2);
    const auto presence = read_memory(files);
    ASSERT_TRUE(presence.ok());
    const DaysRead days = read_days_of(files);
    std::vector<std::string_view> keys;
    presence_internal::LossLog losses;
    presence_internal::LossLog set_aside;
    Losses merged;
    std::uint64_t num_bytes = 0;
    std::uint64_t num_files = 0;
    std::uint64_t num_empty = 0;
    for (const FileFacts& file : days.files) {
      const auto index = static_cast<std::uint32_t>(keys.size());
      keys.push_back(file.object.key);
      losses.add(file.losses, index, file.object.key);
      set_aside.add(file.set_aside, index, file.object.key);
      merged.merge(file.losses);
      num_bytes += file.num_bytes_read;
      num_files += file.num_snapshots > 0 ? 1 : 0;
      num_empty += file.is_blank ? 1 : 0;
    }
    const ReadReport& report = presence->report;
    EXPECT_EQ(num_bytes, report.num_bytes);
    EXPECT_EQ(num_files, report.num_files);
    EXPECT_EQ(num_empty, report.num_files_empty);
    EXPECT_EQ(merged.total(), report.losses.total());
    for (const auto& [log, expected] : {std::pair(&losses, &report.losses), std::pair(&set_aside, &report.set_aside)}) {
      const Losses got = log->to_losses(keys);
      ASSERT_EQ(got.by_reason().size(), expected->by_reason().size());
      for (const auto& [reason, entry] : expected->by_reason()) {
        EXPECT_EQ(got.by_reason().at(reason).count, entry.count) << reason;
        EXPECT_EQ(got.by_reason().at(reason).example, entry.example);
      }
    }
  }
}

}  // namespace
}  // namespace vieweratlas
