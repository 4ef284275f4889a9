// The network layer, the line parser and the reconnecting against a chat server that others wrote: ngircd, with TLS. It knows
// nothing of Twitch's capabilities, so the session itself can only be shown to refuse it.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "collect/connection_plan.h"
#include "support/loopback_server.h"
#include "support/temporary_folder.h"
#include "support/test_certificates.h"
#include "twitch/irc_line.h"

#include "vieweratlas/collect/collector.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/net/event_loop.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using testing::Contains;
using testing::HasSubstr;

std::optional<std::filesystem::path> ngircd_program() {
  for (const char* place : {"/usr/sbin/ngircd", "/usr/local/sbin/ngircd"}) {
    if (std::filesystem::exists(place)) return place;
  }
  return std::nullopt;
}

/// The server's process. Not more than one at a time.
class Ngircd {
 public:
  Ngircd(std::filesystem::path folder, const CertificateFiles& certificate)
      : config_(std::move(folder) / "ngircd.conf"), port_(unused_port()) {
    std::ofstream(config_) << "[Global]\nName = irc.test.invalid\nInfo = test\nListen = 127.0.0.1\nPorts = " << unused_port()
                           << "\nMotdPhrase = hello\n[Limits]\nMaxConnectionsIP = 0\nMaxJoins = 0\nMaxPenaltyTime = 0\nPingTimeout = 2\n"
                              "[Options]\nIdent = no\nPAM = no\nDNS = no\n[SSL]\nCertFile = "
                           << certificate.certificate.string() << "\nKeyFile = " << certificate.key.string() << "\nPorts = " << port_
                           << "\n";
  }
  Ngircd(const Ngircd&) = delete;
  Ngircd& operator=(const Ngircd&) = delete;
  ~Ngircd() { kill(); }

  void start() {
    std::string program = ngircd_program()->string();
    std::string config = config_.string();
    std::array<char*, 5> arguments{program.data(), const_cast<char*>("-n"), const_cast<char*>("-f"), config.data(), nullptr};
    posix_spawn_file_actions_t quiet;
    ::posix_spawn_file_actions_init(&quiet);
    ::posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&quiet, STDOUT_FILENO, STDERR_FILENO);
    ASSERT_EQ(::posix_spawn(&pid_, program.c_str(), &quiet, nullptr, arguments.data(), environ), 0);
    ::posix_spawn_file_actions_destroy(&quiet);
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::filesystem::path config_;
  std::uint16_t port_;
  pid_t pid_ = -1;
};

/// A client that keeps its connection and its room, as the collector does, without Twitch's capabilities.
class Guest final : public StreamListener {
 public:
  Guest(EventLoop& loop, StreamOptions server, std::string nick)
      : loop_(loop),
        server_(std::move(server)),
        nick_(std::move(nick)),
        plan_({.spacing = milliseconds(100), .first_wait = milliseconds(100), .longest_wait = milliseconds(400)}, Random(1)) {}

  void tick() {
    if (plan_.next(1, clock_.steady()).has_value()) stream_ = loop_.connect(server_, *this);
  }
  void say(const std::string& line) { stream_->write(line + "\r\n"); }

