#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/net/http_server.h"

namespace vieweratlas {
namespace {

using testing::HasSubstr;

std::unique_ptr<HttpServer> echo_server(const ServerOptions& options = {}) {
  Result<std::unique_ptr<HttpServer>> server = HttpServer::start(options, [](const ServerRequest& request) {
    return ServerResponse{
        .status = request.path == "/absent" ? 404 : 200, .content_type = "text/x-test", .body = request.path + "?" + request.query};
  });
  EXPECT_TRUE(server.ok());
  return std::move(server).value();
}

Result<HttpResponse> ask(const HttpServer& server, HttpMethod method, std::string_view path, std::string body = "") {
  Result<std::unique_ptr<HttpClient>> client = make_http_client({});
  return (*client)->send(
      {.method = method, .url = "http://127.0.0.1:" + std::to_string(server.port()) + std::string(path), .body = std::move(body)}, {});
}

/// A socket that is connected to `port` of 127.0.0.1.
class Guest {
 public:
  explicit Guest(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  ~Guest() { ::close(socket_); }

  std::string ask(std::string_view text) const {
    ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    char bytes[4096];
    const auto got = ::recv(socket_, bytes, sizeof(bytes), 0);
    return {bytes, got > 0 ? static_cast<std::size_t>(got) : 0U};
  }

 private:
  int socket_;
};

TEST(HttpServer, AnswersGetAndHead) {
  const auto server = echo_server();
  EXPECT_NE(server->port(), 0);
  const Result<HttpResponse> got = ask(*server, HttpMethod::kGet, "/a%20b?c=d%20e&f");
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->body, "/a b?c=d%20e&f");
  EXPECT_EQ(got->header("content-type"), "text/x-test");
  const Result<HttpResponse> head = ask(*server, HttpMethod::kHead, "/absent");
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->status, 404);
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(head->header("content-length"), "8");
}

TEST(HttpServer, RefusesOtherMethods) {
  const auto server = echo_server();
  for (const HttpMethod method : {HttpMethod::kPost, HttpMethod::kPut, HttpMethod::kDelete}) {
    const Result<HttpResponse> response = ask(*server, method, "/", std::string(100'000, 'x'));
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->status, 405);
    EXPECT_EQ(response->header("allow"), "GET, HEAD");
  }
}

TEST(HttpServer, ATakenPortIsUnavailableAndNamed) {
  const auto server = echo_server();
  const Result<std::unique_ptr<HttpServer>> second =
      HttpServer::start({.port = server->port()}, [](const ServerRequest&) { return ServerResponse{}; });
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(second.error().message, HasSubstr("127.0.0.1:" + std::to_string(server->port()) + ": another program"));
}

TEST(HttpServer, ItsPortIsFreeAgainAfterwards) {
  std::uint16_t port = 0;
  {
    const auto server = echo_server();
    port = server->port();
    EXPECT_TRUE(ask(*server, HttpMethod::kGet, "/").ok());
  }
  const auto again = echo_server({.port = port});
  EXPECT_EQ(again->port(), port);
}

TEST(HttpServer, AddressesAreNumeric) {
  for (const char* address : {"localhost", "", "1.2.3", "127.0.0.1:80"}) {
    const Result<std::unique_ptr<HttpServer>> server =
        HttpServer::start({.address = address}, [](const ServerRequest&) { return ServerResponse{}; });
    ASSERT_FALSE(server.ok());
    EXPECT_EQ(server.error().code, ErrorCode::kInvalidArgument);
  }
  const Result<std::unique_ptr<HttpServer>> foreign =
      HttpServer::start({.address = "192.0.2.1"}, [](const ServerRequest&) { return ServerResponse{}; });
  ASSERT_FALSE(foreign.ok());
  EXPECT_EQ(foreign.error().code, ErrorCode::kInvalidArgument);
}

TEST(HttpServer, ListensOnIpv6) {
  Result<std::unique_ptr<HttpServer>> server =
      HttpServer::start({.address = "::1"}, [](const ServerRequest&) { return ServerResponse{.body = "six"}; });
  if (!server.ok()) GTEST_SKIP() << "this machine has no IPv6 loopback address: " << server.error().message;
  Result<std::unique_ptr<HttpClient>> client = make_http_client({});
  const Result<HttpResponse> response = (*client)->send({.url = "http://[::1]:" + std::to_string((*server)->port()) + "/"}, {});
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->body, "six");
}

TEST(HttpServer, AFullHouseIsToldSo) {
  const auto server = echo_server();
  std::vector<std::unique_ptr<Guest>> guests;
  for (int i = 0; i < 32; ++i) {
    guests.push_back(std::make_unique<Guest>(server->port()));
    ASSERT_THAT(guests.back()->ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), testing::StartsWith("HTTP/1.1 200"));
  }
  const Guest late(server->port());
  EXPECT_THAT(late.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), testing::StartsWith("HTTP/1.1 503"));
}

TEST(HttpServer, SurvivesNonsense) {
  const auto server = echo_server();
  for (const std::string& text :
       {std::string("\r\n\r\n"), std::string("GET\r\n\r\n"), std::string(100, '\0') + "\r\n\r\n", "GET /" + std::string(100'000, 'a')}) {
    const Guest guest(server->port());
    static_cast<void>(guest.ask(text + " HTTP/1.1\r\n\r\n"));
  }
  EXPECT_TRUE(ask(*server, HttpMethod::kGet, "/").ok());
}

}  // namespace
}  // namespace vieweratlas
