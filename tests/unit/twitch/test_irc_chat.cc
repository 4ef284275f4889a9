// Which lines count: raw line -> event.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recorded_events.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;

constexpr SteadyTime kNow{milliseconds{1000}};
constexpr UtcMillis kUtc{milliseconds{1'700'000'000'000}};

// A session that is through the handshake.
IrcSession ready_session(RecordedEvents& events, bool membership = false) {
  IrcSession session({.identity = {.nick = "justinfan1", .token = Secret()}, .membership = membership}, events);
  session.on_open(kNow);
  session.feed(":tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands\r\n:tmi.twitch.tv 001 justinfan1 :Welcome, GLHF!\r\n", kNow,
               kUtc);
  static_cast<void>(session.take_output());
  events.log.clear();
  return session;
}

std::string events_of(std::string_view line) {
  RecordedEvents events;
  IrcSession session = ready_session(events);
  session.feed(std::string(line) + "\r\n", kNow, kUtc);
  std::string all;
  for (const std::string& event : events.log) all += (all.empty() ? "" : "; ") + event;
  return all;
}

const std::string kAda = " :ada!ada@ada.tmi.twitch.tv PRIVMSG #room :hello";

TEST(WhatCounts, Messages) {
  EXPECT_EQ(events_of("@badge-info=;badges=;client-nonce=1f;color=#FF0000;display-name=Ada;emotes=;first-msg=0;flags=;id=aa-bb;mod=0;"
                      "returning-chatter=0;room-id=100;subscriber=0;tmi-sent-ts=1700000000123;turbo=0;user-id=7;user-type=" +
                      kAda),
            "sighting #room(100) ada(7) message aa-bb at 1700000000123");
  EXPECT_EQ(events_of("@user-id=7;room-id=100;id=x :ada!ada@ada.tmi.twitch.tv PRIVMSG #room :\x01"
                      "ACTION waves\x01"),
            "sighting #room(100) ada(7) message x at 1700000000000")
      << "saying what one does is writing";
  EXPECT_EQ(events_of("@user-id=7" + kAda), "sighting #room() ada(7) message at 1700000000000") << "only the user id is needed";
  EXPECT_EQ(events_of("@user-id=7 :ada PRIVMSG #room :hello"), "sighting #room() (7) message at 1700000000000");
  EXPECT_EQ(events_of("@user-id=7 PRIVMSG #room"), "sighting #room() (7) message at 1700000000000");
  EXPECT_EQ(events_of("@display-name=\xE6\x97\xA5\xE6\x9C\xAC;user-id=7;room-id=1;badges=bot-badge/1" + kAda),
            "sighting #room(1) ada(7) message at 1700000000000")
      << "bots are filtered by the analysis, which can be changed later";
}

TEST(WhatCounts, MessagesOfNobody) {
  EXPECT_EQ(events_of("@room-id=100;id=x" + kAda), "drop no_user_id #room");
  EXPECT_EQ(events_of("@user-id=;room-id=100" + kAda), "drop no_user_id #room");
  EXPECT_EQ(events_of("@user-id=\\s;room-id=100" + kAda), "drop no_user_id #room");
  EXPECT_EQ(events_of("@user-id=7\xFF;room-id=100" + kAda), "drop no_user_id #room");
  EXPECT_EQ(events_of("@user-id=274598607;room-id=100" + kAda), "drop anonymous_gifter #room");
  EXPECT_EQ(events_of("@user-id=407665396;room-id=100" + kAda), "drop anonymous_gifter #room");
}

TEST(WhatCounts, BroadcastersDoNot) {
  EXPECT_EQ(events_of("@user-id=100;room-id=100" + kAda), "drop broadcaster #room");
  EXPECT_EQ(events_of("@user-id=7;room-id=100;badges=broadcaster/1,subscriber/0" + kAda), "drop broadcaster #room");
  EXPECT_EQ(events_of("@user-id=7;room-id=100;badges=subscriber/0,broadcaster/1" + kAda), "drop broadcaster #room");
  EXPECT_EQ(events_of("@user-id=7 :room!room@x PRIVMSG #room :hi"), "drop broadcaster #room");
  EXPECT_EQ(events_of("@user-id=7;room-id=100;badges=not-broadcaster/1" + kAda), "sighting #room(100) ada(7) message at 1700000000000");
}

