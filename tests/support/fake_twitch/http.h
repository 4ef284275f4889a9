#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/fake_twitch/loop.h"
#include "support/fake_twitch/socket.h"

namespace fake_twitch {

struct HttpRequest {
  std::string method;
  std::string target;                                       ///< as sent
  std::string path;                                         ///< of the target
  std::vector<std::pair<std::string, std::string>> query;   ///< decoded, in order
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
  std::string body;

  [[nodiscard]] std::string parameter(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> parameters(std::string_view name) const;
  [[nodiscard]] std::string header(std::string_view name) const;
  /// The fields of a form in the body, behind those of the query.
  [[nodiscard]] std::string field(std::string_view name) const;
};

struct HttpAnswer {
  int status = 200;
  std::string body;
  std::string type = "application/json; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;
  // How the answer travels.
  Millis delay_ms = 0;
  bool reset = false;     ///< RST instead of an answer
  bool never = false;     ///< no answer, connection open
  bool cut = false;       ///< half of the body, then the end
  Millis dribble_ms = 0;  ///< between bytes of the body
  bool gzip = false;
};

/// HTTP/1.1 on one listening port, connections kept.
class HttpPort {
 public:
  using Handler = std::function<HttpAnswer(const HttpRequest&)>;
  HttpPort(Loop& loop, SSL_CTX* tls, Handler handler);
  ~HttpPort();
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  void open(bool on) { listener_.open(on); }

 private:
  class Connection;
  Loop& loop_;
  SSL_CTX* tls_;
  Handler handler_;
  std::uint64_t numbers_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  Listener listener_;
};

/// Fields of "a=1&b=2", decoded.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> form_fields(std::string_view text);

}  // namespace fake_twitch
