#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/twitch/chat_log.h"

namespace vieweratlas {
namespace {

class Scribe final : public ChatLogEvents {
 public:
  void on_sighting(const Sighting& s) override {
    told +=
        fmt::format("{}|{}|{}|{}\n", s.channel, s.viewer_id, s.viewer_login, format_iso(std::chrono::floor<std::chrono::seconds>(s.time)));
  }
  void on_loss(std::string_view channel, std::string_view reason) override { told += fmt::format("-{}|{}\n", channel, reason); }
  std::string told;
};

struct Heard {
  std::string told;
  Status status;
  ChatLogFormat format = ChatLogFormat::kUnknown;
};

Heard hear(std::string_view log, ChatLogOptions options = {}, std::size_t piece = 1'000'000) {
  Scribe scribe;
  ChatLogParser parser(std::move(options), scribe);
  Status status;
  for (std::size_t at = 0; at < log.size() && status.ok(); at += piece) status = parser.feed(log.substr(at, piece));
  if (status.ok()) status = parser.finish();
  return {scribe.told, status, parser.format()};
}

constexpr std::string_view kIrc =
    "@badges=;id=m1;room-id=4021;tmi-sent-ts=1767607207000;user-id=11 :ada!ada@ada.tmi.twitch.tv PRIVMSG #lumen :hello: there\r\n"
    "@id=m2;room-id=4021;source-room-id=77;tmi-sent-ts=1767607208000;user-id=12 :grace!grace@grace.tmi.twitch.tv PRIVMSG #lumen :mirrored\n"
    "@room-id=4021;tmi-sent-ts=1767607208000;target-user-id=12 :tmi.twitch.tv CLEARCHAT #lumen :grace\n"
    "@id=m3;login=joan;msg-id=resub;room-id=4021;tmi-sent-ts=1767607209000;user-id=13 :tmi.twitch.tv USERNOTICE #lumen :hi\n"
    "@id=m4;room-id=4021;user-id=14 :zoe!zoe@zoe.tmi.twitch.tv PRIVMSG #lumen :when";

TEST(ChatLog, RawLinesOfIrcAreJudgedLikeLiveOnes) {
  const Heard heard = hear(kIrc);
  ASSERT_TRUE(heard.status.ok());
  EXPECT_EQ(heard.format, ChatLogFormat::kIrc);
  EXPECT_EQ(heard.told, "lumen|11|ada|2026-01-05T10:00:07Z\n-lumen|mirror\nlumen|13|joan|2026-01-05T10:00:09Z\n-lumen|missing_time\n");
}

constexpr std::string_view kText =
    "# Start logging at 2026-01-05 23:59:00 CET\n"
    "[23:59:07]  ada: hello: there\n"
    "[23:59:08] \xE3\x82\xB0\xE3\x83\xAC grace: konnichiwa\n"
    "[23:59:09] joan subscribed at Tier 1. They've subscribed for 3 months!\n"
    "[23:59:10] joan has been timed out for 10 minutes. Reason: \"spam\"\n"
    "[23:59:11] Announcement: x\n"
    "[23:59:12] lumen: my own room\n"
    "a second line of a message\n"
    "[00:00:30] Joan: late\n"
    "# Stop logging at 2026-01-06 00:01:00CET\n";

TEST(ChatLog, TextInLocalTimeGoesPastMidnight) {
  const Heard heard = hear(kText, {.channel = "lumen"});
  ASSERT_TRUE(heard.status.ok());
  EXPECT_EQ(heard.format, ChatLogFormat::kText);
  EXPECT_EQ(heard.told,
            "lumen||ada|2026-01-05T22:59:07Z\nlumen||grace|2026-01-05T22:59:08Z\n-lumen|no_message\n-lumen|no_message\n-lumen|no_message\n"
            "-lumen|broadcaster\n-lumen|parse_error\nlumen||joan|2026-01-05T23:00:30Z\n");
  const Heard shifted = hear(kText, {.channel = "lumen", .utc_offset = std::chrono::hours(-5)});
  EXPECT_TRUE(shifted.told.starts_with("lumen||ada|2026-01-06T04:59:07Z\n")) << shifted.told;
}

TEST(ChatLog, ZonesThatAreNotKnownAreAskedFor) {
  const Heard heard = hear("# Start logging at 2026-01-05 10:00:00 W. Europe Standard Time\n[10:00:00] ada: x\n", {.channel = "lumen"});
  ASSERT_FALSE(heard.status.ok());
  EXPECT_EQ(heard.status.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(heard.status.error().message.find("--utc-offset"), std::string::npos);
  for (const auto& [zone, time] : {std::pair("UTC+02:00", "08:00"), std::pair("-0330", "13:30"), std::pair("+2", "08:00"),
                                   std::pair("UTC", "10:00"), std::pair("PDT", "17:00")}) {
    EXPECT_EQ(hear(fmt::format("# Start logging at 2026-01-05 10:00:00 {}\n[10:00:00] ada: x\n", zone), {.channel = "lumen"}).told,
              fmt::format("lumen||ada|2026-01-05T{}:00Z\n", time));
  }
}

TEST(ChatLog, LinesMayTellDayAndChannelThemselves) {
  EXPECT_EQ(hear("[2026-01-05 10:00:07] #lumen ada: hi\n[2026-01-05 10:00:08 UTC] #nova grace: hi\n").told,
            "lumen||ada|2026-01-05T10:00:07Z\nnova||grace|2026-01-05T10:00:08Z\n");
  EXPECT_EQ(hear("#lumen [10:00:07] ada: hi\n", {.date = parse_time("2026-01-05")}).told, "lumen||ada|2026-01-05T10:00:07Z\n");
  EXPECT_EQ(hear("[10:00:07] ada: hi\n", {.channel = "lumen"}).told, "-lumen|missing_date\n");
  EXPECT_EQ(hear("[10:00:07] ada: hi\n", {.date = parse_time("2026-01-05")}).told, "-|unknown_room\n");
}

TEST(ChatLog, TablesUnderManyNames) {
  constexpr std::string_view kWanted = "lumen||ada|2026-01-05T10:00:07Z\n";
  for (const std::string_view header : {"user,channel,time", "USERNAME,Channel,TimeStamp", "login,room,created_at",
                                        "chatter,\"channel\",date", "\xEF\xBB\xBFuser,streamer,ts"}) {
    EXPECT_EQ(hear(fmt::format("{}\nAda,#Lumen,2026-01-05T10:00:07Z\n", header)).told, kWanted) << header;
  }
  EXPECT_EQ(
      hear("timestamp,message,user_id,user_name,channel\r\n1767607207,\"a \"\"b\"\"\nc, d\",11,Ada,lumen\r\n1767607207000,x,12,?,lumen")
          .told,
      "lumen|11|ada|2026-01-05T10:00:07Z\nlumen|12||2026-01-05T10:00:07Z\n");
  EXPECT_EQ(hear("user,channel\nada,lumen\n", {.time = parse_time("2026-01-05T10:00:07Z")}).told, kWanted);
  EXPECT_EQ(hear("user,time\n@ada,2026-01-05 10:00:07\n", {.channel = "lumen"}).told, kWanted);
}

TEST(ChatLog, RowsThatCannotBeUsedAreCounted) {
  EXPECT_EQ(
      hear("user,channel,time\nada,lu men,1767607207\n,lumen,1767607207\nlumen,lumen,1767607207\nada,lumen,noon\nada,lumen,\nada\n").told,
      "-|unknown_room\n-lumen|no_user_id\n-lumen|broadcaster\n-lumen|wrong_time\n-lumen|missing_time\n-|unknown_room\n");
  EXPECT_EQ(hear("user,channel,time\n\"ada,lumen,1767607207\n").told, "-|parse_error\n");
}

TEST(ChatLog, OverlongLinesAreDropped) {
  const std::string log = "user,channel,time\n" + std::string(100'000, 'x') + "\nada,lumen,1767607207\n\"" + std::string(40'000, 'y') +
                          "\n" + std::string(40'000, 'z') + "\nada,lumen,1767607207\n";
  EXPECT_EQ(hear(log).told, "-|overlong_line\nlumen||ada|2026-01-05T10:00:07Z\n-|overlong_line\nlumen||ada|2026-01-05T10:00:07Z\n");
}

TEST(ChatLog, OtherFilesAreNoLogs) {
  for (const std::string_view text : {"", "\n\n", "hello\n", "{\"a\":1}\n", "source,target,weight\n", "[]\n", "a,b,c\n"}) {
    const Heard heard = hear(text);
    ASSERT_FALSE(heard.status.ok()) << text;
    EXPECT_EQ(heard.status.error().code, ErrorCode::kCorruptData);
  }
}

TEST(ChatLog, CutsAnywhereChangeNothing) {
  const std::string csv = "user,channel,time,text\nAda,lumen,1767607207,\"x\r\ny\"\ngrace,lumen,1767607208,\"a\"\"\"\nx,\n";
  for (const std::string_view log : {kIrc, kText, std::string_view(csv)}) {
    const std::string whole = hear(log, {.channel = "lumen"}).told;
    EXPECT_GT(std::count(whole.begin(), whole.end(), '\n'), 1);
    for (std::size_t piece = 1; piece < 40; ++piece) EXPECT_EQ(hear(log, {.channel = "lumen"}, piece).told, whole) << piece;
  }
}

}  // namespace
}  // namespace vieweratlas
