#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "recording.h"

#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr std::string_view kFirst = "raw/snapshots/2026/11/22/round_20261122_100000.ndjson.zst";
constexpr std::string_view kSecond = "raw/snapshots/2026/11/22/round_20261122_110000.ndjson.zst";

TEST(RoundKeeper, StoresARoundWhenItsWindowIsOver) {
  Recording recording;
  recording.see("ada", 1, "m1");
  recording.see("ada", 1, "m2");
  recording.observe("ada", seconds(90));
  recording.advance(hours(1) + seconds(14));
  EXPECT_TRUE(recording.store.objects.empty()) << "the grace of 15 s is not over";
  recording.advance(seconds(1));
  const auto lines = recording.lines(kFirst);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1],
            "{\"channel\":\"ada\",\"timestamp\":\"2026-11-22T10:00:00Z\",\"window_begin\":\"2026-11-22T10:00:00Z\","
            "\"window_end\":\"2026-11-22T11:00:00Z\",\"seconds_observed\":90,\"source\":\"live\",\"chatters\":[\"" +
                recording.id_of(1) + "\"],\"messages\":[2],\"logins\":[\"" + recording.login_of(1) + "\"]}");
  EXPECT_EQ(recording.counters().rounds_closed, 1U);
  EXPECT_EQ(recording.num_journals(), 0U);
}

TEST(RoundKeeper, SaysOfTheWholeRoundWhatItWas) {
  Recording recording;
  recording.see("ada", 1, "m1");
  recording.see("ada", 1, "m1");
  recording.keeper().lost("ada", "mirror", 3);
  recording.keeper().lost("", "parse_error", 2);
  recording.keeper().summarise({.channels_wanted = 5, .channels_confirmed = 4, .channels_failed = {{"banned", 1}}});
  recording.advance(hours(2));
  const auto lines = recording.lines(kFirst);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0],
            "{\"record\":\"round\",\"version\":1,\"source\":\"live\",\"window_begin\":\"2026-11-22T10:00:00Z\","
            "\"window_end\":\"2026-11-22T11:00:00Z\",\"shard\":0,\"shards\":1,\"part\":1,\"key\":\"" +
                recording.key.id() +
                "\",\"channels\":1,\"viewers\":1,\"chatters\":1,\"messages\":1,\"seconds_observed\":0,\"channels_wanted\":5,"
                "\"channels_confirmed\":4,\"channels_failed\":{\"banned\":1},\"mirrors\":3,\"duplicates\":1,\"late\":0,"
                "\"refused\":0,\"lines_lost\":{\"parse_error\":2}}");
  EXPECT_THAT(lines[1], HasSubstr("\"losses\":{\"mirror\":3}"));
  EXPECT_EQ(recording.counters().duplicates, 1U);
}

TEST(RoundKeeper, PutsEventsIntoTheRoundOfTheirTime) {
  Recording recording;
  const UtcMillis begin = recording.clock.utc();
  recording.advance(hours(1) - seconds(1));
  recording.see_at(begin + hours(1), "ada", 2);  // the next round, a moment early
  recording.advance(seconds(11));
  recording.see_at(begin + hours(1) - milliseconds(1), "ada", 1);  // the round before, a moment late
  recording.see_at(begin + hours(1) + seconds(5), "ada", 3);
  EXPECT_EQ(recording.counters().late, 0U);
  recording.advance(seconds(10));
  recording.see_at(begin + minutes(59), "ada", 4);  // too late
  EXPECT_EQ(recording.counters().late, 1U);
  recording.see_at(begin + hours(50), "ada", 5);  // a clock that is wrong
  EXPECT_EQ(recording.counters().late, 2U);
  recording.advance(hours(1));
  ASSERT_EQ(recording.lines(kFirst).size(), 2U);
  ASSERT_EQ(recording.lines(kSecond).size(), 2U);
  EXPECT_THAT(recording.lines(kFirst)[1], HasSubstr(recording.id_of(1)));
  EXPECT_THAT(recording.lines(kFirst)[0], HasSubstr("\"chatters\":1,"));
  for (const int viewer : {2, 3, 4, 5}) EXPECT_THAT(recording.lines(kSecond)[1], HasSubstr(recording.id_of(viewer)));
  EXPECT_THAT(recording.lines(kSecond)[0], HasSubstr("\"late\":2"));
}

