#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "unit/presence/memory_input.h"

#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas {
namespace {

constexpr std::string_view kKey = "raw/snapshots/2026/11/22/some_channel_20261122_100005.json";

Presence read_json(const std::string& json) { return read_one(std::string(kKey), json); }

std::string snapshot_with(const std::string& fields) {
  return R"({"channel":"a","timestamp":"2026-11-22T10:00:00Z","chatters":["bob"])" + (fields.empty() ? "" : "," + fields) + "}";
}

TEST(ReadJson, RoundRecordsAreSetAside) {
  const std::string round = R"({"record":"round","version":1,"window_begin":"2026-11-22T10:00:00Z","channels":1,"key":"12345678"})";
  const auto presence = read_memory(
      {{"raw/round_20261122_100000.ndjson", round + "\n" + snapshot_with("") + "\n"}, {"raw/round_20261122_100000.json", round}});
  ASSERT_TRUE(presence.ok());
  EXPECT_EQ(presence->report.num_snapshots, 1U);
  EXPECT_TRUE(presence->report.losses.empty());
  ASSERT_EQ(presence->report.set_aside.by_reason().size(), 1U);
  EXPECT_EQ(presence->report.set_aside.by_reason().at("round_record").count, 2U);
}

TEST(ReadJson, RecordsOfOtherKindsAmongSnapshotsAreUnknown) {
  const auto presence = read_memory({{"a.ndjson", snapshot_with("") + "\n" + snapshot_with(R"("record":"other")") + "\n"}});
  EXPECT_EQ(presence->report.losses.by_reason().at("unknown_record").count, 1U);
}

TEST(ReadJson, FindsViewersByTheLoginBesideTheirId) {
  const MemoryFiles files{{"a.ndjson",
                           R"({"channel":"a","timestamp":"2026-11-22T10:00:00Z","chatters":["0a","0b","0c"],"messages":[1,2,3],)"
                           R"("logins":["1A","","1c"]})"
                           "\n"
                           R"({"logins":["1d"],"channel":"b","timestamp":"2026-11-22T10:00:00Z","chatters":["0d"]})"
                           "\n"}};
  ReadOptions options;
  EXPECT_FALSE(read_memory(files, options)->viewers.find("1a").has_value()) << "nobody asked";
  options.wanted_logins = {"1a", "1D", "nobody"};
  const auto presence = read_memory(files, options);
  EXPECT_EQ(presence->incidence.num_viewers, 4U);
  EXPECT_TRUE(presence->report.losses.empty());
  EXPECT_EQ(presence->viewers.find("1a"), presence->viewers.find("0a"));
  EXPECT_EQ(presence->viewers.find("1d"), presence->viewers.find("0d"));
  EXPECT_TRUE(presence->viewers.find("1a").has_value());
  EXPECT_FALSE(presence->viewers.find("1c").has_value());
}

TEST(ReadJson, LoginsThatDoNotFitTheChattersAreNotBelieved) {
  ReadOptions options;
  options.wanted_logins = {"1a", "1b"};
  for (const char* lists : {R"("chatters":["0a","0b"],"logins":["1a"])", R"("chatters":["0a",null],"logins":["1a","1b"])",
                            R"("chatters":["0a","0b"],"logins":"1a")", R"("chatters":["0a","0b"],"logins":[7,{"x":[1]}])"}) {
    const auto presence =
        read_memory({{"a.json", R"({"channel":"a","timestamp":"2026-11-22T10:00:00Z",)" + std::string(lists) + "}"}}, options);
    EXPECT_EQ(presence->channels.size(), 1U) << lists;
    EXPECT_FALSE(presence->viewers.find("1a").has_value()) << lists;
  }
}

TEST(ReadJson, AddsUpHowLongWasListened) {
  const auto presence =
      read_memory({{"a.ndjson", snapshot_with(R"("seconds_observed":60)") + "\n" + snapshot_with(R"("seconds_observed":90)") +
                                    R"({"channel":"b","timestamp":"2026-11-22T10:00:00Z","chatters":[],"seconds_observed":30})"
                                    "\n" +
                                    R"({"channel":"c","timestamp":"2026-11-22T10:00:00Z","chatters":[],"seconds_observed":-3})"
                                    "\n"}});
  EXPECT_EQ(presence->report.num_snapshots, 3U);
  EXPECT_EQ(presence->report.num_snapshots_observed, 2U);
  EXPECT_EQ(presence->report.seconds_observed, 120U) << "of one snapshot the longest";
}

TEST(ReadJson, CollectorsSnapshot) {
  const Presence presence =
      read_json(R"({"channel":"ninja","channel_id":"77","display_name":"Ninja","timestamp":"2026-11-22T10:00:05Z","viewer_count":1200,)"
                R"("game_name":"Chess","language":"EN","title":"Hi \"you\"","started_at":"2026-11-22T08:00:00Z","source":"live",)"
                R"("chatters":["bob","Alice","bob"]})");
  ASSERT_EQ(presence.channels.size(), 1U);
  const Channel& channel = presence.channels[0];
  EXPECT_EQ(channel.login, "ninja");
  EXPECT_EQ(channel.display_name, "Ninja");
  EXPECT_EQ(channel.platform_id, "77");
  EXPECT_EQ(channel.audience, 2U);
  EXPECT_EQ(channel.viewer_count, 1200U);
  EXPECT_EQ(channel.num_snapshots, 1U);
  EXPECT_EQ(channel.top_game(), "Chess");
  EXPECT_EQ(channel.games[0].weight, 1200);
  EXPECT_EQ(channel.top_language(), "en");
  EXPECT_EQ(channel.top_title(), "Hi \"you\"");
  EXPECT_EQ(presence_count(presence, "ninja", "bob"), 1U);
  EXPECT_EQ(presence_count(presence, "ninja", "ALICE"), 1U);
  EXPECT_EQ(presence.report.num_presence_rows, 2U);
  EXPECT_EQ(presence.report.num_duplicate_rows, 1U);
  EXPECT_EQ(presence.report.num_snapshots, 1U);
  EXPECT_EQ(presence.report.num_files, 1U);
  EXPECT_TRUE(presence.report.losses.empty());
  EXPECT_EQ(format_iso(*presence.report.first), "2026-11-22T10:00:05Z");
}

