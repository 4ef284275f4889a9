#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/loopback_server.h"
#include "support/temporary_folder.h"
#include "support/test_certificates.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSecret = "t0pSecretToken";

std::unique_ptr<HttpClient> client_with(const HttpClientOptions& options = {}) {
  Result<std::unique_ptr<HttpClient>> client = make_http_client(options);
  return std::move(client).value();
}

/// A request with its body, as it came.
struct Received {
  std::string head;
  std::string body;
};

Received read_request(Peer& peer) {
  Received received{.head = peer.read_until("\r\n\r\n")};
  const std::size_t at = received.head.find("Content-Length: ");
  if (at != std::string::npos) received.body = peer.read_bytes(static_cast<std::size_t>(std::atoi(received.head.c_str() + at + 16)));
  return received;
}

std::string answer(std::string_view body, std::string_view status = "200 OK", std::string_view headers = "") {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" +
         std::string(body);
}

std::string url_of(const LoopbackServer& server, std::string_view path = "/") {
  return "http://127.0.0.1:" + std::to_string(server.port()) + std::string(path);
}

/// Answers each request of each connection with `text`.
LoopbackServer::Script always(std::string text) {
  return [text = std::move(text)](Peer& peer, int) {
    while (!read_request(peer).head.empty()) {
      if (!peer.write(text)) return;
    }
  };
}

void expect_error(const Result<HttpResponse>& result, ErrorCode code, std::string_view part) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(name_of(result.error().code), name_of(code)) << result.error().message;
  EXPECT_THAT(result.error().message, HasSubstr(std::string(part)));
  EXPECT_THAT(result.error().message, Not(HasSubstr(std::string(kSecret))));
}

HttpRequest with_secret(std::string url) {
  return {.url = std::move(url), .headers = {{"Authorization", "Bearer " + std::string(kSecret)}}, .body = ""};
}