  void on_open() override {
    ++opened;
    plan_.on_login(clock_.steady());
    say("NICK " + nick_);
    say("USER " + nick_ + " 0 * :guest");
  }
  void on_bytes(std::string_view bytes) override {
    splitter_.feed(bytes, [this](std::string_view line) { on_line(line); }, [] { ADD_FAILURE() << "no line is that long"; });
  }
  void on_closed(const Error& reason) override {
    closings.push_back(reason);
    in_room = false;
    splitter_ = LineSplitter(65'536);
    plan_.on_lost(0, clock_.steady());
  }

  int opened = 0;
  int welcomes = 0;
  int pings = 0;
  bool in_room = false;
  std::vector<std::string> names;  // of the newest 353
  std::vector<std::string> heard;  // "nick: text"
  std::vector<std::string> pongs;
  std::vector<Error> closings;

 private:
  void on_line(std::string_view text) {
    const std::optional<IrcLine> line = parse_irc_line(text);
    ASSERT_TRUE(line.has_value()) << text;
    std::string_view params = line->params;
    const std::string_view first = next_param(params).value_or("");
    if (line->command == "001") {
      ++welcomes;
      plan_.on_ready(0, clock_.steady());
      say("JOIN #room");
    } else if (line->command == "PING") {
      ++pings;
      say("PONG :" + std::string(first));
    } else if (line->command == "PONG") {
      pongs.emplace_back(next_param(params).value_or(""));
    } else if (line->command == "353") {
      next_param(params);
      next_param(params);
      std::string_view list = next_param(params).value_or("");
      names.clear();
      for (std::optional<std::string_view> name; (name = next_param(list));) names.emplace_back(*name);
    } else if (line->command == "366") {
      in_room = true;
    } else if (line->command == "PRIVMSG") {
      heard.push_back(std::string(nick_of(line->prefix)) + ": " + std::string(next_param(params).value_or("")));
    }
  }

  EventLoop& loop_;
  StreamOptions server_;
  std::string nick_;
  SystemClock clock_;
  ConnectionPlan plan_;
  LineSplitter splitter_{65'536};
  std::unique_ptr<Stream> stream_;
};

class NgircdTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!ngircd_program().has_value()) GTEST_SKIP() << "ngircd is not installed (package ngircd)";
    server_.emplace(folder_.path(), certificates_.good);
    server_->start();
  }
  [[nodiscard]] StreamOptions to_server() const {
    return {.host = "localhost", .port = server_->port(), .ca_file = certificates_.ca, .connect_timeout = milliseconds(5'000)};
  }

  TemporaryFolder folder_;
  TestCertificates certificates_{folder_.path()};
  std::optional<Ngircd> server_;
};

TEST_F(NgircdTest, TwoGuestsTalkAndComeBackAfterTheServerWasKilled) {
  EventLoop loop;
  Guest reader(loop, to_server(), "reader");
  Guest writer(loop, to_server(), "writer");
  std::function<bool()> condition;
  bool in_time = true;
  int ticks = 0;
  loop.every(milliseconds(20), [&] {
    reader.tick();
    writer.tick();
    if (!condition()) in_time = ++ticks < 1'500;
    if (!in_time || condition()) loop.stop();
  });
  const auto until = [&](std::function<bool()> what) {
    condition = std::move(what);
    ticks = 0;
    loop.run();
    return in_time;
  };
  const auto both_in_room = [&] { return reader.in_room && writer.in_room; };

  ASSERT_TRUE(until(both_in_room));
  for (int i = 0; i < 3; ++i) writer.say("PRIVMSG #room :message " + std::to_string(i) + " \xC3\xA9\xF0\x9F\x99\x82");
  reader.say("PING :are you there");
  ASSERT_TRUE(until([&] { return reader.heard.size() == 3 && !reader.pongs.empty(); }));
  EXPECT_EQ(reader.heard[2], "writer: message 2 \xC3\xA9\xF0\x9F\x99\x82");
  EXPECT_EQ(reader.pongs[0], "are you there");
  reader.say("NAMES #room");
  ASSERT_TRUE(until([&] { return reader.names.size() == 2; }));
  EXPECT_THAT(reader.names, Contains(HasSubstr("writer")));
  ASSERT_TRUE(until([&] { return reader.pings > 0; })) << "the server asks whether we are there";

  reader.closings.clear();  // those before the server was up
  writer.closings.clear();
  server_->kill();
  ASSERT_TRUE(until([&] { return reader.closings.size() >= 3 && writer.closings.size() >= 3; }));
  EXPECT_THAT(reader.closings[0].message, HasSubstr("localhost:" + std::to_string(server_->port()) + ": the other side"));
  EXPECT_THAT(reader.closings[1].message, HasSubstr(": nothing listens there"));
  server_->start();
  ASSERT_TRUE(until(both_in_room));
  EXPECT_EQ(reader.welcomes, 2);
  writer.say("PRIVMSG #room :again");
  ASSERT_TRUE(until([&] { return reader.heard.size() == 4; }));
  EXPECT_EQ(reader.heard[3], "writer: again");
}

class SilentLog final : public Logger {
 public:
  void write(LogLevel, std::string_view) override {}
};
class NoSink final : public PresenceSink {
 public:
  void facts(const ChannelFacts&, UtcMillis) override {}
  void see(const Sighting&) override {}
  void observed(std::string_view, UtcMillis, UtcMillis) override {}
  void lost(std::string_view, std::string_view, std::uint64_t) override {}
};

TEST_F(NgircdTest, TheCollectorRefusesAServerWithoutMessageTags) {
  const SystemClock clock;
  SilentLog log;
  NoSink sink;
  CollectOptions options;
  options.endpoints.irc_host = "localhost";
  options.endpoints.irc_port = server_->port();
  options.endpoints.ca_file = certificates_.ca;
  options.chat.mode = ChatMode::kAnonymous;
  const std::unique_ptr<IrcCollector> collector = IrcCollector::make(options, {}, clock, log);
  collector->set_wanted({{.channel = "room"}});
  std::jthread thread([&](const std::stop_token& stop) { EXPECT_TRUE(collector->collect(sink, stop).ok()); });
  for (int i = 0; i < 400 && collector->counters().fatal.empty(); ++i) std::this_thread::sleep_for(milliseconds(50));
  EXPECT_THAT(collector->counters().fatal, HasSubstr("message tags"));
  EXPECT_EQ(collector->counters().connection_ends.at("capability_refused"), 1U);
}

}  // namespace
}  // namespace vieweratlas
