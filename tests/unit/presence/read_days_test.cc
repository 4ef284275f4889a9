#include "vieweratlas/presence/read_days.h"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "presence/day_snapshots.h"
#include "presence/loss_log.h"
#include "unit/presence/days_input.h"
#include "unit/presence/memory_input.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using presence_internal::channel_number;

constexpr DayNumber kJanuary5 = 20458;  // 2026-01-05

const DayOfPresence& only_day(const DaysRead& days) {
  EXPECT_EQ(days.days.size(), 1U);
  static const DayOfPresence kNone;
  return days.days.empty() ? kNone : days.days.begin()->second;
}

TEST(ReadDays, CountsSnapshotsMessagesAndMinutes) {
  const DaysRead days = read_days_of(
      {{"a.ndjson",
        R"({"channel":"lumen","channel_id":"4021","timestamp":"2026-01-05T00:01:59Z","viewer_count":5,"chatters":["ada","bob"],"messages":[3,1]})"
        "\n"
        R"({"channel":"lumen","channel_id":"4021","timestamp":"2026-01-05T23:59:59Z","chatters":["ada"],"messages":[4],"seconds_observed":30})"
        "\n"}});
  ASSERT_EQ(days.days.size(), 1U);
  EXPECT_EQ(days.days.begin()->first, kJanuary5);
  const DayOfPresence& day = days.days.begin()->second;
  ASSERT_EQ(day.sources.size(), 1U);
  const DayRow* ada = find_row(day, "live", number_of("ada"), 4021);
  ASSERT_NE(ada, nullptr);
  EXPECT_EQ(*ada, (DayRow{.viewer = number_of("ada"), .channel = 4021, .buckets = 2, .messages = 7, .first_min = 1, .last_min = 1439}));
  const DayRow* bob = find_row(day, "live", number_of("bob"), 4021);
  ASSERT_NE(bob, nullptr);
  EXPECT_EQ(*bob, (DayRow{.viewer = number_of("bob"), .channel = 4021, .buckets = 1, .messages = 1, .first_min = 1, .last_min = 1}));
  ASSERT_EQ(day.snapshots.size(), 2U);
  EXPECT_TRUE(day.snapshots[0].has_viewer_count);
  EXPECT_EQ(day.snapshots[0].num_viewers, 2U);
  EXPECT_EQ(day.snapshots[1].num_viewers, 1U);
  EXPECT_FALSE(day.snapshots[1].has_viewer_count);
  EXPECT_EQ(day.snapshots[1].seconds_observed, 30U);
  EXPECT_EQ(days.num_rows_in, 3U);
  EXPECT_EQ(days.num_duplicate_rows, 0U);
}

TEST(ReadDays, OneSnapshotInTwoFilesCountsOnce) {
  const std::string text = R"({"channel":"lumen","timestamp":"2026-01-05T10:00:00Z","chatters":["ada","ADA","bob"],"messages":[3,2,9]})";
  const DaysRead days = read_days_of({{"a.json", text}, {"b.json.gz", compress_gzip(text)}});
  const DayOfPresence& day = only_day(days);
  const DayRow* ada = find_row(day, "live", number_of("ada"), channel_number("lumen", ""));
  ASSERT_NE(ada, nullptr);
  EXPECT_EQ(ada->buckets, 1);
  EXPECT_EQ(ada->messages, 3);  // of those of one snapshot the largest
  EXPECT_EQ(days.num_rows_in, 6U);
  EXPECT_EQ(days.num_duplicate_rows, 4U);
  ASSERT_EQ(day.snapshots.size(), 1U);
  EXPECT_EQ(day.snapshots[0].num_viewers, 2U);
  EXPECT_EQ(day.snapshots[0].num_duplicates, 4U);
}

TEST(ReadDays, ListsThatDoNotFitCostThemselvesAlone) {
  for (const std::string_view messages : {"[1]", "[1,2,3]", "\"2\"", "[1 2]", "[1,,2]", "[[1],2]", "{}", "7", "[\"1\",null]", "[-1,1e3]"}) {
    SCOPED_TRACE(messages);
    const std::string text = R"({"channel":"lumen","timestamp":"2026-01-05T10:00:00Z","chatters":["ada","bob"],"messages":)" +
                             std::string(messages) + R"(,"logins":)" + std::string(messages) + R"(,"title":"after"})";
    const DaysRead days = read_days_of({{"a.json", text}});
    const DayOfPresence& day = only_day(days);
    ASSERT_EQ(day.snapshots.size(), 1U);
    EXPECT_EQ(day.snapshots[0].title, "after");
    const DayRow* ada = find_row(day, "live", number_of("ada"), channel_number("lumen", ""));
    ASSERT_NE(ada, nullptr);
    EXPECT_EQ(ada->messages, 0);
    EXPECT_TRUE(days.files.front().losses.empty());
    EXPECT_EQ(read_one("a.json", text).report.num_presence_rows, 2U);
  }
}

