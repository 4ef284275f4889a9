// What large transfers need of the HTTP client: bodies in pieces both ways, bodies that are lent, and an end when nothing moves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/loopback_server.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

std::unique_ptr<HttpClient> make_client() { return make_http_client({}).value(); }

std::string url_of(const LoopbackServer& server) { return "http://127.0.0.1:" + std::to_string(server.port()) + "/"; }

std::string head_of(std::size_t num_bytes, std::string_view status = "200 OK") {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(num_bytes) + "\r\nX-Name: value\r\n\r\n";
}

TEST(HttpTransfer, HandsTheAnswerOverInPieces) {
  const std::string part(100'000, 'p');
  LoopbackServer server([&](Peer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write(head_of(part.size() * 100, "206 Partial Content"));
    for (int i = 0; i < 100; ++i) peer.write(part);
  });
  std::size_t total = 0;
  std::size_t longest = 0;
  HttpFacts facts;
  HttpRequest request{.url = url_of(server), .max_body_bytes = 10, .facts = &facts};
  request.sink = [&](const HttpResponse& head, std::string_view piece) {
    EXPECT_EQ(head.status, 206);
    EXPECT_EQ(head.header("x-name"), "value");
    total += piece.size();
    longest = std::max(longest, piece.size());
    return Status();
  };
  const Result<HttpResponse> response = make_client()->send(request, {});
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->status, 206);
  EXPECT_TRUE(response->body.empty());
  EXPECT_EQ(total, part.size() * 100);
  EXPECT_LE(longest, std::size_t{512} * 1024);
  EXPECT_TRUE(facts.connected);
  EXPECT_EQ(facts.received_bytes, total);
}

TEST(HttpTransfer, AnErrorOfTheSinkEndsTheExchange) {
  LoopbackServer server([](Peer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write(head_of(1'000'000) + std::string(1'000'000, 'x'));
  });
  HttpRequest request{.url = url_of(server)};
  int calls = 0;
  request.sink = [&](const HttpResponse&, std::string_view) {
    ++calls;
    return Status(Error{ErrorCode::kLimitExceeded, "the disk is full"});
  };
  const Result<HttpResponse> response = make_client()->send(request, {});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(response.error().message, "the disk is full");
  EXPECT_EQ(calls, 1);
}