TEST(ReadJson, ChannelAndTimeComeFromTheNameOfTheFileWhenMissing) {
  const Presence presence = read_json(R"({"chatters":["bob"]})");
  ASSERT_EQ(presence.channels.size(), 1U);
  EXPECT_EQ(presence.channels[0].login, "some_channel");
  EXPECT_EQ(format_iso(*presence.report.first), "2026-11-22T10:00:05Z");
}

TEST(ReadJson, FieldsOfTheRecordWinOverTheNameOfTheFile) {
  const Presence presence = read_json(R"({"channel_login":"Other","timestamp":1760000000,"chatters":["bob"]})");
  ASSERT_EQ(presence.channels.size(), 1U);
  EXPECT_EQ(presence.channels[0].login, "other");
  EXPECT_EQ(presence.channels[0].display_name, "Other");
  EXPECT_EQ(format_iso(*presence.report.first), "2025-10-09T08:53:20Z");
}

TEST(ReadJson, EverySpellingOfAFact) {
  const std::vector<std::tuple<std::string, std::string, std::string>> spellings{
      {"game_name", "\"Chess\"", "game"},  {"game", "\"Chess\"", "game"},
      {"language", "\"en\"", "language"},  {"broadcaster_language", "\"EN\"", "language"},
      {"title", "\"Hi\"", "title"},        {"viewer_count", "70", "viewers"},
      {"viewers", "70", "viewers"},        {"viewers", "\"70\"", "viewers"},
      {"Viewer_Count", "70.0", "viewers"}, {"channel_id", "123", "id"},
      {"channel_id", "\"123\"", "id"},     {"display_name", "\"\xE3\x81\x82\"", "display"},
      {"source", "\"VOD\"", "source"},     {"_source", "\"vod\"", "source"},
  };
  for (const auto& [name, value, fact] : spellings) {
    std::string field = "\"";
    field.append(name).append("\":").append(value);
    const std::string json = snapshot_with(field);
    SCOPED_TRACE(json);
    const Presence presence = read_json(json);
    ASSERT_EQ(presence.channels.size(), 1U);
    const Channel& channel = presence.channels[0];
    EXPECT_EQ(channel.top_game(), fact == "game" ? "Chess" : "");
    EXPECT_EQ(channel.top_language(), fact == "language" ? "en" : "");
    EXPECT_EQ(channel.top_title(), fact == "title" ? "Hi" : "");
    EXPECT_EQ(channel.viewer_count, fact == "viewers" ? 70U : 0U);
    EXPECT_EQ(channel.platform_id, fact == "id" ? "123" : "");
    EXPECT_EQ(channel.display_name, fact == "display" ? "\xE3\x81\x82" : "a");
    EXPECT_EQ(presence.report.snapshot_sources.begin()->first, fact == "source" ? "vod" : "live");
    EXPECT_TRUE(presence.report.losses.empty());
  }
}