TEST(ReadDays, NumbersOfMessagesAreBounded) {
  const DaysRead days =
      read_days_of({{"a.ndjson", R"({"channel":"l","timestamp":"2026-01-05T10:00:00Z","chatters":["ada"],"messages":[99999999999999]})"
                                 "\n"
                                 R"({"channel":"l","timestamp":"2026-01-05T11:00:00Z","chatters":["ada"],"messages":[1000000000]})"
                                 "\n"
                                 R"({"channel":"l","timestamp":"2026-01-05T12:00:00Z","chatters":["ada"],"messages":[1000000000]})"}});
  const DayRow* ada = find_row(only_day(days), "live", number_of("ada"), channel_number("l", ""));
  ASSERT_NE(ada, nullptr);
  EXPECT_EQ(ada->messages, 2147483647);
}

TEST(ReadDays, SourcesAreKeptApart) {
  const DaysRead days = read_days_of(
      {{"a.ndjson",
        R"({"channel":"l","timestamp":"2026-01-05T10:00:00Z","chatters":["ada"]})"
        "\n"
        R"({"channel":"l","bucket_start_ts":"2026-01-05T10:00:00Z","_source":"vod","_content_id":"v1","_offset_s":60,"chatters":["ada"]})"
        "\n"
        R"({"channel":"l","bucket_start_ts":"2026-01-05T10:00:00Z","_source":"vod","_content_id":"v1","_offset_s":120,"chatters":["ada"]})"},
       {"b.csv", "timestamp,channel,username\n2026-01-05T11:00:00Z,l,ada\n2026-01-05T10:00:00Z,l,bob\n"}});
  const DayOfPresence& day = only_day(days);
  ASSERT_EQ(day.sources.size(), 3U);
  EXPECT_EQ(day.sources[0].source, "csv");
  EXPECT_EQ(day.sources[1].source, "live");
  EXPECT_EQ(day.sources[2].source, "vod");
  const std::int64_t channel = channel_number("l", "");
  EXPECT_EQ(find_row(day, "vod", number_of("ada"), channel)->buckets, 2);  // two pieces of a recording with one time
  EXPECT_EQ(find_row(day, "csv", number_of("ada"), channel)->buckets, 1);
  EXPECT_EQ(find_row(day, "live", number_of("bob"), channel)->buckets, 1);  // rows of CSV that belong to a live snapshot
  // As written, the row of 10:00 is a record of its own; the counts are with the first of the snapshot.
  ASSERT_EQ(day.snapshots.size(), 5U);
  EXPECT_EQ(day.snapshots[0].source, "");
  EXPECT_EQ(day.snapshots[0].num_viewers, 2U);
  EXPECT_EQ(day.snapshots[1].source, "live");
  EXPECT_EQ(day.snapshots[1].num_viewers, 0U);
}

TEST(ReadDays, ARenamedChannelHasOneNumberAndItsRecordsTheirLogins) {
  const DaysRead days = read_days_of(
      {{"a.ndjson", R"({"channel":"old","channel_id":"77","timestamp":"2026-01-05T10:00:00Z","viewer_count":3,"chatters":["ada"]})"
                    "\n"
                    R"({"channel":"new","channel_id":"77","timestamp":"2026-01-05T11:00:00Z","viewer_count":2,"chatters":["ada"]})"
                    "\n"
                    R"({"channel":"old","timestamp":"2026-01-05T12:00:00Z","chatters":["ada"]})"}});
  const DayOfPresence& day = only_day(days);
  ASSERT_EQ(day.snapshots.size(), 3U);
  EXPECT_EQ(day.snapshots[0].channel, "new");
  EXPECT_EQ(day.snapshots[1].channel, "old");
  EXPECT_EQ(day.snapshots[2].channel_id, "");
  for (const DaySnapshot& snapshot : day.snapshots) EXPECT_EQ(snapshot.channel_number, 77);
  EXPECT_EQ(find_row(day, "live", number_of("ada"), 77)->buckets, 3);
}

