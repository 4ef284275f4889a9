#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "s3/error.h"

#include "vieweratlas/core/random.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::s3_internal {

/// Why a request is made again.
enum class S3RetryReason : std::uint8_t {
  kConnection,   ///< none came about
  kLost,         ///< broken off, or nothing moved any more
  kThrottled,    ///< SlowDown, 429, 503
  kServer,       ///< 500, 502, 504, InternalError, RequestTimeout
  kConflict,     ///< 409: another writes the same
  kClock,        ///< our clock is wrong; the server's is taken
  kCredentials,  ///< they have expired and were fetched anew
  kDamaged,      ///< what arrived is not what was sent
};
inline constexpr std::size_t kNumRetryReasons = 8;

/// snake_case, for logs and status.
[[nodiscard]] std::string_view name_of(S3RetryReason reason);

/// The reason to make a request again that was answered so; nullopt when that would not help.
[[nodiscard]] std::optional<S3RetryReason> retry_reason(const S3Failure& failure);
/// The same for an exchange without an answer. A certificate that is not accepted stays so.
[[nodiscard]] std::optional<S3RetryReason> retry_reason(const Error& error, const HttpFacts& facts);

/// Retry-After in seconds; 0 when there is none.
[[nodiscard]] std::chrono::milliseconds retry_after(const HttpResponse& response);

struct S3BackoffOptions {
  std::chrono::milliseconds first{100};               ///< the longest first pause
  std::chrono::milliseconds longest{10'000};          ///< of all pauses
  std::chrono::milliseconds deadline{60'000};         ///< no new request after it
  std::chrono::milliseconds connect_deadline{4'000};  ///< the same while the endpoint has never been reached
  int max_damaged = 2;                                ///< times that damaged bytes are fetched or sent again
};

/// Decides about the retries of one call: exponential pauses with full jitter (uniform between nothing and the bound), within deadlines.
/// Thread-compatible.
class S3Backoff {
 public:
  S3Backoff(const S3BackoffOptions& options, Random random) : options_(options), random_(random) {}

  /// The pause before the next request; nullopt = give up. `elapsed` since the first request of the call, `reached`: the endpoint has
  /// answered something before, `at_least`: what the server asks for.
  [[nodiscard]] std::optional<std::chrono::milliseconds> pause(S3RetryReason reason, std::chrono::milliseconds elapsed, bool reached,
                                                               std::chrono::milliseconds at_least);

 private:
  S3BackoffOptions options_;
  Random random_;
  int num_pauses_ = 0;
  std::array<int, kNumRetryReasons> times_{};
};

/// What a store has done so far. Thread-safe.
struct S3Counters {
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> sent_bytes = 0;
  std::atomic<std::uint64_t> received_bytes = 0;
  std::array<std::atomic<std::uint64_t>, kNumRetryReasons> retries{};
};

/// Waits; false when `stop` was asked for before.
using S3Sleep = std::function<bool(std::chrono::milliseconds time, const std::stop_token& stop)>;
[[nodiscard]] S3Sleep system_sleep();

}  // namespace vieweratlas::s3_internal
