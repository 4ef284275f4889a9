#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
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

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;  ///< names in lower case
  std::string body;

  /// The first header of that (lower-case) name.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

/// What became of an exchange, also of one that failed.
struct HttpFacts {
  bool connected = false;            ///< to the server, with TLS where it is asked for; false for a name that is not found, a refusal, ...
  std::uint64_t sent_bytes = 0;      ///< of the body
  std::uint64_t received_bytes = 0;  ///< of the body
};

/// One request. Secrets stand in headers or in the body, never in the URL: URLs are shown in errors and logs.
struct HttpRequest {
  /// Takes the body of an answer piece by piece, once its head is complete; an error ends the exchange and is what send() returns.
  using Sink = std::function<Status(const HttpResponse& head, std::string_view piece)>;
  /// Puts bytes of a body from `offset` on into `buffer`, at least one, and says how many; an error ends the exchange and is what
  /// send() returns.
  using Source = std::function<Result<std::size_t>(std::uint64_t offset, std::span<char> buffer)>;

  HttpMethod method = HttpMethod::kGet;
  std::string url;  ///< absolute, percent-encoded; https, or http to a loopback address
  std::vector<HttpHeader> headers;
  std::string body;
  std::optional<std::string_view> borrowed_body;  ///< in the place of `body`, not copied; must outlive the exchange
  Source source;                              ///< of the body, in the place of both; asked in order, from the front again when sent again
  std::uint64_t source_bytes = 0;             ///< of the body, when `source` is set; 0 = none
  std::chrono::milliseconds timeout{30'000};  ///< for the whole exchange; 0 = none
  /// Ends an exchange in which less than a KiB was moved for so long; for transfers whose length says nothing. 0 = none.
  std::chrono::milliseconds stall_timeout{0};
  std::uint64_t max_body_bytes = 8ULL << 20U;  ///< a longer answer is limit_exceeded
  Sink sink;                                   ///< when set, HttpResponse::body stays empty and max_body_bytes does not count
  bool accept_compressed = true;               ///< false: the body arrives as it is stored, with its own length
  bool allow_unencrypted = false;              ///< http to other machines: for an endpoint that the operator has named
  HttpFacts* facts = nullptr;                  ///< filled by send(), also when it fails
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
