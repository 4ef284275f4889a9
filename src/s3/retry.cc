#include "s3/retry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <system_error>

#include "s3/error.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::s3_internal {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestRetryAfter{60'000};  // more than that is somebody's mistake

template <std::size_t N>
bool is_one_of(std::string_view code, const std::array<std::string_view, N>& codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

constexpr std::array<std::string_view, 8> kThrottling{
    "SlowDown",        "Throttling",           "ThrottlingException",    "RequestThrottled",
    "TooManyRequests", "RequestLimitExceeded", "BandwidthLimitExceeded", "ServiceUnavailable"};
constexpr std::array<std::string_view, 4> kServerSide{"InternalError", "RequestTimeout", "RequestTimeoutException", "OperationTimedOut"};
constexpr std::array<std::string_view, 3> kExpired{"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"};
constexpr std::array<std::string_view, 3> kDamage{"BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody"};

}  // namespace

std::string_view name_of(S3RetryReason reason) {
  static constexpr std::array<std::string_view, kNumRetryReasons> kNames{"connection", "lost",  "throttled",   "server",
                                                                         "conflict",   "clock", "credentials", "damaged"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::optional<S3RetryReason> retry_reason(const S3Failure& failure) {
  const std::string_view code = failure.body.code;
  if (code == "RequestTimeTooSkewed") return S3RetryReason::kClock;
  if (is_one_of(code, kExpired)) return S3RetryReason::kCredentials;
  if (is_one_of(code, kThrottling) || failure.status == 429 || failure.status == 503) return S3RetryReason::kThrottled;
  if (is_one_of(code, kServerSide)) return S3RetryReason::kServer;
  if (is_one_of(code, kDamage)) return S3RetryReason::kDamaged;
  if (code == "ConditionalRequestConflict" || code == "OperationAborted") return S3RetryReason::kConflict;
  switch (failure.status) {
    case 408:
    case 425:
    case 500:
    case 502:
    case 504: return S3RetryReason::kServer;
    default: return std::nullopt;
  }
}

std::optional<S3RetryReason> retry_reason(const Error& error, const HttpFacts& facts) {
  if (error.code != ErrorCode::kUnavailable) return std::nullopt;
  return facts.connected ? S3RetryReason::kLost : S3RetryReason::kConnection;
}

milliseconds retry_after(const HttpResponse& response) {
  const std::optional<std::string_view> header = response.header("retry-after");
  if (!header.has_value()) return milliseconds(0);
  const std::string_view text = trim(*header);
  std::uint32_t seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (problem != std::errc() || end != text.data() + text.size()) return milliseconds(0);  // a date: the usual pauses will do
  return std::min(milliseconds(std::uint64_t{seconds} * 1000), kLongestRetryAfter);
}

std::optional<milliseconds> S3Backoff::pause(S3RetryReason reason, milliseconds elapsed, bool reached, milliseconds at_least) {
  const int before = times_[static_cast<std::size_t>(reason)]++;
  const bool once = reason == S3RetryReason::kClock || reason == S3RetryReason::kCredentials;
  if (once) return before == 0 ? std::optional(milliseconds(0)) : std::nullopt;
  if (reason == S3RetryReason::kDamaged && before >= options_.max_damaged) return std::nullopt;
  const milliseconds bound = std::min(options_.longest, options_.first * (std::int64_t{1} << std::min(num_pauses_, 20)));
  ++num_pauses_;
  const milliseconds jittered(random_.below(static_cast<std::uint64_t>(bound.count()) + 1));
  const milliseconds pause = std::max(jittered, at_least);
  const bool never_reached = reason == S3RetryReason::kConnection && !reached;
  const milliseconds deadline = never_reached ? std::min(options_.connect_deadline, options_.deadline) : options_.deadline;
  if (elapsed + pause >= deadline) return std::nullopt;
  return pause;
}

S3Sleep system_sleep() {
  return [](milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
  };
}

}  // namespace vieweratlas::s3_internal
