#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/loopback_server.h"
#include "support/temporary_folder.h"
#include "support/test_certificates.h"
#include "unit/net/stream_probe.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/net/event_loop.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

std::string noise(std::size_t size) {
  Random random(7);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random.below(256));
  return text;
}

void expect_closed(const StreamProbe& probe, ErrorCode code, std::string_view part) {
  ASSERT_TRUE(probe.closed.has_value());
  EXPECT_EQ(probe.closings, 1);
  EXPECT_EQ(name_of(probe.closed->code), name_of(code)) << probe.closed->message;
  EXPECT_THAT(probe.closed->message, HasSubstr(std::string(part)));
}

/// The same with and without TLS.
class AnyStream : public testing::TestWithParam<bool> {
 protected:
  [[nodiscard]] std::optional<CertificateFiles> server_tls() const { return GetParam() ? std::optional(certificates_.good) : std::nullopt; }
  [[nodiscard]] StreamOptions to(const LoopbackServer& server) const {
    return GetParam() ? encrypted_to(server.port(), certificates_.ca) : plain_to(server.port());
  }

  TemporaryFolder folder_;
  TestCertificates certificates_{folder_.path()};
};
INSTANTIATE_TEST_SUITE_P(Stream, AnyStream, testing::Values(false, true), [](const auto& tls) { return tls.param ? "Tls" : "Plain"; });

TEST_P(AnyStream, TalksAndTellsOfTheEnd) {
  LoopbackServer server([](Peer& peer, int) { peer.write("you said " + peer.read_until("\n")); }, server_tls());
  StreamProbe probe;
  probe.connect(to(server));
  probe.stream->write("hel");  // before it is open: kept
  probe.when_open = [&] { probe.stream->write("lo\n"); };
  ASSERT_TRUE(probe.run());
  EXPECT_TRUE(probe.opened);
  EXPECT_EQ(probe.received, "you said hello\n");
  expect_closed(probe, ErrorCode::kUnavailable, ":" + std::to_string(server.port()) + ": the other side ended");
}

