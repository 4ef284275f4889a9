#include "vieweratlas/net/http_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "net/socket_error.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

constexpr unsigned kMaxConnections = 32;             // further ones are told 503
constexpr unsigned kMaxOpenSockets = 64;             // further ones are closed
constexpr unsigned kIdleSeconds = 10;                // a peer that is silent for so long is closed
constexpr std::size_t kConnectionBytes = 32 * 1024;  // request line and headers

struct Bound {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Result<Bound> numeric_address(const ServerOptions& options) {
  Bound bound;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&bound.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&bound.storage);
  if (::inet_pton(AF_INET, options.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(options.port);
    bound.size = sizeof(sockaddr_in);
    return bound;
  }
  bound.storage = {};
  if (::inet_pton(AF_INET6, options.address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(options.port);
    bound.size = sizeof(sockaddr_in6);
    return bound;
  }
  return Error{ErrorCode::kInvalidArgument, "'" + printable(options.address) + "' is no IP address; write 127.0.0.1 or ::1"};
}

/// Closes what nobody took.
class Socket {
 public:
  explicit Socket(int number) : number_(number) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

Error cannot_listen(const ServerOptions& options, int reason) {
  const std::string where = options.address + ":" + std::to_string(options.port) + ": ";
  switch (reason) {
    case EACCES: return {ErrorCode::kDenied, where + "this port needs rights that the program does not have; choose one above 1023"};
    case EADDRINUSE: return {ErrorCode::kUnavailable, where + "another program listens there; choose another port or end that program"};
    case EADDRNOTAVAIL:
      return {ErrorCode::kInvalidArgument,
              where + "this machine does not have that address; write 127.0.0.1, or 0.0.0.0 for all its addresses"};
    default: return {ErrorCode::kUnavailable, where + clause_for_socket_error(reason)};
  }
}

std::uint16_t port_of(int socket) {
  Bound bound;
  bound.size = sizeof(bound.storage);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size);
  if (bound.storage.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&bound.storage)->sin6_port);
  return ntohs(reinterpret_cast<sockaddr_in*>(&bound.storage)->sin_port);
}

class MicroServer final : public HttpServer {
 public:
  explicit MicroServer(Handler handler) : handler_(std::move(handler)) {}
  MicroServer(const MicroServer&) = delete;
  MicroServer& operator=(const MicroServer&) = delete;
  ~MicroServer() override {
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);  // closes the socket, joins the thread
  }

  [[nodiscard]] bool start(int socket) {
    port_ = port_of(socket);
    daemon_ =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC | MHD_USE_POLL, 0, nullptr, nullptr, &MicroServer::on_request, this,
                         MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, kMaxOpenSockets, MHD_OPTION_CONNECTION_TIMEOUT,
                         kIdleSeconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionBytes, MHD_OPTION_URI_LOG_CALLBACK,
                         &MicroServer::on_uri, nullptr, MHD_OPTION_NOTIFY_COMPLETED, &MicroServer::on_completed, nullptr,
                         MHD_OPTION_NOTIFY_CONNECTION, &MicroServer::on_connection, this, MHD_OPTION_END);
    return daemon_ != nullptr;
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }

 private:
  struct Request {
    std::string query;
    bool head_seen = false;
  };

  /// Keeps the raw text behind '?', which the library would give only taken apart. Becomes *state of on_request.
  static void* on_uri(void* /*self*/, const char* uri, MHD_Connection* /*connection*/) {
    const std::string_view text(uri);
    const std::size_t mark = text.find('?');
    return new Request{.query = std::string(mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1))};
  }

  static void on_completed(void* /*self*/, MHD_Connection* /*connection*/, void** state, MHD_RequestTerminationCode /*code*/) {
    delete static_cast<Request*>(*state);
    *state = nullptr;
  }

  static void on_connection(void* self, MHD_Connection* /*connection*/, void** /*state*/, MHD_ConnectionNotificationCode code) {
    unsigned& open = static_cast<MicroServer*>(self)->open_connections_;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
      ++open;
    } else {
      --open;
    }
  }

  // NOLINTNEXTLINE(readability-function-size): the library's signature
  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path, const char* method, const char* /*version*/,
                               const char* /*upload*/, std::size_t* upload_bytes, void** state) {
    auto* request = static_cast<Request*>(*state);
    if (request == nullptr) return MHD_NO;
    // An answer before the whole request has come would close the connection; what a refused method sends along is dropped.
    if (!std::exchange(request->head_seen, true) || *upload_bytes != 0) {
      *upload_bytes = 0;
      return MHD_YES;
    }
    return reply(connection, static_cast<MicroServer*>(self)->answer(method, path, request->query));
  }

  [[nodiscard]] ServerResponse answer(std::string_view method, const char* path, const std::string& query) const {
    if (open_connections_ > kMaxConnections) return {.status = MHD_HTTP_SERVICE_UNAVAILABLE, .body = "too many connections\n"};
    if (method != "GET" && method != "HEAD") return {.status = MHD_HTTP_METHOD_NOT_ALLOWED, .body = "only GET and HEAD\n"};
    return handler_({.path = path, .query = query});
  }

  static MHD_Result reply(MHD_Connection* connection, const ServerResponse& response) {
    MHD_Response* raw =
        MHD_create_response_from_buffer(response.body.size(), const_cast<char*>(response.body.data()), MHD_RESPMEM_MUST_COPY);
    if (raw == nullptr) return MHD_NO;
    MHD_add_response_header(raw, MHD_HTTP_HEADER_CONTENT_TYPE, response.content_type.c_str());
    MHD_add_response_header(raw, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(raw, "X-Content-Type-Options", "nosniff");
    if (response.status == MHD_HTTP_METHOD_NOT_ALLOWED) MHD_add_response_header(raw, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    if (response.status == MHD_HTTP_SERVICE_UNAVAILABLE) MHD_add_response_header(raw, MHD_HTTP_HEADER_CONNECTION, "close");
    const MHD_Result queued = MHD_queue_response(connection, static_cast<unsigned>(response.status), raw);
    MHD_destroy_response(raw);
    return queued;
  }

  Handler handler_;
  MHD_Daemon* daemon_ = nullptr;
  std::uint16_t port_ = 0;
  unsigned open_connections_ = 0;  // server's thread only
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ServerOptions& options, Handler handler) {
  const Result<Bound> bound = numeric_address(options);
  if (!bound.ok()) return bound.error();
  Socket socket(::socket(bound->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return cannot_listen(options, errno);
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&bound->storage), bound->size) != 0 ||
      ::listen(socket.get(), kMaxOpenSockets) != 0) {
    return cannot_listen(options, errno);
  }
  auto server = std::make_unique<MicroServer>(std::move(handler));
  if (!server->start(socket.get())) {
    return Error{ErrorCode::kUnavailable,
                 options.address + ":" + std::to_string(options.port) + ": the server's thread cannot be started; end other programs"};
  }
  static_cast<void>(socket.release());
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace vieweratlas
