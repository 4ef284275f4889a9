#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// A GET or HEAD of the small server for machines and operators: metrics, health, status.
struct ServerRequest {
  std::string path;   ///< "/metrics", decoded
  std::string query;  ///< raw, without '?'
};

struct ServerResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< numeric IPv4 or IPv6
  std::uint16_t port = 0;             ///< 0 = any free port
};

/// Answers GET and HEAD on its own thread until it is destroyed; other methods get 405, a full house 503.
class HttpServer {
 public:
  using Handler = std::function<ServerResponse(const ServerRequest&)>;  ///< called from the server's thread

  /// Errors: denied (port needs rights), unavailable (port taken; the message says what to do), invalid_argument (address).
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(const ServerOptions& options, Handler handler);
  virtual ~HttpServer() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

}  // namespace vieweratlas
