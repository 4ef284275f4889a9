#include "vieweratlas/presence/snapshot.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/time.h"

namespace vieweratlas {
namespace {

const UtcTime kTime = *parse_time("2026-11-22T10:00:05Z");

TEST(Snapshot, JsonHoldsEveryFactInTheOrderOfTheFormat) {
  const std::vector<std::string_view> chatters{"bob", "alice_1"};
  const Snapshot snapshot{.channel = "ninja",
                          .channel_id = "19571641",
                          .display_name = "Ninja",
                          .timestamp = kTime,
                          .viewer_count = 1234,
                          .game_name = "Chess",
                          .language = "en",
                          .title = "Say \"hi\", \\o/\n\xF0\x9F\x8E\xAE",
                          .started_at = kTime - std::chrono::hours(2),
                          .chatters = chatters};
  std::string line;
  append_snapshot_json(line, snapshot);
  EXPECT_EQ(line,
            "{\"channel\":\"ninja\",\"channel_id\":\"19571641\",\"display_name\":\"Ninja\",\"timestamp\":\"2026-11-22T10:00:05Z\","
            "\"viewer_count\":1234,\"game_name\":\"Chess\",\"language\":\"en\",\"title\":\"Say \\\"hi\\\", \\\\o/\\n\xF0\x9F\x8E\xAE\","
            "\"started_at\":\"2026-11-22T08:00:05Z\",\"source\":\"live\",\"chatters\":[\"bob\",\"alice_1\"]}\n");
}

TEST(Snapshot, JsonLeavesOutWhatIsNotKnown) {
  std::string line;
  append_snapshot_json(line, Snapshot{.channel = "a", .timestamp = kTime});
  EXPECT_EQ(line, "{\"channel\":\"a\",\"timestamp\":\"2026-11-22T10:00:05Z\",\"source\":\"live\",\"chatters\":[]}\n");
}

TEST(Snapshot, JsonEscapesControlCharactersAndRepairsUtf8) {
  std::string line;
  append_snapshot_json(line, Snapshot{.channel = "a", .timestamp = kTime, .title = "x\x01y\xFFz\x7F"});
  EXPECT_NE(line.find("\"title\":\"x y\xEF\xBF\xBDz \""), std::string::npos) << line;
  line.clear();
  append_snapshot_json(line, Snapshot{.channel = "a", .timestamp = kTime, .title = "x\x01y"});
  EXPECT_NE(line.find("\"title\":\"x\\u0001y\""), std::string::npos) << line;
}

TEST(Snapshot, JsonTellsWhichPieceOfARecordingItIs) {
  std::string line;
  append_snapshot_json(line, Snapshot{.channel = "a",
                                      .timestamp = kTime,
                                      .source = "vod",
                                      .content_id = "2345",
                                      .offset_s = 120,
                                      .bucket_len_s = 60,
                                      .shared_chat_unfiltered = true});
  EXPECT_EQ(line,
            "{\"channel\":\"a\",\"timestamp\":\"2026-11-22T10:00:05Z\",\"source\":\"vod\",\"content_id\":\"2345\",\"offset_s\":120,"
            "\"bucket_len_s\":60,\"shared_chat\":\"unfiltered\",\"chatters\":[]}\n");
}

TEST(Snapshot, JsonTellsWhatWasWatchedAndMissed) {
  const std::vector<std::string_view> chatters{"0a", "0b"};
  const std::vector<std::string_view> logins{"1a", ""};
  const std::vector<std::uint32_t> messages{3, 1};
  const std::vector<std::pair<std::string_view, std::uint64_t>> losses{{"mirror", 4}, {"parse_error", 1}};
  std::string line;
  append_snapshot_json(line, Snapshot{.channel = "a",
                                      .timestamp = kTime,
                                      .chatters = chatters,
                                      .window_begin = kTime,
                                      .window_end = kTime + std::chrono::hours(1),
                                      .seconds_observed = 60,
                                      .messages = messages,
                                      .logins = logins,
                                      .losses = losses});
  EXPECT_EQ(line,
            "{\"channel\":\"a\",\"timestamp\":\"2026-11-22T10:00:05Z\",\"window_begin\":\"2026-11-22T10:00:05Z\","
            "\"window_end\":\"2026-11-22T11:00:05Z\",\"seconds_observed\":60,\"source\":\"live\",\"losses\":{\"mirror\":4,"
            "\"parse_error\":1},\"chatters\":[\"0a\",\"0b\"],\"messages\":[3,1],\"logins\":[\"1a\",\"\"]}\n");
}

TEST(Snapshot, CsvHasARowForEachChatter) {
  const std::vector<std::string_view> chatters{"bob", "eve"};
  std::string csv;
  append_chatter_csv_header(csv);
  append_chatter_csv(csv, Snapshot{.channel = "ninja", .timestamp = kTime, .viewer_count = 7, .title = "a, \"b\"", .chatters = chatters});
  EXPECT_EQ(csv,
            "timestamp,channel,viewer_count,game_name,title,started_at,username\n"
            "2026-11-22T10:00:05Z,ninja,7,,\"a, \"\"b\"\"\",,bob\n"
            "2026-11-22T10:00:05Z,ninja,7,,\"a, \"\"b\"\"\",,eve\n");
}

TEST(Snapshot, KeyIsPartitionedByDate) {
  EXPECT_EQ(snapshot_key("some_channel", kTime), "raw/snapshots/2026/11/22/some_channel_20261122_100005.json");
}

}  // namespace
}  // namespace vieweratlas
