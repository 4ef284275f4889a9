#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/helix_pacing.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const UtcMillis kNow{seconds(1'800'000'000)};

HttpResponse answer(int status, std::int64_t points, std::int64_t reset_in_s) {
  return {.status = status,
          .headers = {{.name = "ratelimit-limit", .value = "800"},
                      {.name = "ratelimit-remaining", .value = std::to_string(points)},
                      {.name = "ratelimit-reset", .value = std::to_string(1'800'000'000 + reset_in_s)}},
          .body = {}};
}

TEST(HelixPacing, HurriesWhilePointsAreLeft) {
  HelixPacing pacing(1);
  EXPECT_EQ(pacing.before_request(kNow), milliseconds(0));
  EXPECT_EQ(pacing.points_left(), -1);
  pacing.note(answer(200, 10, 30), kNow);
  EXPECT_EQ(pacing.before_request(kNow), milliseconds(0));
  EXPECT_EQ(pacing.points_left(), 10);
}

TEST(HelixPacing, SpreadsTheLastPointsUntilTheReset) {
  HelixPacing pacing(1);
  pacing.note(answer(200, 9, 30), kNow);
  EXPECT_EQ(pacing.before_request(kNow), milliseconds(3000));
  pacing.note(answer(200, 0, 30), kNow);
  EXPECT_EQ(pacing.before_request(kNow), milliseconds(30'000));
  EXPECT_EQ(pacing.before_request(kNow + seconds(30)), milliseconds(0));
  pacing.note(answer(200, 0, 100'000), kNow);
  EXPECT_EQ(pacing.before_request(kNow), milliseconds(70'000)) << "somebody's clock is wrong";
}

TEST(HelixPacing, WaitsForTheResetAfter429) {
  HelixPacing pacing(1);
  pacing.note(answer(429, 0, 20), kNow);
  for (unsigned attempt = 0; attempt < 5; ++attempt) {
    const auto wait = pacing.after_limit(attempt, kNow);
    ASSERT_TRUE(wait.has_value());
    EXPECT_GE(*wait, milliseconds(20'000));
    EXPECT_LE(*wait, milliseconds(21'000));
  }
  EXPECT_FALSE(pacing.after_limit(5, kNow).has_value());
}

TEST(HelixPacing, WaitsAMinuteAfter429WithoutHeaders) {
  HelixPacing pacing(1);
  pacing.note({.status = 429, .headers = {}, .body = {}}, kNow);
  const auto wait = pacing.after_limit(0, kNow);
  EXPECT_GE(*wait, milliseconds(60'000));
  EXPECT_LE(*wait, milliseconds(61'000));
}

TEST(HelixPacing, DoesNotHammerWhenTheClocksDiffer) {
  HelixPacing pacing(1);
  pacing.note(answer(429, 0, -600), kNow);
  EXPECT_LE(*pacing.after_limit(0, kNow), milliseconds(1000));
  EXPECT_GE(*pacing.after_limit(1, kNow), milliseconds(60'000));
  pacing.note(answer(429, 0, 600), kNow);
  EXPECT_EQ(*pacing.after_limit(0, kNow), milliseconds(70'000));
}

TEST(HelixPacing, PassesOverHeadersThatAreNoNumbers) {
  HelixPacing pacing(1);
  for (const char* value : {"", "x", "-1", "1e9", "99999999999999999999", "12 "}) {
    pacing.note({.status = 200,
                 .headers = {{.name = "ratelimit-remaining", .value = "3"}, {.name = "ratelimit-reset", .value = value}},
                 .body = {}},
                kNow);
    EXPECT_EQ(pacing.before_request(kNow), milliseconds(0)) << value;
  }
}

TEST(HelixPacing, FailuresAreTriedAgainFourTimes) {
  EXPECT_EQ(wait_after_failure(0), milliseconds(0));
  EXPECT_EQ(wait_after_failure(1), milliseconds(5'000));
  EXPECT_EQ(wait_after_failure(2), milliseconds(15'000));
  EXPECT_EQ(wait_after_failure(3), milliseconds(45'000));
  EXPECT_FALSE(wait_after_failure(4).has_value());
}

}  // namespace
}  // namespace vieweratlas