TEST(RoundKeeper, DividesObservationsAmongWindows) {
  Recording recording;
  recording.advance(minutes(59));
  recording.observe("ada", seconds(90));
  recording.advance(hours(2));
  EXPECT_THAT(recording.lines(kFirst)[1], HasSubstr("\"seconds_observed\":60,"));
  EXPECT_THAT(recording.lines(kSecond)[1], HasSubstr("\"seconds_observed\":30,"));
}

TEST(RoundKeeper, WritesChannelsThatWereWatchedInVain) {
  Recording recording;
  recording.observe("quiet", seconds(60));
  recording.keeper().lost("unwatched", "mirror", 1);
  recording.advance(hours(2));
  const auto lines = recording.lines(kFirst);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[1], HasSubstr("\"channel\":\"quiet\""));
  EXPECT_THAT(lines[1], HasSubstr("\"chatters\":[]"));
  EXPECT_THAT(lines[0], HasSubstr("\"mirrors\":1"));
}

TEST(RoundKeeper, TakesTheLargestAudienceAndTheNewestFacts) {
  Recording recording;
  const auto tell = [&](std::uint64_t viewers, std::string_view game) {
    ChannelFacts facts;
    facts.channel = "ada";
    facts.channel_id = "77";
    facts.display_name = "Ada";
    facts.viewer_count = viewers;
    facts.game_name = game;
    facts.started_at = UtcMillis(*parse_time("2026-11-22T08:00:00Z"));
    recording.keeper().set_now({.utc = recording.clock.utc(), .steady = recording.clock.steady()});
    recording.keeper().facts(facts, recording.clock.utc());
  };
  tell(999, "Chess");
  recording.advance(hours(1) + minutes(1));
  EXPECT_TRUE(recording.store.objects.empty()) << "a channel that is only on the roster is not recorded";
  recording.see("ada", 1);
  tell(20, "Go");
  recording.advance(minutes(1));
  tell(10, "Poker");
  recording.advance(hours(1));
  ASSERT_EQ(recording.lines(kSecond).size(), 2U);
  EXPECT_THAT(recording.lines(kSecond)[1], HasSubstr("\"channel_id\":\"77\",\"display_name\":\"Ada\""));
  EXPECT_THAT(recording.lines(kSecond)[1], HasSubstr("\"viewer_count\":20,\"game_name\":\"Poker\""));
  EXPECT_THAT(recording.lines(kSecond)[1], HasSubstr("\"started_at\":\"2026-11-22T08:00:00Z\""));
  recording.see("ada", 1);
  recording.advance(hours(1));
  EXPECT_THAT(recording.lines("raw/snapshots/2026/11/22/round_20261122_120000.ndjson.zst")[1],
              HasSubstr("\"viewer_count\":10,\"game_name\":\"Poker\""))
      << "until something new is told, what was known stands";
}

TEST(RoundKeeper, KeepsMembershipApart) {
  Recording recording;
  recording.see("ada", 1);
  recording.see("ada", 2, "", SightingKind::kMember);
  recording.advance(hours(2));
  EXPECT_EQ(recording.lines(kFirst)[1].find(recording.login_of(2)), std::string::npos);
  const auto lines = recording.lines("raw/membership/2026/11/22/round_20261122_100000.ndjson.zst");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[1], HasSubstr("\"source\":\"membership\",\"chatters\":[\"" + recording.login_of(2) + "\"]}"));
  EXPECT_THAT(lines[0], HasSubstr("\"source\":\"membership\""));
}

TEST(RoundKeeper, StoresLoginsOnlyWhenAskedTo) {
  Recording recording;
  recording.options.round.store_logins = true;
  recording.see("ada", 2);
  recording.see("ada", 1);
  recording.advance(hours(2));
  EXPECT_THAT(recording.lines(kFirst)[0], HasSubstr("\"logins\":true"));
  EXPECT_THAT(recording.lines(kFirst)[1], HasSubstr("\"chatters\":[\"viewer1\",\"viewer2\"],\"messages\":[1,1]}"));
}

TEST(RoundKeeper, WritesTheHistoricalLayouts) {
  Recording recording;
  recording.options.round.formats = {RoundFormat::kJson, RoundFormat::kCsv};
  recording.see("ada", 1);
  recording.advance(hours(2));
  EXPECT_EQ(recording.lines("raw/snapshots/2026/11/22/ada_20261122_100000.json").size(), 1U);
  EXPECT_EQ(recording.lines("raw/snapshots/2026/11/22/round_20261122_100000.json").size(), 1U);
  const auto rows = recording.lines("raw/chatter_logs/2026/11/22/chatters_20261122_100000.csv");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1], "2026-11-22T10:00:00Z,ada,,,,," + recording.id_of(1));
}