TEST(ReadJson, OfSeveralSpellingsTheFirstThatSaysSomethingWins) {
  EXPECT_EQ(read_json(snapshot_with(R"("game":"B","game_name":"A")")).channels[0].top_game(), "A");
  EXPECT_EQ(read_json(snapshot_with(R"("game_name":"A","game":"B")")).channels[0].top_game(), "A");
  EXPECT_EQ(read_json(snapshot_with(R"("game_name":"","game":"B")")).channels[0].top_game(), "B");
  EXPECT_EQ(read_json(snapshot_with(R"("game":"B","game_name":"")")).channels[0].top_game(), "B");
  EXPECT_EQ(read_json(snapshot_with(R"("game":"B","game_name":null)")).channels[0].top_game(), "B");
}

TEST(ReadJson, EverySpellingOfAChatter) {
  for (const std::string chatter :
       {R"("bob")", R"("Bob")", R"(" bob ")", R"("\u0062ob")", R"({"login":"Bob"})", R"({"user_login":"bob"})", R"({"user_name":"bob"})",
        R"({"username":"bob"})", R"({"name":"bob"})", R"({"color":{"id":"x"},"login":"bob","roles":["mod"]})"}) {
    SCOPED_TRACE(chatter);
    const Presence presence = read_json(R"({"chatters": [ )" + std::string(chatter) + R"( , "eve" ] })");
    EXPECT_EQ(presence_count(presence, "some_channel", "bob"), 1U);
    EXPECT_EQ(presence_count(presence, "some_channel", "eve"), 1U);
    EXPECT_EQ(presence.incidence.num_viewers, 2U);
    EXPECT_TRUE(presence.report.losses.empty());
  }
}

TEST(ReadJson, IdsWinOverLogins) {
  for (const std::string id : {R"("id":"42")", R"("id":42)", R"("user_id":"42")"}) {
    SCOPED_TRACE(id);
    const Presence presence = read_json(R"({"chatters":[{"login":"old_name",)" + std::string(id) + R"(},{)" + std::string(id) +
                                        R"(,"login":"new_name"},{)" + std::string(id) + "}]}");
    EXPECT_EQ(presence.incidence.num_viewers, 1U);
    EXPECT_EQ(presence_count(presence, "some_channel", "42"), 1U);
  }
}

TEST(ReadJson, ViewersKnownByIdAreFoundByLoginAndMeetTheirLoginElsewhere) {
  const Presence presence = read_one("x.ndjson",
                                     "{\"channel\":\"a\",\"timestamp\":1760000000,\"chatters\":[{\"id\":\"42\",\"login\":\"Bob\"}]}\n"
                                     "{\"channel\":\"b\",\"timestamp\":1760000000,\"chatters\":[\"bob\",\"eve\"]}\n"
                                     "{\"channel\":\"a\",\"timestamp\":1760003600,\"chatters\":[\"bob\"]}\n");
  EXPECT_EQ(presence.incidence.num_viewers, 2U);
  EXPECT_EQ(presence.viewers.find("bob"), presence.viewers.find("42"));
  EXPECT_EQ(presence_count(presence, "a", "bob"), 2U);
  EXPECT_EQ(presence_count(presence, "b", "42"), 1U);
}

TEST(ReadJson, OneRecordMayBeOneChatter) {
  const Presence presence = read_one("x.ndjson",
                                     "{\"channel\":\"a\",\"timestamp\":1760000000,\"username\":\"bob\"}\n"
                                     "{\"channel\":\"a\",\"timestamp\":1760000000,\"chatter\":\"eve\"}\n");
  EXPECT_EQ(presence.report.num_snapshots, 1U);
  EXPECT_EQ(presence.channels[0].audience, 2U);
}

