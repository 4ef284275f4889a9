// The handshake, the rooms and the ends of a connection, without one.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recorded_events.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Events = std::vector<std::string>;
using Rooms = std::vector<std::string>;

constexpr UtcMillis kUtc{milliseconds{1'700'000'000'000}};
constexpr std::string_view kAck = ":tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands";
constexpr std::string_view kWelcome = ":tmi.twitch.tv 001 ada :Welcome, GLHF!";

class IrcSessionTest : public ::testing::Test {
 protected:
  void open(std::string_view token = "secret", bool membership = false) {
    session.emplace(IrcSessionOptions{.identity = {.nick = "ada", .token = Secret(token)}, .membership = membership}, events);
    session->on_open(now);
  }
  void ready() {
    open();
    hear(kAck);
    hear(kWelcome);
    static_cast<void>(session->take_output());
    events.log.clear();
  }
  void hear(std::string_view line) { session->feed(std::string(line) + "\r\n", now, kUtc); }
  // Ticks each second for so long.
  void wait(milliseconds length) {
    for (const SteadyTime end = now + length; now < end;) {
      now += std::min<milliseconds>(seconds{1}, end - now);
      session->tick(now);
    }
  }
  Events events_of(std::string_view line) {
    events.log.clear();
    hear(line);
    return events.take();
  }

  SteadyTime now{seconds{100}};
  RecordedEvents events;
  std::optional<IrcSession> session;
};

TEST_F(IrcSessionTest, HandshakeOfAnAccount) {
  open();
  EXPECT_EQ(session->take_output(), "CAP REQ :twitch.tv/tags twitch.tv/commands\r\nPASS oauth:secret\r\nNICK ada\r\n");
  EXPECT_EQ(session->take_output(), "");
  hear(kAck);
  EXPECT_FALSE(session->ready());
  hear(kWelcome);
  EXPECT_TRUE(session->ready());
  for (const char* line : {":tmi.twitch.tv 002 ada :Your host is tmi.twitch.tv", ":tmi.twitch.tv 003 ada :This server is rather new",
                           ":tmi.twitch.tv 004 ada :-", ":tmi.twitch.tv 375 ada :-",
                           ":tmi.twitch.tv 372 ada :You are in a maze of twisty passages, all alike.", ":tmi.twitch.tv 376 ada :>",
                           "@badge-info=;user-id=1 :tmi.twitch.tv GLOBALUSERSTATE"})
    hear(line);
  EXPECT_EQ(events.log, (Events{"ready"}));
}

TEST_F(IrcSessionTest, HandshakeOfNobody) {
  open("");
  EXPECT_EQ(session->take_output(), "CAP REQ :twitch.tv/tags twitch.tv/commands\r\nNICK ada\r\n");
}

TEST_F(IrcSessionTest, NothingEndsALineOfTheHandshake) {
  session.emplace(IrcSessionOptions{.identity = {.nick = "ada\r\nJOIN #x", .token = Secret("a\r\nb")}}, events);
  session->on_open(now);
  EXPECT_EQ(session->take_output(), "CAP REQ :twitch.tv/tags twitch.tv/commands\r\nNICK justinfan1000\r\n");
}

TEST_F(IrcSessionTest, ReadyAlsoWhenTheGreetingWasLostOrCameFirst) {
  open();
  hear(kAck);
  hear(":tmi.twitch.tv 376 ada :>");
  EXPECT_TRUE(session->ready());
  open();
  hear(kWelcome);
  EXPECT_FALSE(session->ready()) << "lines without tags are of no use";
  hear(kAck);
  EXPECT_TRUE(session->ready());
}

TEST_F(IrcSessionTest, RefusedLogins) {
  for (const char* text : {"Login authentication failed", "Login unsuccessful", "Improperly formatted auth", "Improperly formatted AUTH",
                           "Error logging in", "INVALID NICK"}) {
    open();
    hear(kAck);
    events.log.clear();
    hear(std::string(":tmi.twitch.tv NOTICE * :") + text);
    ASSERT_EQ(events.log.size(), 1U) << text;
    EXPECT_TRUE(events.log[0].starts_with("end authentication_failed: ")) << events.log[0];
    EXPECT_FALSE(session->ready());
    events.log.clear();
    hear(kWelcome);
    wait(minutes{10});
    EXPECT_EQ(events.log, Events{}) << "an end is told once";
    EXPECT_EQ(session->take_output(), "");
  }
}