TEST(WhatCounts, MirrorsOfSharedChatsDoNot) {
  EXPECT_EQ(events_of("@user-id=7;room-id=100;source-room-id=200;source-id=y" + kAda), "drop mirror #room");
  EXPECT_EQ(events_of("@user-id=200;room-id=100;source-room-id=200" + kAda), "drop mirror #room");
  EXPECT_EQ(events_of("@user-id=7;source-room-id=200" + kAda), "drop mirror #room") << "whose room this is, is not known";
  EXPECT_EQ(events_of("@user-id=7;room-id=100;source-room-id=100;id=x" + kAda), "sighting #room(100) ada(7) message x at 1700000000000")
      << "the room's own message while a session is on";
  EXPECT_EQ(events_of("@user-id=7;room-id=100;source-room-id=" + kAda), "sighting #room(100) ada(7) message at 1700000000000");
}

TEST(WhatCounts, TimesFarOffAreReplaced) {
  const auto time_of = [](const std::string& ts) {
    const std::string event = events_of("@user-id=7;tmi-sent-ts=" + ts + kAda);
    return event.substr(event.find(" at "));
  };
  EXPECT_EQ(time_of("1700000300000"), " at 1700000300000");
  EXPECT_EQ(time_of("1700000300001"), " at 1700000000000");
  EXPECT_EQ(time_of("1699999700000"), " at 1699999700000");
  EXPECT_EQ(time_of("1699999699999"), " at 1700000000000");
  for (const char* ts : {"", "-1", "12x", "99999999999999999999999", "9223372036854775807", "1e3"})
    EXPECT_EQ(time_of(ts), " at 1700000000000") << ts;
}

TEST(WhatCounts, NoticesOfPeopleInTheRoom) {
  const auto notice = [](const std::string& id, const std::string& more = "") {
    return events_of("@msg-id=" + id + ";login=ada;user-id=7;room-id=100;id=n" + more +
                     ";system-msg=a\\sb :tmi.twitch.tv USERNOTICE #room :hi");
  };
  for (const char* id :
       {"sub", "resub", "subgift", "submysterygift", "giftpaidupgrade", "anongiftpaidupgrade", "primepaidupgrade", "standardpayforward",
        "communitypayforward", "rewardgift", "announcement", "ritual", "viewermilestone", "bitsbadgetier", "charitydonation"})
    EXPECT_EQ(notice(id), "sighting #room(100) ada(7) notice n at 1700000000000") << id;
  for (const char* id : {"raid", "unraid", "sharedchatnotice", "", "somethingnew", "subs"})
    EXPECT_EQ(notice(id), "drop not_present #room") << id;
  EXPECT_EQ(notice("sharedchatnotice", ";source-room-id=200;source-msg-id=sub"), "drop mirror #room");
  EXPECT_EQ(notice("subgift", ";msg-param-recipient-id=55;msg-param-recipient-user-name=bob"),
            "sighting #room(100) ada(7) notice n at 1700000000000")
      << "who is given something need not be there";
  EXPECT_EQ(events_of("@msg-id=subgift;login=ananonymousgifter;user-id=274598607;room-id=1 :tmi.twitch.tv USERNOTICE #room"),
            "drop anonymous_gifter #room");
  EXPECT_EQ(events_of("@msg-id=announcement;login=room;user-id=100;room-id=100 :tmi.twitch.tv USERNOTICE #room :hi"),
            "drop broadcaster #room");
  EXPECT_EQ(events_of("@msg-id=sub;login=ada;room-id=100 :tmi.twitch.tv USERNOTICE #room :hi"), "drop no_user_id #room");
}