std::string gzipped(const std::string& text) {
  z_stream stream{};
  ::deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(::deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

TEST(HttpClient, SendsWhatWasAskedAndReadsTheAnswer) {
  Received received;
  LoopbackServer server([&](Peer& peer, int) {
    received = read_request(peer);
    peer.write(answer("{\"a\":1}", "418 I'm a teapot", "X-Name:  some value \r\nx-name: again\r\n"));
  });
  const auto client = client_with({.user_agent = "vieweratlas/test"});
  const Result<HttpResponse> response = client->send(
      {.method = HttpMethod::kPost, .url = url_of(server, "/a/b?c=d%20e"), .headers = {{"X-One", "1"}, {"X-Empty", ""}}, .body = "x=1&y=2"},
      {});
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->status, 418);
  EXPECT_EQ(response->body, "{\"a\":1}");
  EXPECT_EQ(response->header("x-name"), "some value");
  EXPECT_THAT(received.head, testing::StartsWith("POST /a/b?c=d%20e HTTP/1.1\r\n"));
  EXPECT_THAT(received.head, HasSubstr("X-One: 1\r\n"));
  EXPECT_THAT(received.head, HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(received.head, HasSubstr("User-Agent: vieweratlas/test\r\n"));
  EXPECT_THAT(received.head, HasSubstr("Accept-Encoding: gzip\r\n"));
  EXPECT_THAT(received.head, Not(HasSubstr("Expect:")));
  EXPECT_EQ(received.body, "x=1&y=2");
}

TEST(HttpClient, KnowsTheMethods) {
  std::vector<std::string> lines;
  LoopbackServer server([&](Peer& peer, int) {
    while (true) {
      const Received received = read_request(peer);
      if (received.head.empty()) return;
      lines.push_back(received.head.substr(0, received.head.find(' ')) + "|" + received.body);
      const bool head = received.head.starts_with("HEAD");
      peer.write(head ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" : answer("hello"));
    }
  });
  const auto client = client_with();
  for (const HttpMethod method : {HttpMethod::kGet, HttpMethod::kHead, HttpMethod::kPut, HttpMethod::kDelete, HttpMethod::kPost}) {
    const bool has_body = method == HttpMethod::kPut;
    const Result<HttpResponse> response = client->send({.method = method, .url = url_of(server), .body = has_body ? "text" : ""}, {});
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->body, method == HttpMethod::kHead ? "" : "hello");
  }
  EXPECT_THAT(lines, testing::ElementsAre("GET|", "HEAD|", "PUT|text", "DELETE|", "POST|"));
  EXPECT_EQ(server.connections(), 1) << "the connection is reused, whatever the method";
}

TEST(HttpClient, ManyThreadsShareIt) {
  LoopbackServer server(always(answer("x")));
  const auto client = client_with();
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        if (client->send({.url = url_of(server)}, {}).ok()) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 100);
  EXPECT_LE(server.connections(), 4);
}

TEST(HttpClient, ARedirectIsAnAnswer) {
  LoopbackServer elsewhere(always(answer("stolen")));
  LoopbackServer server(always(answer("", "302 Found", "Location: " + url_of(elsewhere) + "\r\n")));
  const auto client = client_with();
  const Result<HttpResponse> response = client->send(with_secret(url_of(server)), {});
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(response->header("location"), url_of(elsewhere));
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(HttpClient, UnpacksGzip) {
  const std::string text(100'000, 'z');
  LoopbackServer server(always(answer(gzipped(text), "200 OK", "Content-Encoding: gzip\r\n")));
  const auto client = client_with();
  const Result<HttpResponse> response = client->send({.url = url_of(server)}, {});
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_TRUE(response->body == text);
}

TEST(HttpClient, GzipThatIsGarbledIsUnavailable) {
  LoopbackServer server(always(answer("this is no gzip at all", "200 OK", "Content-Encoding: gzip\r\n")));
  expect_error(client_with()->send(with_secret(url_of(server)), {}), ErrorCode::kUnavailable, "no answer");
}

TEST(HttpClient, ReadsChunksAndForgetsEarlierHeads) {
  LoopbackServer server([](Peer& peer, int) {
    read_request(peer);
    peer.write("HTTP/1.1 100 Continue\r\nx-early: 1\r\n\r\n");
    for (const char c : std::string_view("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
      peer.write(std::string(1, c));
  });
  const Result<HttpResponse> response = client_with()->send({.url = url_of(server)}, {});
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->body, "abcde");
  EXPECT_FALSE(response->header("x-early").has_value());
}

TEST(HttpClient, AnAnswerThatIsTooLongIsDropped) {
  const auto client = client_with();
  LoopbackServer plain(always(answer(std::string(1001, 'x'))));
  LoopbackServer bomb(always(answer(gzipped(std::string(1'000'000, 'x')), "200 OK", "Content-Encoding: gzip\r\n")));
  LoopbackServer heads([](Peer& peer, int) {
    read_request(peer);
    peer.write("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 300 && peer.write("x: " + std::string(1000, 'y') + "\r\n"); ++i) {
    }
    peer.read_to_end();
  });
  HttpRequest request = with_secret(url_of(plain));
  request.max_body_bytes = 1000;
  expect_error(client->send(request, {}), ErrorCode::kLimitExceeded, "1000 bytes");
  request.url = url_of(bomb);
  expect_error(client->send(request, {}), ErrorCode::kLimitExceeded, "1000 bytes");
  request.url = url_of(heads);
  expect_error(client->send(request, {}), ErrorCode::kLimitExceeded, "headers");
  request.url = url_of(plain);
  request.max_body_bytes = 1001;
  EXPECT_TRUE(client->send(request, {}).ok());
}

TEST(HttpClient, AnAnswerThatIsCutShortIsUnavailable) {
  const auto cut = [](std::string_view text) {
    LoopbackServer server([text](Peer& peer, int) {
      read_request(peer);
      peer.write(text);
    });
    return client_with()->send(with_secret(url_of(server)), {});
  };
  expect_error(cut("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), ErrorCode::kUnavailable, "GET http://127.0.0.1");
  expect_error(cut("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), ErrorCode::kUnavailable, "no answer");
  expect_error(cut("HTTP/1.1 200 OK\r\nContent-"), ErrorCode::kUnavailable, "no answer");
  expect_error(cut(""), ErrorCode::kUnavailable, "no answer");
  expect_error(cut("SSH-2.0-OpenSSH_9.2\r\n"), ErrorCode::kUnavailable, "no answer");
}

TEST(HttpClient, ResetRefusedAndUnknownHostsAreUnavailable) {
  LoopbackServer resets([](Peer& peer, int) {
    read_request(peer);
    peer.reset();
  });
  const auto client = client_with();
  expect_error(client->send(with_secret(url_of(resets)), {}), ErrorCode::kUnavailable, "no answer");
  const std::string closed = "http://localhost:" + std::to_string(unused_port()) + "/";
  expect_error(client->send(with_secret(closed), {}), ErrorCode::kUnavailable, closed);
}

TEST(HttpClient, GivesUpAfterTheTimeout) {
  LoopbackServer silent([](Peer& peer, int) { peer.read_to_end(); });
  LoopbackServer drips([](Peer& peer, int) {
    read_request(peer);
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    peer.read_to_end();
  });
  const auto client = client_with();
  for (const LoopbackServer* server : {&silent, &drips}) {
    HttpRequest request = with_secret(url_of(*server));
    request.timeout = milliseconds(80);
    expect_error(client->send(request, {}), ErrorCode::kUnavailable, "in time");
  }
}

TEST(HttpClient, StopsWhenAsked) {
  std::stop_source stop;
  LoopbackServer silent([&](Peer& peer, int) {
    read_request(peer);
    stop.request_stop();
    peer.read_to_end();
  });
  const auto begin = steady_clock::now();
  expect_error(client_with()->send(with_secret(url_of(silent)), stop.get_token()), ErrorCode::kCancelled, "asked to stop");
  EXPECT_LT(steady_clock::now() - begin, milliseconds(5'000)) << "long before the timeout of 30 s";
  expect_error(client_with()->send(with_secret(url_of(silent)), stop.get_token()), ErrorCode::kCancelled, "asked to stop");
  EXPECT_EQ(silent.connections(), 1) << "nothing is sent once stop is requested";
}

TEST(HttpClient, WorksOnAfterFailures) {
  LoopbackServer server([](Peer& peer, int number) {
    read_request(peer);
    if (number > 0) peer.write(answer("good"));
  });
  const auto client = client_with();
  EXPECT_FALSE(client->send({.url = url_of(server)}, {}).ok());
  const Result<HttpResponse> response = client->send({.url = url_of(server)}, {});
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->body, "good");
}

TEST(HttpClient, RefusesUrlsThatWouldLeakOrMeanNothing) {
  const auto client = client_with();
  for (const char* url :
       {"http://example.invalid/", "http://127.example.invalid/", "http://128.0.0.1/", "http://localhost.example.invalid/", "http://[::2]/",
        "ftp://localhost/", "file:///etc/passwd", "localhost:80", "", "https://", "http:// localhost/", "//localhost/"}) {
    const Result<HttpResponse> response = client->send(with_secret(url), {});
    expect_error(response, ErrorCode::kInvalidArgument, "https://");
  }
  expect_error(client->send(with_secret("https://me:" + std::string(kSecret) + "@local host/"), {}), ErrorCode::kInvalidArgument,
               "absolute URL");
  expect_error(client->send(with_secret("https://me:" + std::string(kSecret) + "@localhost/"), {}), ErrorCode::kInvalidArgument,
               "user name");
}

TEST(HttpClient, RefusesHeadersThatWouldBeginANewLine) {
  const auto client = client_with();
  const std::string url = "http://localhost:1/";
  for (const std::string& value :
       {std::string(kSecret) + "\r\nX: y", std::string(kSecret) + "\n", std::string(kSecret) + std::string(1, '\0')}) {
    expect_error(client->send({.url = url, .headers = {{"Authorization", value}}, .body = ""}, {}), ErrorCode::kInvalidArgument,
                 "'Authorization'");
  }
  expect_error(client->send({.url = url, .headers = {{"A: b", "c"}}, .body = ""}, {}), ErrorCode::kInvalidArgument,
               "no name of an HTTP header");
}

TEST(HttpClient, AsksNoProxyForThisMachine) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("all_proxy", "http://127.0.0.1:1", 1);
  LoopbackServer server(always(answer("direct")));
  const Result<HttpResponse> response = client_with()->send({.url = url_of(server)}, {});
  ::unsetenv("http_proxy");
  ::unsetenv("all_proxy");
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->body, "direct");
}

TEST(HttpClient, ShowsAProxyTheHostAloneAndNoSecret) {
  std::string asked;
  LoopbackServer proxy([&](Peer& peer, int) {
    asked = peer.read_until("\r\n\r\n");
    peer.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  });
  ::setenv("https_proxy", url_of(proxy).c_str(), 1);
  expect_error(client_with()->send(with_secret("https://example.invalid/"), {}), ErrorCode::kUnavailable, "https://example.invalid/");
  ::unsetenv("https_proxy");
  EXPECT_THAT(asked, testing::StartsWith("CONNECT example.invalid:443 HTTP/1.1\r\n"));
  EXPECT_THAT(asked, Not(HasSubstr(std::string(kSecret))));
}

class HttpsClient : public testing::Test {
 protected:
  Result<HttpResponse> get(const CertificateFiles& shown, const std::string& host, bool trust = true) {
    LoopbackServer server(always(answer("secure")), shown);
    const auto client = client_with({.ca_file = trust ? certificates_.ca : std::filesystem::path()});
    return client->send(with_secret("https://" + host + ":" + std::to_string(server.port()) + "/"), {});
  }

  TemporaryFolder folder_;
  TestCertificates certificates_{folder_.path()};
};

TEST_F(HttpsClient, TrustsTheGivenAuthority) {
  const Result<HttpResponse> by_name = get(certificates_.good, "localhost");
  ASSERT_TRUE(by_name.ok()) << by_name.error().message;
  EXPECT_EQ(by_name->body, "secure");
  EXPECT_TRUE(get(certificates_.good, "127.0.0.1").ok());
}
TEST_F(HttpsClient, RefusesBadCertificates) {
  expect_error(get(certificates_.good, "localhost", false), ErrorCode::kDenied, "certificate is not accepted");
  expect_error(get(certificates_.wrong_name, "localhost"), ErrorCode::kDenied, "certificate is not accepted");
  expect_error(get(certificates_.wrong_name, "127.0.0.1"), ErrorCode::kDenied, "certificate is not accepted");
  expect_error(get(certificates_.expired, "localhost"), ErrorCode::kDenied, "expired");
  expect_error(get(certificates_.self_signed, "localhost"), ErrorCode::kDenied, "certificate is not accepted");
}
TEST_F(HttpsClient, ReusesConnectionsAcrossCalls) {
  LoopbackServer server(always(answer("secure")), certificates_.good);
  const auto client = client_with({.ca_file = certificates_.ca});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(client->send({.url = "https://localhost:" + std::to_string(server.port()) + "/"}, {}).ok());
  EXPECT_EQ(server.connections(), 1);
}
TEST_F(HttpsClient, SurvivesWritingToAPeerThatIsGone) {
  LoopbackServer server(
      [](Peer& peer, int) {
        peer.read_bytes(1);
        peer.reset();
      },
      certificates_.good);
  HttpRequest request = with_secret("https://localhost:" + std::to_string(server.port()) + "/");
  request.method = HttpMethod::kPost;
  request.body = std::string(20'000'000, 'x');  // longer than what any buffer takes
  expect_error(client_with({.ca_file = certificates_.ca})->send(request, {}), ErrorCode::kUnavailable, "no answer");
}
TEST_F(HttpsClient, AnAuthorityFileMustBeReadable) {
  const Result<std::unique_ptr<HttpClient>> client = make_http_client({.ca_file = folder_.path() / "absent.pem"});
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.error().code, ErrorCode::kDenied);
  EXPECT_THAT(client.error().message, HasSubstr("absent.pem"));
}

}  // namespace
}  // namespace vieweratlas