TEST_F(IrcSessionTest, ARevokedTokenEndsAReadySession) {
  ready();
  EXPECT_EQ(events_of(":tmi.twitch.tv NOTICE #room :Login authentication failed"), Events{}) << "not said of the connection";
  EXPECT_EQ(events_of(":tmi.twitch.tv NOTICE * :Something else"), Events{});
  EXPECT_EQ(events_of(":tmi.twitch.tv NOTICE * :Login authentication failed"),
            (Events{"end authentication_failed: login authentication failed"}));
}

TEST_F(IrcSessionTest, RefusedCapabilities) {
  open("secret", true);
  EXPECT_EQ(session->take_output(),
            "CAP REQ :twitch.tv/tags twitch.tv/commands\r\nCAP REQ :twitch.tv/membership\r\nPASS oauth:secret\r\nNICK ada\r\n");
  hear(":tmi.twitch.tv CAP * NAK :twitch.tv/membership");
  EXPECT_EQ(events.log, Events{}) << "only membership is missing then";
  hear(":tmi.twitch.tv CAP * NAK :twitch.tv/tags twitch.tv/commands");
  EXPECT_EQ(events.log, (Events{"end capability_refused: twitch.tv/tags"}));
}

TEST_F(IrcSessionTest, SilentServersTimeOut) {
  open();
  wait(milliseconds{19'999});
  EXPECT_EQ(events.log, Events{});
  wait(milliseconds{1});
  EXPECT_EQ(events.log, (Events{"end handshake_timeout: no welcome"}));
  events.log.clear();
  open();
  hear(kWelcome);
  wait(seconds{20});
  EXPECT_EQ(events.log, (Events{"end handshake_timeout: no capabilities"})) << "welcomed, but without tags";
}

TEST_F(IrcSessionTest, AnswersPingsAtOnce) {
  ready();
  hear("PING :tmi.twitch.tv");
  EXPECT_EQ(session->take_output(), "PONG :tmi.twitch.tv\r\n");
  hear("PING");
  EXPECT_EQ(session->take_output(), "PONG :tmi.twitch.tv\r\n");
  hear("PING :a b");
  EXPECT_EQ(session->take_output(), "PONG :a b\r\n");
  hear("PING :x\rQUIT");
  EXPECT_EQ(session->take_output(), "PONG :tmi.twitch.tv\r\n");
  hear("PING :" + std::string(5000, 'x'));
  EXPECT_LE(session->take_output().size(), 512U);
}

TEST_F(IrcSessionTest, AsksASilentServer) {
  ready();
  wait(milliseconds{29'999});
  EXPECT_EQ(session->take_output(), "");
  wait(milliseconds{1});
  EXPECT_EQ(session->take_output(), "PING :vieweratlas\r\n");
  wait(seconds{4});
  hear(":tmi.twitch.tv PONG tmi.twitch.tv :vieweratlas");
  wait(seconds{29});
  EXPECT_EQ(session->take_output(), "");
  wait(seconds{1});
  EXPECT_EQ(session->take_output(), "PING :vieweratlas\r\n");
  wait(milliseconds{4'999});
  EXPECT_EQ(events.log, Events{});
  wait(milliseconds{1});
  EXPECT_EQ(events.log, (Events{"end ping_timeout: no answer to our PING"}));
}

TEST_F(IrcSessionTest, SixMinutesWithoutAByteAreTheEnd) {
  session.emplace(IrcSessionOptions{.identity = {.nick = "ada"}, .idle_before_ping = std::chrono::hours{24}}, events);
  session->on_open(now);
  hear(kAck);
  hear(kWelcome);
  events.log.clear();
  wait(milliseconds{359'999});
  EXPECT_EQ(events.log, Events{});
  wait(milliseconds{1});
  EXPECT_EQ(events.log, (Events{"end silence: nothing was heard"}));
}

TEST_F(IrcSessionTest, AfterSleepTheServerIsAskedFirst) {
  ready();
  now += minutes{60};
  session->tick(now);
  EXPECT_EQ(events.log, Events{});
  EXPECT_EQ(session->take_output(), "PING :vieweratlas\r\n");
  wait(seconds{5});
  EXPECT_EQ(events.log, (Events{"end ping_timeout: no answer to our PING"}));

  ready();
  wait(seconds{31});
  static_cast<void>(session->take_output());
  now += minutes{60};
  session->tick(now);
  EXPECT_EQ(events.log, Events{}) << "the answer may lie in the socket";
  hear(":tmi.twitch.tv PONG tmi.twitch.tv :vieweratlas");
  wait(seconds{20});
  EXPECT_EQ(events.log, Events{});
}

TEST_F(IrcSessionTest, ReconnectIsToldOnceAndTheSessionGoesOn) {
  ready();
  EXPECT_EQ(events_of(":tmi.twitch.tv RECONNECT"), (Events{"end reconnect: the server asks to come back"}));
  EXPECT_EQ(events_of(":tmi.twitch.tv RECONNECT"), Events{});
  EXPECT_EQ(events_of("@user-id=7;room-id=1 :b!b@b PRIVMSG #room :x"), (Events{"sighting #room(1) b(7) message at 1700000000000"}));
  hear("PING :x");
  EXPECT_EQ(session->take_output(), "PONG :x\r\n");
}

TEST_F(IrcSessionTest, JoinLinesAreShort) {
  ready();
  Rooms rooms;
  for (int i = 0; i < 40; ++i) rooms.push_back("a_login_of_twentyfive_b_" + std::string(1, static_cast<char>('a' + i % 26)));
  session->join(rooms);
  session->part(Rooms{"x"});
  session->join(Rooms{});
  const std::string output = session->take_output();
  std::size_t named = 0;
  for (std::size_t from = 0; from < output.size();) {
    const std::size_t end = output.find("\r\n", from);
    const std::string line = output.substr(from, end - from);
    EXPECT_LE(line.size(), 510U);
    const auto in_line = static_cast<std::size_t>(std::count(line.begin(), line.end(), '#'));
    EXPECT_LE(in_line, 18U);
    EXPECT_EQ(static_cast<std::size_t>(std::count(line.begin(), line.end(), ',')) + 1, in_line);
    named += in_line;
    from = end + 2;
  }
  EXPECT_EQ(named, 41U);
  EXPECT_TRUE(output.ends_with("\r\nPART #x\r\n"));
}

TEST_F(IrcSessionTest, ThreeAnswersAreOneJoin) {
  ready();
  session->join(Rooms{"room"});
  EXPECT_EQ(events_of(":ada!ada@ada.tmi.twitch.tv JOIN #room"), (Events{"joined #room "}));
  EXPECT_EQ(events_of("@emote-only=0;room-id=100 :tmi.twitch.tv ROOMSTATE #room"), (Events{"id #room 100"}));
  EXPECT_EQ(events_of(":ada.tmi.twitch.tv 353 ada = #room :ada"), Events{});
  EXPECT_EQ(events_of(":ada.tmi.twitch.tv 366 ada #room :End of /NAMES list"), Events{});
  EXPECT_EQ(events_of("@slow=10;room-id=100 :tmi.twitch.tv ROOMSTATE #room"), Events{}) << "the room changed its rules";
  EXPECT_EQ(events_of("@room-id=200 :tmi.twitch.tv ROOMSTATE #room"), (Events{"id #room 200"})) << "and here its owner";
}

TEST_F(IrcSessionTest, AnyOfTheAnswersWillDo) {
  ready();
  session->join(Rooms{"a", "b", "c"});
  EXPECT_EQ(events_of("@room-id=1 :tmi.twitch.tv ROOMSTATE #a"), (Events{"joined #a 1"}));
  EXPECT_EQ(events_of(":ada.tmi.twitch.tv 366 ada #b :End of /NAMES list"), (Events{"joined #b "}));
  EXPECT_EQ(events_of(":tmi.twitch.tv ROOMSTATE #c"), (Events{"joined #c "}));
  EXPECT_EQ(events_of("@room-id=4 :tmi.twitch.tv ROOMSTATE #d"), Events{}) << "nobody asked for it";
  EXPECT_EQ(events_of(":eve!eve@eve JOIN #b"), Events{});
  EXPECT_EQ(events_of(":ada!ada@ada JOIN"), Events{});
}

TEST_F(IrcSessionTest, TheNickIsTheOneOfTheGreeting) {
  open();
  hear(kAck);
  hear(":tmi.twitch.tv 001 the_account :Welcome, GLHF!");
  session->join(Rooms{"room"});
  EXPECT_EQ(events_of(":ada!ada@ada JOIN #room"), Events{});
  EXPECT_EQ(events_of(":the_account!the_account@x JOIN #room"), (Events{"joined #room "}));
}

TEST_F(IrcSessionTest, Refusals) {
  ready();
  session->join(Rooms{"a", "b", "c", "d", "e"});
  const auto notice = [this](const std::string& id, const std::string& room) {
    return events_of("@msg-id=" + id + " :tmi.twitch.tv NOTICE " + room + " :Some text.");
  };
  EXPECT_EQ(notice("msg_banned", "#a"), (Events{"refused #a banned"}));
  EXPECT_EQ(notice("msg_channel_suspended", "#b"), (Events{"refused #b suspended"}));
  EXPECT_EQ(notice("tos_ban", "#c"), (Events{"refused #c suspended"}));
  EXPECT_EQ(notice("msg_room_not_found", "#d"), (Events{"refused #d not_found"}));
  EXPECT_EQ(notice("msg_concurrent_channel_limit_reached", "#e"), (Events{"refused #e room_limit"}));
  EXPECT_EQ(notice("msg_concurrent_channel_limit_reached", "*"), (Events{"refused room_limit"}));
  EXPECT_EQ(notice("msg_banned", "*"), Events{});
  EXPECT_EQ(notice("slow_on", "#a"), (Events{"notice slow_on"}));
  EXPECT_EQ(notice("a\\sb\xFF", "#a"), (Events{"notice unprintable"}));
  EXPECT_EQ(events_of(":ada!ada@ada PART #a"), Events{}) << "refused: it was no room of ours";
}

TEST_F(IrcSessionTest, OnlyAPartNobodyAskedForIsARemoval) {
  ready();
  session->join(Rooms{"a", "b"});
  hear(":ada!ada@ada JOIN #a");
  hear(":ada!ada@ada JOIN #b");
  EXPECT_EQ(events_of(":ada!ada@ada PART #a"), (Events{"removed #a"}));
  EXPECT_EQ(events_of(":ada!ada@ada PART #a"), Events{});
  session->part(Rooms{"b"});
  EXPECT_EQ(events_of(":ada!ada@ada PART #b"), Events{});
  EXPECT_EQ(events_of(":eve!eve@eve PART #b"), Events{});
  EXPECT_EQ(events_of(":ada!ada@ada PART #unknown"), Events{});
}

TEST_F(IrcSessionTest, TheEchoOfAPartIsNotTheRemovalFromTheNextJoin) {
  ready();
  session->join(Rooms{"a"});
  hear(":ada!ada@ada JOIN #a");
  session->part(Rooms{"a"});
  session->join(Rooms{"a"});
  EXPECT_EQ(events_of(":ada!ada@ada PART #a"), Events{});
  EXPECT_EQ(events_of(":ada!ada@ada JOIN #a"), (Events{"joined #a "}));
  EXPECT_EQ(events_of(":ada!ada@ada PART #a"), (Events{"removed #a"}));
}

TEST_F(IrcSessionTest, AnEchoThatNeverCameHidesNoLaterRemoval) {
  ready();
  session->part(Rooms{"a"});  // we were not in it: no echo
  wait(seconds{20});
  hear("PING :x");
  wait(seconds{20});
  session->join(Rooms{"a"});
  hear(":ada!ada@ada JOIN #a");
  EXPECT_EQ(events_of(":ada!ada@ada PART #a"), (Events{"removed #a"}));
}

TEST_F(IrcSessionTest, QuitIsALine) {
  ready();
  session->quit();
  EXPECT_EQ(session->take_output(), "QUIT\r\n");
}

TEST_F(IrcSessionTest, ManyRoomsComeAndGo) {
  ready();
  for (int i = 0; i < 5000; ++i) {
    const std::string room = "r" + std::to_string(i);
    session->join(Rooms{room});
    EXPECT_EQ(events_of(":ada!ada@ada JOIN #" + room), (Events{"joined #" + room + " "}));
    session->part(Rooms{room});
    if (i % 2 == 0) hear(":ada!ada@ada PART #" + room);
    now += seconds{1};
    static_cast<void>(session->take_output());
  }
  session->join(Rooms{"r1"});
  EXPECT_EQ(events_of(":ada!ada@ada JOIN #r1"), (Events{"joined #r1 "}));
}

}  // namespace
}  // namespace vieweratlas