TEST(WhatCounts, MalformedLines) {
  EXPECT_EQ(events_of(":jtv!jtv@jtv.tmi.twitch.tv PRIVMSG name :somebody is now hosting you"), "drop unknown_room");
  EXPECT_EQ(events_of("@user-id=7 :a!a@a PRIVMSG #Not,A,Room :x"), "drop unknown_room");
  EXPECT_EQ(events_of("@user-id=7 :a!a@a PRIVMSG"), "drop parse_error");
  EXPECT_EQ(events_of("@user-id=7"), "drop parse_error");
  EXPECT_EQ(events_of("\x01\x02"), "drop parse_error");
  EXPECT_EQ(events_of(std::string(70'000, 'x')), "drop overlong_line");
  EXPECT_EQ(events_of(""), "");
}

TEST(WhatCounts, OtherCommandsSayNothing) {
  for (const char* line :
       {":a!a@a.tmi.twitch.tv WHISPER justinfan1 :psst", "@ban-duration=1;target-user-id=7 :tmi.twitch.tv CLEARCHAT #room :ada",
        "@login=ada;target-msg-id=x :tmi.twitch.tv CLEARMSG #room :hello", ":tmi.twitch.tv USERSTATE #room", ":tmi.twitch.tv 999 x :y",
        ":tmi.twitch.tv 353 justinfan1 = #room :justinfan1 ada", ":ada!ada@ada.tmi.twitch.tv JOIN #room",
        ":ada!ada@ada.tmi.twitch.tv PART #room", ":tmi.twitch.tv NOTICE #room :hello", ":tmi.twitch.tv GLOBALUSERSTATE"})
    EXPECT_EQ(events_of(line), "") << line;
}

TEST(WhatCounts, MembersOnlyWhenAskedFor) {
  RecordedEvents events;
  IrcSession session = ready_session(events, true);
  session.join(std::vector<std::string>{"room"});
  session.feed(
      "@room-id=100 :tmi.twitch.tv ROOMSTATE #room\r\n"
      ":justinfan1.tmi.twitch.tv 353 justinfan1 = #room :justinfan1 ada room bob\r\n"
      ":eve!eve@eve.tmi.twitch.tv JOIN #room\r\n"
      ":ada!ada@ada.tmi.twitch.tv PART #room\r\n",
      kNow, kUtc);
  EXPECT_EQ(events.log, (std::vector<std::string>{"joined #room 100", "sighting #room(100) ada() member at 1700000000000",
                                                  "drop broadcaster #room", "sighting #room(100) bob() member at 1700000000000",
                                                  "sighting #room(100) eve() member at 1700000000000",
                                                  "sighting #room(100) ada() member at 1700000000000"}));
}

TEST(WhatCounts, CountersSeeEveryLine) {
  RecordedEvents events;
  IrcSession session = ready_session(events);
  const IrcSessionCounters before = session.counters();
  const std::string bytes =
      "@user-id=7;tmi-sent-ts=1699999999900" + kAda + "\r\n\r\nPING :x\n@user-id=7;msg-id=sub USERNOTICE #room\n@bad\n";
  session.feed(bytes, kNow, kUtc);
  const IrcSessionCounters& after = session.counters();
  EXPECT_EQ(after.bytes - before.bytes, bytes.size());
  EXPECT_EQ(after.lines - before.lines, 4U);
  EXPECT_EQ(after.privmsg, 1U);
  EXPECT_EQ(after.usernotice, 1U);
  EXPECT_EQ(after.other - before.other, 1U);
  EXPECT_EQ(after.empty_lines, 1U);
  EXPECT_EQ(after.last_lag_ms, 100);
}

// Whatever is read in whatever pieces: the same events, the same answers.
TEST(WhatCounts, AnyCutGivesTheSameEvents) {
  const std::string stream =
      "@badges=;id=a;room-id=100;tmi-sent-ts=1700000000001;user-id=7 :ada!ada@ada.tmi.twitch.tv PRIVMSG #room :caf\xC3\xA9\r\n"
      "\r\n:tmi.twitch.tv CAP * ACK :twitch.tv/tags\n"
      "PING :tmi.twitch.tv\r\n"
      "@user-id=8;room-id=100;source-room-id=200 :bob!bob@bob.tmi.twitch.tv PRIVMSG #room :x\r\r\n"
      "@msg-id=sub;login=eve;user-id=9;system-msg=a\\sb\\\\;room-id=100 :tmi.twitch.tv USERNOTICE #room\n"
      "@broken\r\n:justinfan1!justinfan1@x JOIN #room\r\n@room-id=100 :tmi.twitch.tv ROOMSTATE #room\r\n" +
      std::string(300, 'x') + "\r\n@msg-id=msg_banned :tmi.twitch.tv NOTICE #other :You are banned\r\n:tmi.twitch.tv RECONNECT\r\n";
  const auto run = [&](const std::vector<std::size_t>& cuts) {
    RecordedEvents events;
    IrcSession session({.identity = {.nick = "justinfan1", .token = Secret()}, .max_line_bytes = 200}, events);
    session.on_open(kNow);
    session.feed(":tmi.twitch.tv 001 justinfan1 :hi\r\n", kNow, kUtc);
    session.join(std::vector<std::string>{"room", "other"});
    std::size_t from = 0;
    for (const std::size_t to : cuts) {
      const std::vector<char> exact(stream.begin() + static_cast<std::ptrdiff_t>(from), stream.begin() + static_cast<std::ptrdiff_t>(to));
      session.feed(std::string_view(exact.data(), exact.size()), kNow, kUtc);
      from = to;
    }
    events.log.push_back(session.take_output());
    return events.log;
  };
  const std::vector<std::string> whole = run({stream.size()});
  EXPECT_EQ(whole.size(), 11U);
  std::vector<std::size_t> every(stream.size());
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = i + 1;
  EXPECT_EQ(run(every), whole) << "byte by byte";
  const bool good = rc::check("cuts change nothing", [&] {
    auto cuts = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, stream.size()));
    cuts.push_back(stream.size());
    std::sort(cuts.begin(), cuts.end());
    RC_ASSERT(run(cuts) == whole);
  });
  EXPECT_TRUE(good);
}

}  // namespace
}  // namespace vieweratlas
