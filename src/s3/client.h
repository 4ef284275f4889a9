#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "s3/address.h"
#include "s3/error.h"
#include "s3/retry.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::s3_internal {

/// Signs requests. Thread-safe.
class RequestSigner {
 public:
  virtual ~RequestSigner() = default;
  /// Adds the headers of a signature to `request`, in the place of those of an earlier call. `payload_sha256`: 64 hex digits, or
  /// "UNSIGNED-PAYLOAD".
  [[nodiscard]] virtual Status sign(HttpRequest& request, std::string_view payload_sha256, UtcMillis time, const std::stop_token& stop) = 0;
  /// The server calls the credentials of `request` expired: the next sign() gets others.
  virtual void distrust(const HttpRequest& request) = 0;
};

/// A body that is read while it is sent, and was read once before.
struct S3Source {
  HttpRequest::Source read;  ///< must outlive the call
  std::uint64_t num_bytes = 0;
  std::string sha256;  ///< of all of it; empty where signs_payload() says that it is not needed
};

/// One call of S3's. All views must outlive it.
struct S3Call {
  std::string_view action;  ///< "PutObject"
  HttpMethod method = HttpMethod::kGet;
  std::string_view key = {};    ///< in the bucket, with the store's prefix; empty = the bucket itself
  std::string_view shown = {};  ///< in the place of `key` in messages, when not empty
  S3Query query = {};
  std::vector<HttpHeader> headers = {};
  std::string_view body = {};
  std::optional<S3Source> source = {};  ///< in the place of `body`
  HttpRequest::Sink sink = {};          ///< takes the body of a success; else it is gathered
  std::vector<int> expected = {};       ///< statuses beside 2xx that the caller understands
  bool may_fail_in_200 = false;         ///< the answer 200 can hold an error
  bool slow = false;                    ///< the server works for minutes before it answers
  /// Looks at a success; what it refuses is tried again as damaged, and the last refusal is the call's error.
  std::function<Status(const HttpResponse&)> check = {};
  std::stop_token stop = {};                          ///< beside the store's own
  std::optional<std::chrono::milliseconds> deadline;  ///< else the store's
  bool ignore_stop = false;                           ///< for cleaning up after a stop
};

struct S3Answer {
  HttpResponse response;
  S3ErrorBody error;      ///< of an expected status that is no success
  bool doubtful = false;  ///< an earlier request of the call may have been carried out without our hearing of it
};

struct S3ClientOptions {
  S3Address address;
  std::string bucket;
  std::string region;
  S3BackoffOptions backoff;
  bool sign_large_payloads = false;  ///< also over https, where the connection protects them
  std::uint64_t seed = 0;            ///< of the jitter
  std::stop_token stop;
};

/// Sends calls to one bucket: signs, retries, counts, translates errors. Thread-safe. Everything given by reference must outlive it.
class S3Client {
 public:
  S3Client(S3ClientOptions options, HttpClient& http, RequestSigner& signer, const Clock& clock, S3Sleep sleep);

  /// 2xx or an expected status; anything else is an error, after the retries that may help. When pieces went to the sink already,
  /// nothing is tried again here: the caller knows where to go on.
  [[nodiscard]] Result<S3Answer> send(const S3Call& call);

  /// Whether the signature of a request with a body of so many bytes says what its SHA-256 is. Over https that of large ones does not:
  /// the connection protects them, and a checksum goes with them.
  [[nodiscard]] bool signs_payload(std::uint64_t num_bytes) const;
  [[nodiscard]] const S3Counters& counters() const { return counters_; }
  [[nodiscard]] std::string uri(std::string_view key) const { return "s3://" + options_.bucket + "/" + std::string(key); }
  [[nodiscard]] const S3ClientOptions& options() const { return options_; }
  /// Waits as between retries; false when the store is stopped.
  [[nodiscard]] bool wait(std::chrono::milliseconds time) { return sleep_(time, options_.stop); }
  /// Counts a retry that was made outside of send().
  void count_retry(S3RetryReason reason) { ++counters_.retries[static_cast<std::size_t>(reason)]; }

 private:
  struct Attempt;
  struct Verdict;
  [[nodiscard]] Attempt attempt(const S3Call& call, std::chrono::milliseconds elapsed, const std::stop_token& stop);
  [[nodiscard]] HttpRequest request_of(const S3Call& call, std::chrono::milliseconds elapsed) const;
  [[nodiscard]] std::string payload_digest(const S3Call& call) const;
  [[nodiscard]] Verdict judge(const S3Call& call, Attempt& attempt) const;
  [[nodiscard]] std::string uri(const S3Call& call) const { return uri(call.shown.empty() ? call.key : call.shown); }
  void correct_clock(const HttpResponse& response);
  [[nodiscard]] S3Place place(const S3Call& call) const;
  [[nodiscard]] Error with_place(const S3Call& call, const Error& error) const;

  S3ClientOptions options_;
  HttpClient& http_;
  RequestSigner& signer_;
  const Clock& clock_;
  S3Sleep sleep_;
  S3Counters counters_;
  std::atomic<std::int64_t> clock_offset_ms_ = 0;  // what to add to our clock for the server's
  std::atomic<bool> reached_ = false;
  std::atomic<std::uint64_t> num_calls_ = 0;
};

/// "Sun, 22 Nov 2026 20:26:21 GMT" as Unix seconds.
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace vieweratlas::s3_internal