TEST(ReadJson, Arrays) {
  const Presence presence = read_json(
      "\xEF\xBB\xBF\n [ {\"chatters\":[\"bob\"]},\n {\"channel\":\"b\",\"chatters\":[{\"login\":\"x}]{\"}]} "
      ",\n\n{\"channel\":\"c\",\"chatters\":[]}\n]\n");
  ASSERT_EQ(presence.channels.size(), 3U);
  EXPECT_EQ(presence.channels[0].login, "b");
  EXPECT_EQ(presence.channels[1].login, "c");
  EXPECT_EQ(presence.channels[1].audience, 0U);
  EXPECT_EQ(presence.channels[2].login, "some_channel");
  EXPECT_TRUE(presence.report.losses.empty());
}

TEST(ReadJson, PrettyPrinted) {
  const Presence presence = read_json("{\n  \"channel\": \"a\",\r\n  \"chatters\": [\n    \"bob\" ,\n\t\"eve\"\n  ]\n}\n\n");
  EXPECT_EQ(presence.channels.at(0).audience, 2U);
  EXPECT_TRUE(presence.report.losses.empty());
}

TEST(ReadJson, LinesInAJsonFile) {
  const Presence presence = read_json("{\"channel\":\"a\",\"chatters\":[\"bob\"]}\n{\"channel\":\"b\",\"chatters\":[\"bob\"]}\n");
  EXPECT_EQ(presence.channels.size(), 2U);
  EXPECT_TRUE(presence.report.losses.empty());
}

TEST(ReadJson, ObjectsBehindEachOther) {
  const Presence presence = read_json("{\"channel\":\"a\",\"chatters\":[\"bob\"]}{\"channel\":\"b\",\"chatters\":[\"bob\"]}");
  EXPECT_EQ(presence.channels.size(), 2U);
  EXPECT_TRUE(presence.report.losses.empty());
}

TEST(ReadJson, RecordingsTellWhoWasThereAndNothingElse) {
  const std::string live = R"({"channel":"a","timestamp":"2026-11-22T10:00:00Z","viewer_count":500,"game_name":"Chess","chatters":["bob"]})"
                           "\n";
  const std::string vod =
      R"({"platform":"twitch","_source":"vod","channel":"a","bucket_start_ts":"2026-11-22T10:01:00Z","bucket_len_s":60,"content_id":"v1",)"
      R"("viewer_count":99999,"game":"Unknown","chatters":["bob","eve"]})"
      "\n";
  const Presence presence = read_one("x.ndjson", live + vod);
  const Channel& channel = presence.channels.at(0);
  EXPECT_EQ(channel.viewer_count, 500U);
  ASSERT_EQ(channel.games.size(), 1U);
  EXPECT_EQ(channel.games[0].value, "Chess");
  EXPECT_EQ(channel.audience, 2U);
  EXPECT_EQ(presence_count(presence, "a", "bob"), 2U);
  EXPECT_EQ(presence.report.snapshot_sources, (std::map<std::string, std::uint64_t>{{"live", 1}, {"vod", 1}}));
}

TEST(ReadJson, MinutesOfRecordingsWithOneTimestampStayApart) {
  const auto minute = [](const std::string& offset) {
    return R"({"source":"vod","channel":"a","timestamp":"2026-11-22T10:00:00Z","_content_id":"v1","_bucket_len_s":60,"_offset_s":)" +
           offset +
           R"(,"chatters":["bob"]})"
           "\n";
  };
  EXPECT_EQ(read_one("x.ndjson", minute("0") + minute("60") + minute("60")).report.num_snapshots, 2U);
}

TEST(ReadJson, TimeFromStartAndOffset) {
  const Presence presence =
      read_one("x.ndjson", R"({"source":"vod","channel":"a","started_at":"2026-11-22T10:00:00Z","offset_s":120,"chatters":["bob"]})");
  EXPECT_EQ(format_iso(*presence.report.first), "2026-11-22T10:02:00Z");
}