TEST(ReadDays, NumbersOfChannels) {
  EXPECT_EQ(channel_number("lumen", "4021"), 4021);
  EXPECT_EQ(channel_number("lumen", "0"), 0);
  const std::int64_t of_login = static_cast<std::int64_t>((std::uint64_t{1} << 62U) | XXH3_64bits("lumen", 5) >> 2U);
  EXPECT_EQ(channel_number("lumen", ""), of_login);
  for (const char* id : {"UCabc", "12a", "-5", "007", "4611686018427387904", "99999999999999999999", " 1"}) {
    EXPECT_EQ(channel_number("lumen", id), of_login) << id;
  }
  EXPECT_EQ(channel_number("lumen", "4611686018427387903"), 4611686018427387903);
}

TEST(ReadDays, LoginsGoToTheirIdsInsideOfADay) {
  const DaysRead days = read_days_of(
      {{"a.ndjson", R"({"channel":"l","timestamp":"2026-01-05T10:00:00Z","chatters":[{"id":"9","login":"ada"}]})"
                    "\n"
                    R"({"channel":"l","timestamp":"2026-01-05T11:00:00Z","chatters":["ada"]})"
                    "\n"
                    R"({"channel":"l","timestamp":"2026-01-06T11:00:00Z","chatters":["ada","x1","x2"],"logins":["","bob",""]})"}});
  ASSERT_EQ(days.days.size(), 2U);
  const DayOfPresence& first = days.days.at(kJanuary5);
  const DayOfPresence& second = days.days.at(kJanuary5 + 1);
  const std::int64_t channel = channel_number("l", "");
  EXPECT_EQ(find_row(first, "live", number_of("9"), channel)->buckets, 2);
  EXPECT_EQ(find_row(first, "live", number_of("ada"), channel), nullptr);
  EXPECT_NE(find_row(second, "live", number_of("ada"), channel), nullptr);  // this day does not say who ada is
  EXPECT_EQ(first.aliases, (std::vector<DayAlias>{{.login = number_of("ada"), .viewer = number_of("9"), .is_listed = false}}));
  EXPECT_EQ(second.aliases, (std::vector<DayAlias>{{.login = number_of("bob"), .viewer = number_of("x1"), .is_listed = true}}));
}

TEST(ReadDays, OnlyWantedDaysAreKeptAndAllAreNamed) {
  const MemoryFiles files{{"a.ndjson", R"({"channel":"l","timestamp":"2026-01-05T23:00:00Z","chatters":["ada"]})"
                                       "\n"
                                       R"({"channel":"l","timestamp":"2026-01-06T00:00:00Z","chatters":["ada","bob"]})"
                                       "\n"}};
  const DaysRead days = read_days_of(files, [](DayNumber day) { return day == kJanuary5 + 1; });
  ASSERT_EQ(days.days.size(), 1U);
  EXPECT_EQ(days.days.begin()->first, kJanuary5 + 1);
  EXPECT_EQ(days.num_rows_in, 2U);
  EXPECT_EQ(days.files.front().days, (std::vector<DayNumber>{kJanuary5, kJanuary5 + 1}));
  EXPECT_EQ(days.files.front().num_snapshots, 2U);
}

TEST(ReadDays, FilesSayWhatTheyCameTo) {
  const std::string snapshot = R"({"channel":"l","timestamp":"2026-01-05T10:00:00Z","chatters":["ada"]})";
  const DaysRead days = read_days_of({{"a.json", snapshot},
                                      {"b.ndjson", snapshot + "\nbroken\n" + snapshot + "\n{\"channel\":\"cut"},
                                      {"c.json", R"({"record":"round","version":1})"},
                                      {"d.json", R"({"state":1})"},
                                      {"e.json", " \n"},
                                      {"f.csv", "timestamp,channel,username\n2026-01-05T10:00:00Z,l,bob"},
                                      {"g.json.gz", compress_gzip(snapshot).substr(0, 40)}});
  ASSERT_EQ(days.files.size(), 7U);
  EXPECT_EQ(days.files[0].digest, to_string(digest_of(snapshot)));
  EXPECT_EQ(days.files[0].num_bytes_read, snapshot.size());
  EXPECT_EQ(days.files[1].num_snapshots, 2U);
  EXPECT_EQ(days.files[1].losses.by_reason().at("invalid_json").example, "b.ndjson:2: this line is no JSON object: broken");
  EXPECT_EQ(days.files[1].losses.by_reason().at("truncated_json").count, 1U);
  EXPECT_TRUE(days.files[1].unfinished);
  EXPECT_EQ(days.files[2].num_round_records, 1U);
  EXPECT_EQ(days.files[2].set_aside.by_reason().at("round_record").count, 1U);
  EXPECT_EQ(days.files[3].set_aside.by_reason().at("no_snapshot").count, 1U);
  EXPECT_TRUE(days.files[3].days.empty());
  EXPECT_TRUE(days.files[4].is_blank);
  EXPECT_TRUE(days.files[5].unfinished);
  EXPECT_TRUE(days.files[5].losses.empty());
  EXPECT_EQ(days.files[6].losses.by_reason().at("truncated_compression").count, 1U);
  EXPECT_TRUE(days.files[6].unfinished);
}

