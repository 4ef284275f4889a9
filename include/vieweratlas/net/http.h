#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

enum class HttpMethod { kGet, kPost, kPut, kDelete, kHead };

struct HttpHeader {
  std::string name;
  std::string value;
};

/// One request. Secrets stand in headers or in the body, never in the URL: URLs are shown in errors and logs.
struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string url;  ///< absolute, percent-encoded; https, or http to a loopback address
  std::vector<HttpHeader> headers;
  std::string body;
  std::chrono::milliseconds timeout{30'000};   ///< for the whole exchange
  std::uint64_t max_body_bytes = 8ULL << 20U;  ///< a longer answer is limit_exceeded
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;  ///< names in lower case
  std::string body;

  /// The first header of that (lower-case) name.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

/// Sends requests. Any HTTP status is a value, also 500; errors are exchanges without an answer. Redirects are not followed: an
/// answer that sends a token elsewhere must not be obeyed. Thread-safe.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Errors: unavailable (no connection, reset, timeout, cut short), denied (certificate), limit_exceeded (answer too long),
  /// invalid_argument (URL), cancelled (`stop`, noticed within 100 ms).
  [[nodiscard]] virtual Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) = 0;
};

struct HttpClientOptions {
  std::filesystem::path ca_file;  ///< empty = the system's certificates
  std::chrono::milliseconds connect_timeout{10'000};
  std::string user_agent = "vieweratlas";
};

/// A client over libcurl: HTTP/1.1, connections kept and reused, certificates and host names checked, gzip accepted.
[[nodiscard]] Result<std::unique_ptr<HttpClient>> make_http_client(const HttpClientOptions& options);

/// `text` percent-encoded for a query or a form: all but unreserved characters (RFC 3986).
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace vieweratlas
