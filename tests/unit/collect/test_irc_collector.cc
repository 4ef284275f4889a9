#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/temporary_folder.h"
#include "support/test_certificates.h"
#include "unit/collect/chat_server.h"

#include "vieweratlas/collect/collector.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using testing::Contains;
using testing::HasSubstr;

constexpr std::string_view kToken = "t0pSecretToken";

/// The machine's clocks, twenty times as fast: waits of seconds take the tests less.
class FastClock final : public Clock {
 public:
  [[nodiscard]] UtcMillis utc() const override { return UtcMillis(milliseconds(1'700'000'000'000)) + passed(); }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime(milliseconds(1'000'000)) + passed(); }

 private:
  [[nodiscard]] milliseconds passed() const {
    return std::chrono::duration_cast<milliseconds>((std::chrono::steady_clock::now() - begin_) * 20);
  }
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

class KeptLog final : public Logger {
 public:
  void write(LogLevel, std::string_view message) override {
    const std::scoped_lock lock(mutex_);
    text_ += std::string(message) + "\n";
  }
  [[nodiscard]] std::string text() const {
    const std::scoped_lock lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

/// Keeps all that it is told, as text.
class KeptSink final : public PresenceSink {
 public:
  void facts(const ChannelFacts& facts, UtcMillis) override { keep("facts " + facts.channel + " " + facts.game_name); }
  void see(const Sighting& sighting) override {
    keep("see " + std::string(sighting.channel) + " " + std::string(sighting.viewer_id) + " " + std::string(sighting.viewer_login));
  }
  void observed(std::string_view channel, UtcMillis begin, UtcMillis end) override {
    const std::scoped_lock lock(mutex_);
    auto& until = until_[std::string(channel)];
    if (begin < until) overlap_ = true;
    until = end;
    observed_[std::string(channel)] += end - begin;
    longest_ = std::max(longest_, end - begin);
  }
  void lost(std::string_view channel, std::string_view reason, std::uint64_t) override {
    keep("lost " + std::string(channel) + " " + std::string(reason));
  }

  [[nodiscard]] std::vector<std::string> told() const {
    const std::scoped_lock lock(mutex_);
    return told_;
  }
  [[nodiscard]] milliseconds observed(const std::string& channel) const {
    const std::scoped_lock lock(mutex_);
    const auto found = observed_.find(channel);
    return found == observed_.end() ? milliseconds(0) : found->second;
  }
  [[nodiscard]] bool overlap() const { return overlap_; }
  [[nodiscard]] milliseconds longest() const { return longest_; }

 private:
  void keep(std::string text) {
    const std::scoped_lock lock(mutex_);
    told_.push_back(std::move(text));
  }
  mutable std::mutex mutex_;
  std::vector<std::string> told_;
  std::map<std::string, UtcMillis> until_;
  std::map<std::string, milliseconds> observed_;
  milliseconds longest_{0};
  bool overlap_ = false;
};

std::string said(std::string_view room, std::string_view who) {
  return "@id=m-" + std::string(who) + ";room-id=id_of_" + std::string(room) + ";tmi-sent-ts=1700000000000;user-id=7" +
         std::string(who.size(), '1') + " :" + std::string(who) + "!" + std::string(who) + "@" + std::string(who) +
         ".tmi.twitch.tv PRIVMSG #" + std::string(room) + " :hello";
}

class IrcCollectorTest : public testing::Test {
 protected:
  ~IrcCollectorTest() override { stop(); }

  void start(const ChatServer& server, std::vector<std::string> rooms, ChatMode mode = ChatMode::kAnonymous) {
    options_.endpoints.irc_host = options_.endpoints.irc_tls ? "localhost" : "127.0.0.1";
    options_.endpoints.irc_port = server.port();
    options_.chat.mode = mode;
    options_.chat.max_rooms = mode == ChatMode::kAnonymous ? 1'000 : 95;
    collector_ = IrcCollector::make(options_, {.nick = "reader", .token = Secret(kToken)}, clock_, log_);
    want(std::move(rooms));
    thread_ = std::jthread([this](const std::stop_token& stop) { status_ = collector_->collect(sink_, stop); });
  }
  void want(const std::vector<std::string>& rooms) {
    std::vector<ChannelFacts> channels;
    for (const std::string& room : rooms) {
      channels.push_back({.channel = room, .channel_id = "id_of_" + room, .viewer_count = 1'000 - channels.size(), .game_name = "chess"});
    }
    collector_->set_wanted(std::move(channels));
  }
  void stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
  }
  /// Asks twenty times a second, for 20 s.
  static bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 400; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(milliseconds(50));
    }
    return false;
  }
  [[nodiscard]] bool told(const std::string& text) {
    return eventually([&] {
      const std::vector<std::string> all = sink_.told();
      return std::find(all.begin(), all.end(), text) != all.end();
    });
  }

  CollectOptions options_{.endpoints = {.irc_tls = false}};
  FastClock clock_;
  KeptLog log_;
  KeptSink sink_;
  std::unique_ptr<IrcCollector> collector_;
  std::optional<Status> status_;
  std::jthread thread_;
};

TEST_F(IrcCollectorTest, JoinsListensAndLeavesPolitely) {
  ChatServer server;
  start(server, {"alice", "bob"});
  ASSERT_TRUE(server.wait([&] { return server.rooms(0) == std::set<std::string>{"alice", "bob"}; }));
  server.send(0, said("bob", "carol"));
  EXPECT_TRUE(told("see bob 711111 carol"));
  EXPECT_TRUE(told("facts bob chess"));
  EXPECT_TRUE(eventually([&] { return sink_.observed("alice") > milliseconds(15'000); }));
  const ChatCounters counters = collector_->counters();
  EXPECT_EQ(counters.rooms_wanted, 2U);
  EXPECT_EQ(counters.rooms_confirmed, 2U);
  EXPECT_EQ(counters.connections_open, 1U);
  EXPECT_EQ(counters.connections_wanted, 1U);
  EXPECT_EQ(counters.joins_sent, 2U);
  EXPECT_EQ(counters.logins, 1U);
  EXPECT_EQ(counters.lines.at("privmsg"), 1U);
  EXPECT_GT(counters.last_message_ms, 1'700'000'000'000);

  const auto begin = std::chrono::steady_clock::now();
  stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(1'000));
  EXPECT_TRUE(status_->ok());
  EXPECT_TRUE(server.wait([&] { return server.saw("QUIT"); }));
  EXPECT_FALSE(sink_.overlap());
  EXPECT_EQ(collector_->counters().lines.at("privmsg"), 1U) << "kept after the end";
  EXPECT_TRUE(server.wait([&] { return server.saw("CAP REQ :twitch.tv/tags twitch.tv/commands"); }));
}

TEST_F(IrcCollectorTest, AnAnonymousLoginNeverShowsTheToken) {
  ChatServer server;
  start(server, {"alice"});
  ASSERT_TRUE(server.wait([&] { return server.rooms_in_all() == 1; }));
  stop();
  for (const std::string& line : server.lines()) EXPECT_THAT(line, testing::Not(testing::StartsWith("PASS")));
  EXPECT_THAT(server.lines(), Contains(testing::MatchesRegex("NICK justinfan[0-9]+")));
}

TEST_F(IrcCollectorTest, ComesBackAfterALossAndRejoins) {
  ChatServer server;
  start(server, {"alice", "bob"});
  ASSERT_TRUE(server.wait([&] { return server.rooms(0).size() == 2; }));
  server.drop(0);
  ASSERT_TRUE(server.wait([&] { return server.rooms(1).size() == 2; }));
  server.send(1, said("alice", "dave"));
  EXPECT_TRUE(told("see alice 71111 dave"));
  const ChatCounters counters = collector_->counters();
  EXPECT_EQ(counters.connection_ends.at("lost"), 1U);
  EXPECT_EQ(counters.connects, 2U);
}

TEST_F(IrcCollectorTest, OpensAsManyConnectionsAsTheRoomsNeedAndClosesThem) {
  ChatServer server;
  options_.chat.rooms_per_connection = 2;
  start(server, {"a1", "a2", "a3", "a4", "a5"});
  ASSERT_TRUE(server.wait([&] { return server.rooms_in_all() == 5; }));
  EXPECT_TRUE(eventually([&] { return collector_->counters().connections_open == 3; }));
  want({"a1"});
  ASSERT_TRUE(server.wait([&] { return server.rooms_in_all() == 1 && !(server.is_open(1) && server.is_open(2)); }));
  EXPECT_TRUE(eventually([&] { return collector_->counters().connections_open == 1; }));
}

TEST_F(IrcCollectorTest, ReplacesAConnectionThatIsAskedToComeBack) {
  ChatServer server;
  start(server, {"alice"});
  ASSERT_TRUE(server.wait([&] { return server.rooms(0).size() == 1; }));
  server.send(0, ":tmi.twitch.tv RECONNECT");
  server.send(0, said("alice", "erin"));
  EXPECT_TRUE(told("see alice 71111 erin")) << "the old one is still listened to";
  ASSERT_TRUE(server.wait([&] { return server.rooms(1).size() == 1 && !server.is_open(0); }));
  server.send(1, said("alice", "frank"));
  EXPECT_TRUE(told("see alice 711111 frank"));
  const ChatCounters counters = collector_->counters();
  EXPECT_EQ(counters.connection_ends.at("reconnect"), 1U);
  EXPECT_FALSE(counters.connection_ends.contains("lost"));
}

TEST_F(IrcCollectorTest, ARefusedLoginIsFatalUntilThereIsAnotherToken) {
  ChatServer server;
  server.expect_token("another");
  start(server, {"alice"}, ChatMode::kAccount);
  EXPECT_TRUE(eventually([&] { return !collector_->counters().fatal.empty(); }));
  EXPECT_THAT(collector_->counters().fatal, HasSubstr("vieweratlas login"));
  std::this_thread::sleep_for(milliseconds(500));  // ten seconds of its time
  EXPECT_EQ(collector_->counters().logins, 1U);

  collector_->set_identity({.nick = "reader", .token = Secret("wrong too")});
  EXPECT_TRUE(eventually([&] { return collector_->counters().logins == 2; }));
  EXPECT_TRUE(eventually([&] { return !collector_->counters().fatal.empty(); }));
  std::this_thread::sleep_for(milliseconds(500));
  EXPECT_EQ(collector_->counters().logins, 2U) << "one login for each token";

  collector_->set_identity({.nick = "reader", .token = Secret("another")});
  ASSERT_TRUE(server.wait([&] { return server.rooms_in_all() == 1; }));
  EXPECT_TRUE(eventually([&] { return collector_->counters().fatal.empty(); }));
  EXPECT_EQ(collector_->counters().connection_ends.at("authentication_failed"), 2U);
  EXPECT_THAT(log_.text(), testing::Not(HasSubstr(std::string(kToken))));
}

TEST_F(IrcCollectorTest, AnAccountWithoutATokenIsFatalAtOnce) {
  ChatServer server;
  options_.endpoints.irc_host = "127.0.0.1";
  options_.endpoints.irc_port = server.port();
  collector_ = IrcCollector::make(options_, {}, clock_, log_);
  want({"alice"});
  thread_ = std::jthread([this](const std::stop_token& stop) { status_ = collector_->collect(sink_, stop); });
  EXPECT_TRUE(eventually([&] { return collector_->counters().connections_wanted == 1; }));
  EXPECT_THAT(collector_->counters().fatal, HasSubstr("no token"));
  EXPECT_EQ(collector_->counters().connects, 0U);
}

TEST_F(IrcCollectorTest, ASilentOrAbsentServerIsTriedAgainAndStoppingDoesNotWait) {
  std::optional<ChatServer> server(std::in_place);
  start(*server, {"alice"});
  ASSERT_TRUE(server->wait([&] { return server->rooms_in_all() == 1; }));
  server.reset();
  EXPECT_TRUE(eventually([&] { return collector_->counters().connection_ends.contains("connect_failed"); }));
  EXPECT_TRUE(eventually([&] { return collector_->counters().connects >= 3; }));
  const auto begin = std::chrono::steady_clock::now();
  stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(1'000));
}

TEST_F(IrcCollectorTest, AServerThatFallsSilentIsLeftAfterAPing) {
  ChatServer server;
  start(server, {"alice"});
  ASSERT_TRUE(server.wait([&] { return server.rooms(0).size() == 1; }));
  server.fall_silent();
  ASSERT_TRUE(server.wait([&] { return server.rooms(1).size() == 1; }));
  EXPECT_EQ(collector_->counters().connection_ends.at("ping_timeout"), 1U);
  EXPECT_TRUE(server.saw("PING :vieweratlas"));
}

TEST_F(IrcCollectorTest, EndsUpInTheWantedRoomsWhateverTheServerDid) {
  ChatServer server;
  options_.chat.rooms_per_connection = 2;
  const std::vector<std::string> all{"a1", "a2", "a3", "a4", "a5"};
  start(server, all);
  Random random(11);
  for (int step = 0; step < 200; ++step) {
    const int newest = static_cast<int>(server.connections()) - 1;
    const int number = std::max(0, newest - static_cast<int>(random.below(4)));
    switch (random.below(6)) {
      case 0: server.drop(number); break;
      case 1: server.send(number, ":tmi.twitch.tv RECONNECT"); break;
      case 2: server.send(number, said(all[random.below(5)], "grace")); break;
      case 3: server.send(number, ":justinfan1!justinfan1@x PART #a1\r\n\r\nnonsense\xFF\r\n:x 366 y #a9 :z"); break;
      case 4: want({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(random.below(6))}); break;
      default: std::this_thread::sleep_for(milliseconds(random.below(60)));
    }
  }
  want({"a2", "a4", "b1"});
  const std::set<std::string> wanted{"a2", "a4", "b1"};
  EXPECT_TRUE(server.wait([&] { return server.all_rooms() == std::multiset<std::string>(wanted.begin(), wanted.end()); }));
  EXPECT_TRUE(eventually([&] { return collector_->counters().rooms_confirmed == 3; }));
  stop();
  EXPECT_TRUE(status_->ok());
  EXPECT_FALSE(sink_.overlap());
}

TEST_F(IrcCollectorTest, SpeaksTlsWithTheTokenOfTheAccount) {
  const TemporaryFolder folder;
  const TestCertificates certificates(folder.path());
  ChatServer server(certificates.good);
  server.expect_token(std::string(kToken));
  options_.endpoints.irc_tls = true;
  options_.endpoints.ca_file = certificates.ca;
  start(server, {"alice"}, ChatMode::kAccount);
  ASSERT_TRUE(server.wait([&] { return server.rooms_in_all() == 1; }));
  EXPECT_TRUE(server.saw("NICK reader"));
}

TEST_F(IrcCollectorTest, ABadCertificateIsNeverTalkedTo) {
  const TemporaryFolder folder;
  const TestCertificates certificates(folder.path());
  ChatServer server(certificates.wrong_name);
  options_.endpoints.irc_tls = true;
  options_.endpoints.ca_file = certificates.ca;
  start(server, {"alice"}, ChatMode::kAccount);
  EXPECT_TRUE(eventually([&] { return collector_->counters().connection_ends.contains("certificate"); }));
  stop();
  EXPECT_TRUE(server.lines().empty());
  EXPECT_THAT(log_.text(), HasSubstr("certificate is not accepted"));
}

}  // namespace
}  // namespace vieweratlas