TEST(ReadJson, FactsAreSpreadOverTimeAndWeightedByViewers) {
  const auto line = [](const std::string& time, const std::string& rest) {
    return R"({"channel":"a","timestamp":"2026-11-22T)" + time + R"(:00Z","chatters":["x","y","x"],)" + rest + "}\n";
  };
  const Presence presence =
      read_one("x.ndjson", line("10:00", R"("viewer_count":10,"game":"Chess","language":"en")") +
                               line("11:00", R"("viewer_count":30,"game":"Art","language":"en")") +
                               line("12:00", R"("viewer_count":20,"game":"Chess","language":"de")") +
                               line("13:00", R"("game":"Go","language":"unknown")") + line("14:00", R"("viewer_count":0,"game":"Go")"));
  const Channel& channel = presence.channels.at(0);
  ASSERT_EQ(channel.games.size(), 3U);
  EXPECT_EQ(channel.games[0].value, "Art");  // 30 and 30: ties by value
  EXPECT_EQ(channel.games[0].weight, 30);
  EXPECT_EQ(channel.games[1].value, "Chess");
  EXPECT_EQ(channel.games[1].weight, 30);
  EXPECT_EQ(channel.games[2].value, "Go");
  EXPECT_EQ(channel.games[2].weight, 4);  // two chatters twice
  ASSERT_EQ(channel.languages.size(), 2U);
  EXPECT_EQ(channel.languages[0].weight, 40);
  EXPECT_EQ(channel.viewer_count, 30U);
  EXPECT_EQ(presence_count(presence, "a", "x"), 5U);
}

TEST(ReadJson, EightTitlesAreKept) {
  std::string lines;
  for (int i = 0; i < 12; ++i) {
    lines += R"({"channel":"a","timestamp":)" + std::to_string(1760000000 + i) + R"(,"viewer_count":)" + std::to_string(100 + i) +
             R"(,"title":"t)" + std::to_string(i) + R"(","chatters":[]})" + "\n";
  }
  const Presence presence = read_one("x.ndjson", lines);
  ASSERT_EQ(presence.channels.at(0).titles.size(), 8U);
  EXPECT_EQ(presence.channels[0].top_title(), "t11");
  EXPECT_EQ(presence.channels[0].titles.back().value, "t4");
}

TEST(ReadJson, TextIsMadeClean) {
  const Presence presence = read_json(snapshot_with(R"("title":"  a\u0007b\nc\ud83c\udfae ","game":"\u0000")"));
  EXPECT_EQ(presence.channels.at(0).top_title(), "a b c\xF0\x9F\x8E\xAE");
  const std::string long_title(2000, 'x');
  EXPECT_EQ(read_json(snapshot_with("\"title\":\"" + long_title + "\"")).channels.at(0).top_title().size(), 512U);
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "\xF0\x9F\x8E\xAE";
  EXPECT_EQ(read_json(snapshot_with("\"title\":\"x" + wide + "\"")).channels.at(0).top_title().size(), 1U + 4 * 127);
}

TEST(ReadJson, MixedCaseOfChannelsIsOneChannel) {
  const Presence presence = read_one("x.ndjson",
                                     "{\"channel\":\"Ninja\",\"timestamp\":1760000000,\"chatters\":[\"bob\"]}\n"
                                     "{\"channel\":\"#NINJA\",\"timestamp\":1760000000,\"chatters\":[\"Bob\"]}\n"
                                     "{\"channel\":\"ninja\",\"timestamp\":1760003600,\"chatters\":[\"bOB\"]}\n");
  ASSERT_EQ(presence.channels.size(), 1U);
  EXPECT_EQ(presence.channels[0].login, "ninja");
  EXPECT_EQ(presence.channels[0].display_name, "NINJA");  // as written; of two at one time the first in byte order
  EXPECT_EQ(presence.incidence.num_viewers, 1U);
  EXPECT_EQ(presence_count(presence, "ninja", "bob"), 2U);
}

TEST(ReadJson, RenamedChannelStaysOneChannel) {
  const auto line = [](const std::string& login, const std::string& id, int hour) {
    return R"({"channel":")" + login + R"(",)" + (id.empty() ? "" : R"("channel_id":")" + id + R"(",)") + R"("timestamp":)" +
           std::to_string(1760000000 + 3600 * hour) + R"(,"chatters":["bob"]})" + "\n";
  };
  const Presence presence = read_one("x.ndjson", line("old", "1", 0) + line("old", "", 1) + line("new", "1", 2) + line("other", "2", 2));
  ASSERT_EQ(presence.channels.size(), 2U);
  EXPECT_EQ(presence.channels[0].login, "new");
  EXPECT_EQ(presence.channels[0].platform_id, "1");
  EXPECT_EQ(presence_count(presence, "new", "bob"), 3U);
  EXPECT_EQ(presence.channels[1].login, "other");
}

}  // namespace
}  // namespace vieweratlas
