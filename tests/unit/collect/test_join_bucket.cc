#include <gtest/gtest.h>

#include <chrono>

#include "collect/join_bucket.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;

SteadyTime at(int ms) { return SteadyTime{milliseconds{ms}}; }

TEST(JoinBucket, GivesTokensBackAfterTheirUse) {
  JoinBucket bucket(3, milliseconds{100});
  EXPECT_EQ(bucket.left(at(0)), 3U);
  bucket.take(2, at(0));
  EXPECT_EQ(bucket.left(at(1000)), 1U) << "what was not used yet does not come back";
  bucket.used(1, at(1000));
  bucket.used(1, at(1050));
  EXPECT_EQ(bucket.left(at(1099)), 1U);
  EXPECT_EQ(bucket.left(at(1100)), 2U);
  EXPECT_EQ(bucket.left(at(1150)), 3U);
}

TEST(JoinBucket, NeverMoreThanItsTokensInAnyWindow) {
  JoinBucket bucket(18, milliseconds{12'500});
  int taken = 0;
  for (int ms = 0; ms < 125'000; ms += 10) {
    const std::uint32_t n = bucket.left(at(ms));
    bucket.take(n, at(ms));
    bucket.used(n, at(ms));
    taken += static_cast<int>(n);
    ASSERT_LE(taken, 18 * (ms / 12'500 + 1));
  }
  EXPECT_EQ(taken, 180);
}

}  // namespace
}  // namespace vieweratlas