TEST_P(AnyStream, MovesMegabytesBothWays) {
  const std::string sent = noise(3'000'000);
  LoopbackServer server(
      [&](Peer& peer, int) {
        std::string got = peer.read_bytes(sent.size());
        for (std::string_view rest = got; !rest.empty(); rest.remove_prefix(std::min<std::size_t>(rest.size(), 7'777))) {
          if (!peer.write(rest.substr(0, 7'777))) return;
        }
      },
      server_tls());
  StreamProbe probe;
  StreamOptions options = to(server);
  options.max_queued_bytes = sent.size();
  probe.connect(options);
  probe.stream->write(sent);
  ASSERT_TRUE(probe.run());
  EXPECT_TRUE(probe.received == sent);
}

TEST_P(AnyStream, HandsOverSingleBytes) {
  LoopbackServer server(
      [&](Peer& peer, int) {
        for (int i = 0; i < 200; ++i) peer.write(std::string(1, static_cast<char>('a' + i % 26)));
      },
      server_tls());
  StreamProbe probe;
  probe.connect(to(server));
  ASSERT_TRUE(probe.run());
  EXPECT_EQ(probe.received.size(), 200U);
  EXPECT_THAT(probe.received, StartsWith("abcdefghijklmnopqrstuvwxyzabc"));
}

TEST_P(AnyStream, FinishSendsTheRestAndCloses) {
  std::string got;
  {
    LoopbackServer server([&](Peer& peer, int) { got = peer.read_to_end(); }, server_tls());
    StreamProbe probe;
    probe.connect(to(server));
    probe.when_open = [&] {
      probe.stream->write("last ");
      probe.stream->write("words");
      probe.stream->finish();
      probe.stream->write("after the end");
    };
    ASSERT_TRUE(probe.run());
    expect_closed(probe, ErrorCode::kCancelled, "closed as asked");
  }
  EXPECT_EQ(got, "last words");
}

TEST_P(AnyStream, FinishDoesNotWaitLongForAPeerThatStays) {
  std::promise<void> closed;
  LoopbackServer server([told = closed.get_future().share()](Peer&, int) { told.wait(); }, server_tls());
  StreamProbe probe;
  probe.connect(to(server));
  probe.when_open = [&] { probe.stream->finish(); };
  EXPECT_TRUE(probe.run());
  closed.set_value();
  expect_closed(probe, ErrorCode::kCancelled, "closed as asked");
}

TEST_P(AnyStream, ClosesWhenThePeerDoesNotRead) {
  LoopbackServer server([&](Peer& peer, int) { peer.read_until("never"); }, server_tls());
  StreamProbe probe;
  StreamOptions options = to(server);
  options.max_queued_bytes = 1000;
  probe.connect(options);
  probe.when_open = [&] {
    probe.stream->write(std::string(600, 'x'));
    probe.stream->write(std::string(600, 'x'));
    EXPECT_EQ(probe.closings, 0) << "not called back from within write";
    probe.stream->write("ignored");
  };
  ASSERT_TRUE(probe.run());
  expect_closed(probe, ErrorCode::kLimitExceeded, "1000 bytes");
}

TEST_P(AnyStream, TellsOfAReset) {
  LoopbackServer server(
      [&](Peer& peer, int) {
        peer.read_until("\n");
        peer.reset();
      },
      server_tls());
  StreamProbe probe;
  probe.connect(to(server));
  probe.stream->write("x\n");
  ASSERT_TRUE(probe.run());
  expect_closed(probe, ErrorCode::kUnavailable, "reset");
}

TEST_P(AnyStream, SurvivesWritingToAPeerThatIsGone) {
  LoopbackServer server([&](Peer&, int) {}, server_tls());
  StreamProbe probe;
  probe.connect(to(server));
  probe.loop.every(milliseconds(1), [&] {
    if (probe.stream) probe.stream->write("is anybody there?\n");  // a broken pipe would end the process here
  });
  ASSERT_TRUE(probe.run());
  EXPECT_EQ(probe.closed->code, ErrorCode::kUnavailable);
}

TEST_P(AnyStream, MayBeDestroyedInAnyOfItsCallbacks) {
  LoopbackServer server(
      [&](Peer& peer, int) {
        peer.write("hello");
        peer.read_to_end();
      },
      server_tls());
  for (const bool in_open : {true, false}) {
    StreamProbe probe;
    const auto destroy = [&] {
      probe.stream->write("bye");
      probe.stream.reset();
      probe.loop.post([&] { probe.loop.stop(); });
    };
    (in_open ? probe.when_open : probe.when_bytes) = destroy;
    probe.connect(to(server));
    ASSERT_TRUE(probe.run());
    EXPECT_EQ(probe.closings, 0);
    EXPECT_EQ(probe.received.empty(), in_open);
  }
}

/// Its listener destroys the stream when it is told of the end.
class SelfEnding final : public StreamListener {
 public:
  explicit SelfEnding(EventLoop& loop) : loop_(loop) {}
  void on_open() override {}
  void on_bytes(std::string_view) override {}
  void on_closed(const Error&) override {
    stream.reset();
    loop_.stop();
  }
  std::unique_ptr<Stream> stream;

 private:
  EventLoop& loop_;
};

TEST_P(AnyStream, MayBeDestroyedWhenItIsTold) {
  LoopbackServer server([&](Peer& peer, int) { peer.write("x"); }, server_tls());
  EventLoop loop;
  SelfEnding listener(loop);
  listener.stream = loop.connect(to(server), listener);
  loop.run();
  EXPECT_EQ(listener.stream, nullptr);
}

TEST_P(AnyStream, MayBeDestroyedBeforeItIsOpen) {
  LoopbackServer server([&](Peer& peer, int) { peer.read_to_end(); }, server_tls());
  StreamProbe probe;
  probe.connect(to(server));
  probe.loop.post([&] {
    probe.stream.reset();
    probe.loop.post([&] { probe.loop.stop(); });
  });
  ASSERT_TRUE(probe.run());
  EXPECT_EQ(probe.closings, 0);
}

TEST_P(AnyStream, FiftyAtOnceKeepTheirBytesApart) {
  constexpr int kStreams = 50;
  LoopbackServer server(
      [&](Peer& peer, int) {
        const std::string line = peer.read_until("\n");
        for (int i = 0; i < 100; ++i) peer.write(line);
      },
      server_tls());
  EventLoop loop;
  struct One final : StreamListener {
    void on_open() override { stream->write(line); }
    void on_bytes(std::string_view bytes) override { received += bytes; }
    void on_closed(const Error&) override { on_end(); }
    std::unique_ptr<Stream> stream;
    std::string line;
    std::string received;
    std::function<void()> on_end;
  };
  int left = kStreams;
  std::vector<std::unique_ptr<One>> all;
  for (int i = 0; i < kStreams; ++i) {
    auto one = std::make_unique<One>();
    one->line = "stream " + std::to_string(i) + "\n";
    one->on_end = [&] {
      if (--left == 0) loop.stop();
    };
    one->stream = loop.connect(to(server), *one);
    all.push_back(std::move(one));
  }
  loop.run();
  for (const auto& one : all) {
    std::string expected;
    for (int i = 0; i < 100; ++i) expected += one->line;
    EXPECT_EQ(one->received, expected);
  }
}

TEST(Stream, RefusedNamesHostAndPort) {
  StreamProbe probe;
  const std::uint16_t port = unused_port();
  probe.connect(plain_to(port));
  ASSERT_TRUE(probe.run());
  EXPECT_FALSE(probe.opened);
  expect_closed(probe, ErrorCode::kUnavailable, "127.0.0.1:" + std::to_string(port) + ": nothing listens there");
}

TEST(Stream, ANameWithoutAddressIsUnavailable) {
  StreamProbe probe;
  probe.connect({.host = "no such host", .port = 1, .tls = false});
  ASSERT_TRUE(probe.run());
  expect_closed(probe, ErrorCode::kUnavailable, "the name has no address");
}

TEST(Stream, ALoopMayEndWhileANameIsLookedUp) {
  StreamProbe probe;
  probe.connect({.host = "localhost", .port = 1, .tls = false});
  SUCCEED();  // the lookup's thread finds nobody to tell
}

TEST(Stream, TheTimeToConnectCoversTheHandshake) {
  LoopbackServer server([&](Peer& peer, int) { peer.read_until("never"); });  // accepts, and says nothing
  StreamProbe probe;
  StreamOptions options = encrypted_to(server.port(), {});
  options.connect_timeout = milliseconds(50);
  probe.connect(options);
  ASSERT_TRUE(probe.run());
  EXPECT_FALSE(probe.opened);
  expect_closed(probe, ErrorCode::kUnavailable, "no connection within 50 ms");
}

TEST(Stream, AnOpenStreamIsNotTimedOut) {
  LoopbackServer server([&](Peer& peer, int) { peer.write(peer.read_until("\n")); });
  StreamProbe probe;
  StreamOptions options = plain_to(server.port());
  options.connect_timeout = milliseconds(1'000);
  probe.connect(options);
  int ticks = 0;
  probe.loop.every(milliseconds(100), [&] {
    if (++ticks == 12) probe.stream->write("still here\n");
  });
  ASSERT_TRUE(probe.run());
  EXPECT_EQ(probe.received, "still here\n");
}

TEST(Stream, FinishBeforeItIsOpenCloses) {
  LoopbackServer server([&](Peer& peer, int) { peer.read_to_end(); });
  StreamProbe probe;
  probe.connect(plain_to(server.port()));
  probe.stream->finish();
  EXPECT_EQ(probe.closings, 0);
  ASSERT_TRUE(probe.run());
  expect_closed(probe, ErrorCode::kCancelled, "before it was open");
}

TEST(TlsStream, APortThatSpeaksPlainTextFails) {
  LoopbackServer server([&](Peer& peer, int) { peer.write("220 welcome, this is not TLS\r\n"); });
  StreamProbe probe;
  probe.connect(encrypted_to(server.port(), {}));
  ASSERT_TRUE(probe.run());
  expect_closed(probe, ErrorCode::kUnavailable, "encrypted connection failed");
}

TEST(TlsStream, APeerThatHangsUpInTheHandshakeIsUnavailable) {
  LoopbackServer server([&](Peer& peer, int) { peer.read_bytes(1); });
  StreamProbe probe;
  probe.connect(encrypted_to(server.port(), {}));
  ASSERT_TRUE(probe.run());
  EXPECT_EQ(probe.closed->code, ErrorCode::kUnavailable);
}

class TlsChecks : public testing::Test {
 protected:
  StreamProbe& connect(const CertificateFiles& shown, const std::string& host, bool trust = true) {
    server_ = std::make_unique<LoopbackServer>([](Peer& peer, int) { peer.read_until("\n"); }, shown);
    probe_ = std::make_unique<StreamProbe>();
    probe_->when_open = [this] { probe_->stream->write("\n"); };
    probe_->connect(encrypted_to(server_->port(), trust ? certificates_.ca : std::filesystem::path(), host));
    EXPECT_TRUE(probe_->run());
    return *probe_;
  }
  static void expect_denied(const StreamProbe& probe, std::string_view part) {
    EXPECT_FALSE(probe.opened);
    expect_closed(probe, ErrorCode::kDenied, part);
  }

  TemporaryFolder folder_;
  TestCertificates certificates_{folder_.path()};
  std::unique_ptr<LoopbackServer> server_;
  std::unique_ptr<StreamProbe> probe_;
};

TEST_F(TlsChecks, AcceptsTheNameAndTheAddressOfTheCertificate) {
  EXPECT_TRUE(connect(certificates_.good, "localhost").opened);
  EXPECT_TRUE(connect(certificates_.good, "127.0.0.1").opened);
}
TEST_F(TlsChecks, RefusesAnotherName) { expect_denied(connect(certificates_.wrong_name, "localhost"), "localhost:"); }
TEST_F(TlsChecks, RefusesAnotherAddress) { expect_denied(connect(certificates_.wrong_name, "127.0.0.1"), "certificate is not accepted"); }
TEST_F(TlsChecks, RefusesAnExpiredCertificate) { expect_denied(connect(certificates_.expired, "localhost"), "expired"); }
TEST_F(TlsChecks, RefusesASelfSignedCertificate) { expect_denied(connect(certificates_.self_signed, "localhost"), "self-signed"); }
TEST_F(TlsChecks, RefusesAnAuthorityThatTheSystemDoesNotKnow) {
  expect_denied(connect(certificates_.good, "localhost", false), "certificate is not accepted");
}

TEST_F(TlsChecks, AFileWithoutCertificatesIsDenied) {
  StreamProbe probe;
  LoopbackServer server([](Peer&, int) {});
  probe.connect(encrypted_to(server.port(), folder_.path() / "absent.pem"));
  ASSERT_TRUE(probe.run());
  expect_closed(probe, ErrorCode::kDenied, "absent.pem");
}

}  // namespace
}  // namespace vieweratlas