TEST(HttpTransfer, SendsABodyThatIsLent) {
  std::string received;
  LoopbackServer server([&](Peer& peer, int) {
    const std::string head = peer.read_until("\r\n\r\n");
    const std::size_t at = head.find("Content-Length: ");
    received = peer.read_bytes(static_cast<std::size_t>(std::atoi(head.c_str() + at + 16)));
    EXPECT_THAT(head, Not(HasSubstr("Accept-Encoding")));
    peer.write(head_of(0));
  });
  std::string body;
  for (int i = 0; i < 300'000; ++i) body += std::to_string(i);
  HttpFacts facts;
  const HttpRequest request{
      .method = HttpMethod::kPut, .url = url_of(server), .borrowed_body = body, .accept_compressed = false, .facts = &facts};
  ASSERT_TRUE(make_client()->send(request, {}).ok());
  EXPECT_TRUE(received == body);
  EXPECT_EQ(facts.sent_bytes, body.size());
}

/// Gives `body` in pieces of at most `piece` bytes.
HttpRequest::Source source_of(const std::string& body, std::size_t piece) {
  return [&body, piece](std::uint64_t offset, std::span<char> buffer) -> Result<std::size_t> {
    const std::size_t size = std::min(buffer.size(), piece);
    return body.copy(buffer.data(), size, offset);
  };
}

TEST(HttpTransfer, SendsABodyThatIsReadWhileItIsSent) {
  std::string received;
  std::string head;
  LoopbackServer server([&](Peer& peer, int) {
    head = peer.read_until("\r\n\r\n");
    received = peer.read_bytes(static_cast<std::size_t>(std::atoi(head.c_str() + head.find("Content-Length: ") + 16)));
    peer.write(head_of(0));
  });
  std::string body;
  for (int i = 0; i < 300'000; ++i) body += std::to_string(i);
  HttpFacts facts;
  const HttpRequest request{.method = HttpMethod::kPut,
                            .url = url_of(server),
                            .headers = {{"Content-Type", "text/plain"}},
                            .source = source_of(body, 100'003),
                            .source_bytes = body.size(),
                            .facts = &facts};
  ASSERT_TRUE(make_client()->send(request, {}).ok());
  EXPECT_TRUE(received == body);
  EXPECT_EQ(facts.sent_bytes, body.size());
  EXPECT_TRUE(head.starts_with("PUT "));
  EXPECT_THAT(head, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("form-urlencoded")));
  EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
}

TEST(HttpTransfer, ABodyIsReadAgainForAnotherConnection) {
  std::string received;
  LoopbackServer server([&](Peer& peer, int number) {
    peer.read_until("\r\n\r\n");
    if (number == 0) {
      peer.write(head_of(0));
      peer.read_until("\r\n\r\n");
      peer.read_bytes(3'000'000);  // of the second request, whose answer never comes because the connection is given up
      return;
    }
    received = peer.read_bytes(3'000'000);
    peer.write(head_of(0));
  });
  const std::unique_ptr<HttpClient> client = make_client();
  ASSERT_TRUE(client->send({.url = url_of(server)}, {}).ok());
  std::string body(3'000'000, 'x');
  body.front() = 'a';
  body.back() = 'z';
  const HttpRequest request{
      .method = HttpMethod::kPut, .url = url_of(server), .source = source_of(body, 1'000'000), .source_bytes = body.size()};
  const Result<HttpResponse> response = client->send(request, {});
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_TRUE(received == body);
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpTransfer, AnErrorOfTheSourceEndsTheExchange) {
  LoopbackServer server([](Peer& peer, int) { peer.read_to_end(); });
  HttpRequest request{.method = HttpMethod::kPut, .url = url_of(server), .source_bytes = 1'000'000};
  request.source = [](std::uint64_t offset, std::span<char> buffer) -> Result<std::size_t> {
    if (offset > 0) return Error{ErrorCode::kUnavailable, "the file has become shorter"};
    buffer.front() = 'x';
    return std::size_t{1};
  };
  const Result<HttpResponse> response = make_client()->send(request, {});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().message, "the file has become shorter");
}

TEST(HttpTransfer, EndsWhenNothingMoves) {
  LoopbackServer silent([](Peer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write(head_of(10'000) + "some");
    peer.read_to_end();
  });
  HttpFacts facts;
  const Result<HttpResponse> response =
      make_client()->send({.url = url_of(silent), .timeout = milliseconds(0), .stall_timeout = milliseconds(60), .facts = &facts}, {});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(response.error().message, HasSubstr("nothing was transferred for 60 ms"));
  EXPECT_TRUE(facts.connected);
  EXPECT_EQ(facts.received_bytes, 4U);
}

TEST(HttpTransfer, TellsAFailedConnectionFromALostOne) {
  LoopbackServer resets([](Peer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.reset();
  });
  HttpFacts facts{.connected = true};
  const auto client = make_client();
  EXPECT_FALSE(client->send({.url = "http://127.0.0.1:" + std::to_string(unused_port()) + "/", .facts = &facts}, {}).ok());
  EXPECT_FALSE(facts.connected);
  EXPECT_FALSE(client->send({.url = url_of(resets), .facts = &facts}, {}).ok());
  EXPECT_TRUE(facts.connected);
}

TEST(HttpTransfer, SendsUnencryptedToOtherMachinesOnlyWhenAllowed) {
  const auto client = make_client();
  const std::string url = "http://store.invalid/";
  const Result<HttpResponse> refused = client->send({.url = url}, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  // Through a proxy on this machine, so that no other is asked.
  std::string asked;
  LoopbackServer proxy([&](Peer& peer, int) {
    asked = peer.read_until("\r\n\r\n");
    peer.write(head_of(0));
  });
  ::setenv("http_proxy", url_of(proxy).c_str(), 1);
  const Result<HttpResponse> allowed = client->send({.url = url, .allow_unencrypted = true}, {});
  ::unsetenv("http_proxy");
  ASSERT_TRUE(allowed.ok()) << allowed.error().message;
  EXPECT_THAT(asked, testing::StartsWith("GET http://store.invalid/ HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace vieweratlas