TEST(RoundKeeper, ForgetsWhomItIsTold) {
  Recording recording;
  recording.see("ada", 1);
  recording.see("ada", 2);
  ForgottenList list;
  const Pseudonym ids[] = {recording.key.of_id("twitch", "1001")};
  list.add(ids, {});
  ASSERT_TRUE(list.save(forgotten_path(recording.folder.path()), recording.key.id()).ok());
  recording.advance(seconds(2));
  recording.see("ada", 1);
  EXPECT_EQ(recording.counters().refused, 1U);
  recording.advance(hours(2));
  EXPECT_EQ(recording.lines(kFirst)[1].find(recording.id_of(1)), std::string::npos) << "also what was seen before";
  EXPECT_THAT(recording.lines(kFirst)[1], HasSubstr(recording.id_of(2)));
  EXPECT_THAT(recording.lines(kFirst)[0], HasSubstr("\"viewers\":1,"));
}

TEST(RoundKeeper, BoundsItsMemory) {
  Recording recording;
  recording.options.round.max_viewers = 3;
  for (int viewer = 0; viewer < 5; ++viewer) recording.see("ada", viewer);
  recording.see("ada", 1);
  EXPECT_EQ(recording.counters().lost.at("memory_full"), 2U);
  EXPECT_EQ(recording.counters().sightings, 4U);
}

TEST(RoundKeeper, LosesNamesThatAreNone) {
  Recording recording;
  recording.see("../../etc/passwd", 1);
  recording.see("", 1);
  EXPECT_EQ(recording.counters().lost.at("wrong_channel"), 2U);
  recording.keeper().see({.channel = "ada", .time = recording.clock.utc()});
  EXPECT_EQ(recording.counters().lost.at("no_viewer"), 1U);
}

TEST(RoundKeeper, KeepsOneSnapshotADayWhenAskedTo) {
  Recording recording;
  recording.options.round.daily_snapshot = true;
  recording.see("ada", 1);
  recording.advance(hours(1) + seconds(20));
  recording.see("ada", 2);
  recording.see("bob", 2);
  recording.advance(hours(1));
  EXPECT_EQ(recording.lines(kFirst).size(), 2U);
  ASSERT_EQ(recording.lines(kSecond).size(), 2U);
  EXPECT_THAT(recording.lines(kSecond)[1], HasSubstr("\"channel\":\"bob\""));
  EXPECT_EQ(recording.store.objects["state/daily_collection_state.json"],
            "{\"live\":{\"ada\":\"2026-11-22\",\"bob\":\"2026-11-22\"},\"vod\":{},\"last_round\":\"round_20261122_110000\"}\n");
  recording.advance(hours(12));
  recording.see("ada", 1);
  recording.advance(hours(2));
  EXPECT_EQ(recording.lines("raw/snapshots/2026/11/23/round_20261123_000000.ndjson.zst").size(), 2U);
}

TEST(RoundKeeper, KeepsWhatOthersWroteIntoTheDailyState) {
  Recording recording;
  recording.options.round.daily_snapshot = true;
  recording.store.objects["state/daily_collection_state.json"] =
      "{\"vod\": {\"ada\": \"2026-11-21\"}, \"live\": {\"ada\": \"2026-11-22\", \"old\": \"2026-01-01\"}}";
  recording.see("ada", 1);
  recording.see("bob", 1);
  recording.advance(hours(2));
  EXPECT_EQ(recording.store.objects["state/daily_collection_state.json"],
            "{\"live\":{\"ada\":\"2026-11-22\",\"bob\":\"2026-11-22\"},\"vod\":{\"ada\":\"2026-11-21\"},"
            "\"last_round\":\"round_20261122_100000\"}\n");
  EXPECT_EQ(recording.lines(kFirst).size(), 2U) << "ada was collected before";
}

TEST(RoundKeeper, RefusesADailyStateThatItCannotRead) {
  Recording recording;
  recording.options.round.daily_snapshot = true;
  recording.store.objects["state/daily_collection_state.json"] = "[1";
  recording.start();
  ASSERT_TRUE(recording.problem.has_value());
  EXPECT_EQ(recording.problem->code, ErrorCode::kCorruptData);
}

}  // namespace
}  // namespace vieweratlas
