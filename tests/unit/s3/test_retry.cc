#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "s3/error.h"
#include "s3/retry.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::s3_internal {
namespace {

using std::chrono::milliseconds;

std::optional<S3RetryReason> reason_for(int status, std::string code = "") {
  return retry_reason({.status = status, .body = {.code = code}});
}

TEST(S3Retry, KnowsWhatMayPass) {
  EXPECT_EQ(reason_for(503, "SlowDown"), S3RetryReason::kThrottled);
  EXPECT_EQ(reason_for(503), S3RetryReason::kThrottled);
  EXPECT_EQ(reason_for(429), S3RetryReason::kThrottled);
  EXPECT_EQ(reason_for(500, "InternalError"), S3RetryReason::kServer);
  EXPECT_EQ(reason_for(502), S3RetryReason::kServer);
  EXPECT_EQ(reason_for(504), S3RetryReason::kServer);
  EXPECT_EQ(reason_for(400, "RequestTimeout"), S3RetryReason::kServer);
  EXPECT_EQ(reason_for(409, "ConditionalRequestConflict"), S3RetryReason::kConflict);
  EXPECT_EQ(reason_for(403, "RequestTimeTooSkewed"), S3RetryReason::kClock);
  EXPECT_EQ(reason_for(400, "ExpiredToken"), S3RetryReason::kCredentials);
  EXPECT_EQ(reason_for(400, "BadDigest"), S3RetryReason::kDamaged);
  for (const auto& [status, code] : std::vector<std::pair<int, std::string>>{{403, "AccessDenied"},
                                                                             {404, "NoSuchKey"},
                                                                             {412, "PreconditionFailed"},
                                                                             {400, "InvalidArgument"},
                                                                             {301, ""},
                                                                             {501, "NotImplemented"}}) {
    EXPECT_FALSE(reason_for(status, code).has_value()) << status << code;
  }
}

TEST(S3Retry, TellsAConnectionFromACertificate) {
  EXPECT_EQ(retry_reason(Error{ErrorCode::kUnavailable, ""}, HttpFacts{.connected = true}), S3RetryReason::kLost);
  EXPECT_EQ(retry_reason(Error{ErrorCode::kUnavailable, ""}, HttpFacts{}), S3RetryReason::kConnection);
  EXPECT_FALSE(retry_reason(Error{ErrorCode::kDenied, ""}, HttpFacts{}).has_value());
  EXPECT_FALSE(retry_reason(Error{ErrorCode::kCancelled, ""}, HttpFacts{}).has_value());
}

TEST(S3Retry, PausesGrowWithFullJitterUntilTheDeadline) {
  const S3BackoffOptions options;
  milliseconds longest{0};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    S3Backoff backoff(options, Random(seed));
    milliseconds elapsed{0};
    milliseconds bound = options.first;
    int num_pauses = 0;
    while (const auto pause = backoff.pause(S3RetryReason::kThrottled, elapsed, true, milliseconds(0))) {
      EXPECT_LE(*pause, bound);
      elapsed += *pause;
      longest = std::max(longest, *pause);
      bound = std::min(options.longest, bound * 2);
      ++num_pauses;
    }
    EXPECT_LT(elapsed, options.deadline);
    EXPECT_GE(num_pauses, 8);
  }
  EXPECT_GT(longest, options.longest / 2) << "they reach the upper half of their range";
}

TEST(S3Retry, TheSameSeedGivesTheSamePauses) {
  const auto pauses = [](std::uint64_t seed) {
    S3Backoff backoff({}, Random(seed));
    std::vector<milliseconds> all;
    for (int i = 0; i < 5; ++i) all.push_back(*backoff.pause(S3RetryReason::kLost, milliseconds(0), true, milliseconds(0)));
    return all;
  };
  EXPECT_EQ(pauses(1), pauses(1));
  EXPECT_NE(pauses(1), pauses(2));
}

TEST(S3Retry, TheServersWishIsKept) {
  S3Backoff backoff({}, Random(1));
  EXPECT_EQ(backoff.pause(S3RetryReason::kThrottled, milliseconds(0), true, milliseconds(7'000)), milliseconds(7'000));
  EXPECT_FALSE(backoff.pause(S3RetryReason::kThrottled, milliseconds(55'000), true, milliseconds(7'000)).has_value());
  EXPECT_EQ(retry_after({.headers = {{"retry-after", " 3 "}}}), milliseconds(3'000));
  EXPECT_EQ(retry_after({.headers = {{"retry-after", "99999"}}}), milliseconds(60'000));
  EXPECT_EQ(retry_after({.headers = {{"retry-after", "Sun, 22 Nov 2026 20:26:21 GMT"}}}), milliseconds(0));
}

TEST(S3Retry, AnEndpointThatNeverAnsweredIsGivenUpSoon) {
  S3Backoff backoff({}, Random(1));
  EXPECT_TRUE(backoff.pause(S3RetryReason::kConnection, milliseconds(1'000), false, milliseconds(0)).has_value());
  EXPECT_FALSE(backoff.pause(S3RetryReason::kConnection, milliseconds(4'000), false, milliseconds(0)).has_value());
  EXPECT_TRUE(backoff.pause(S3RetryReason::kConnection, milliseconds(4'000), true, milliseconds(0)).has_value());
}

TEST(S3Retry, SomeReasonsHelpOnlyOnce) {
  S3Backoff backoff({}, Random(1));
  for (const S3RetryReason reason : {S3RetryReason::kClock, S3RetryReason::kCredentials}) {
    EXPECT_EQ(backoff.pause(reason, milliseconds(0), true, milliseconds(0)), milliseconds(0)) << name_of(reason);
    EXPECT_FALSE(backoff.pause(reason, milliseconds(0), true, milliseconds(0)).has_value());
  }
  EXPECT_TRUE(backoff.pause(S3RetryReason::kDamaged, milliseconds(0), true, milliseconds(0)).has_value());
  EXPECT_TRUE(backoff.pause(S3RetryReason::kDamaged, milliseconds(0), true, milliseconds(0)).has_value());
  EXPECT_FALSE(backoff.pause(S3RetryReason::kDamaged, milliseconds(0), true, milliseconds(0)).has_value());
}

TEST(S3Retry, SleepsNotWhenStopped) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(system_sleep()(milliseconds(60'000), stop.get_token()));
  EXPECT_TRUE(system_sleep()(milliseconds(1), {}));
}

}  // namespace
}  // namespace vieweratlas::s3_internal