TEST(ReadDays, ViewersWhoShareANumberAreCounted) {
  const MemoryFiles files{{"a.ndjson", R"({"channel":"l","timestamp":"2026-01-05T10:00:00Z","chatters":["ada","bob","eve"]})"
                                       "\n"
                                       R"({"channel":"l","timestamp":"2026-01-06T10:00:00Z","chatters":["ada"]})"}};
  const DaysRead days = read_days_of(files, every_day, [](const ViewerTable::Key&) { return std::int64_t{5}; });
  EXPECT_EQ(days.num_number_collisions, 2U);
  EXPECT_EQ(days.num_rows_in, 4U);
  EXPECT_EQ(days.num_duplicate_rows, 2U);
  EXPECT_EQ(find_row(days.days.at(kJanuary5), "live", 5, channel_number("l", ""))->buckets, 1);
  EXPECT_EQ(read_days_of(files).num_number_collisions, 0U);
}

TEST(ReadDays, ReadsAnInputAndNamesEachFile) {
  std::string name = (std::filesystem::temp_directory_path() / "va_days_XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  const std::filesystem::path folder = name;
  const std::string snapshot = R"({"channel":"l","timestamp":"2026-01-05T10:00:00Z","chatters":["ada"]})";
  for (const char* key : {"b.json", "a.json", "membership/m.json", "notes.txt"}) {
    ASSERT_TRUE(write_file_atomic(folder / key, snapshot).ok());
  }
  const auto input = folder_input(folder);
  const auto files = input->list();
  ASSERT_TRUE(files.ok());
  ThreadPool pool(2);
  std::vector<StoredObject> wanted(files->rbegin(), files->rend());
  wanted.push_back({.key = "gone.json"});
  const auto days = read_days(*input, wanted, every_day, number_of_key, {}, pool);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(days.ok());
  std::vector<std::string> keys;
  for (const FileFacts& file : days->files) keys.push_back(file.object.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"a.json", "b.json", "gone.json", "membership/m.json", "notes.txt"}));
  EXPECT_EQ(days->files[2].losses.by_reason().count("unreadable_file"), 1U);
  EXPECT_EQ(days->files[2].digest, "");
  EXPECT_EQ(days->files[3].set_aside.by_reason().at("membership").example, "membership/m.json:1: a membership list");
  EXPECT_EQ(days->num_rows_in, 2U);
  EXPECT_EQ(days->num_duplicate_rows, 1U);
}

TEST(LossLog, GivesBackWhatFilesLost) {
  using presence_internal::LossLog;
  const std::vector<std::string_view> keys{"x.json", "x.json.gz", "y:1.json"};
  LossLog by_file(LossLog::Grain::kFile);
  LossLog all;
  for (LossLog* log : {&by_file, &all}) {
    log->add("invalid_json", {1, 9}, "later");
    log->add("invalid_json", {0, 10}, "first: it is", "detail");
    log->add("invalid_json", {0, 90}, "last", {}, 3);
    log->add("wrong_time", {2, 2}, "only");
  }
  LossLog restored;
  for (std::uint32_t file = 0; file < keys.size(); ++file) restored.add(by_file.to_losses(file, keys[file]), file, keys[file]);
  for (const LossLog* log : {&by_file, &restored}) {
    const Losses losses = log->to_losses(keys);
    const Losses expected = all.to_losses(keys);
    ASSERT_EQ(losses.by_reason().size(), 2U);
    for (const auto& [reason, entry] : expected.by_reason()) {
      EXPECT_EQ(losses.by_reason().at(reason).count, entry.count);
      EXPECT_EQ(losses.by_reason().at(reason).example, entry.example);
    }
  }
  EXPECT_EQ(all.to_losses(keys).by_reason().at("invalid_json").example, "x.json:10: first: it is: detail");
}

}  // namespace
}  // namespace vieweratlas
