#include "vieweratlas/graph/similarity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "vieweratlas/core/random.h"

namespace vieweratlas {
namespace {

TEST(Similarity, KnownAnswer) {
  const auto s = similarity(100, 40, 20, 1000);
  ASSERT_TRUE(s.has_value());
  EXPECT_DOUBLE_EQ(s->jaccard, 20.0 / 120);
  EXPECT_DOUBLE_EQ(s->overlap, 0.5);
  EXPECT_DOUBLE_EQ(s->cosine, 20 / std::sqrt(4000.0));
  EXPECT_DOUBLE_EQ(s->b_given_a, 0.2);
  EXPECT_DOUBLE_EQ(s->a_given_b, 0.5);
  ASSERT_TRUE(s->lift.has_value());
  EXPECT_DOUBLE_EQ(*s->lift, 5.0);
}

TEST(Similarity, NoLiftWithoutTheNumberOfViewers) {
  const auto s = similarity(100, 40, 20, 0);
  ASSERT_TRUE(s.has_value());
  EXPECT_FALSE(s->lift.has_value());
}

TEST(Similarity, EmptyForUnknownOrContradictoryAudiences) {
  EXPECT_FALSE(similarity(0, 40, 0, 100).has_value());
  EXPECT_FALSE(similarity(40, 0, 0, 100).has_value());
  EXPECT_FALSE(similarity(40, 30, 31, 100).has_value());
  EXPECT_TRUE(similarity(40, 30, 30, 100).has_value());
  EXPECT_TRUE(similarity(40, 30, 0, 100).has_value());
}

TEST(Similarity, InRangeAndSymmetricForAnyAudiences) {
  Random random(20240611);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t a = 1 + random.below(1ULL << (1 + random.below(62)));
    const std::uint64_t b = 1 + random.below(1ULL << (1 + random.below(62)));
    const std::uint64_t shared = random.below(std::min(a, b) + 1);
    const auto s = similarity(a, b, shared, a + b - shared);
    const auto t = similarity(b, a, shared, a + b - shared);
    ASSERT_TRUE(s.has_value() && t.has_value());
    for (const double value : {s->jaccard, s->overlap, s->cosine, s->b_given_a, s->a_given_b}) {
      ASSERT_GE(value, 0.0);
      ASSERT_LE(value, 1.0) << a << " " << b << " " << shared;
    }
    ASSERT_LE(s->jaccard, s->cosine * (1 + 1e-12));
    ASSERT_LE(s->cosine, s->overlap * (1 + 1e-12));
    ASSERT_EQ(s->jaccard, t->jaccard);
    ASSERT_EQ(s->cosine, t->cosine);
    ASSERT_EQ(s->b_given_a, t->a_given_b);
  }
}

TEST(Similarity, IdenticalAudiencesAreOne) {
  for (const std::uint64_t n : {1ULL, 3ULL, 7ULL, 1000003ULL, 123456789123ULL}) {
    const auto s = similarity(n, n, n, n);
    ASSERT_TRUE(s.has_value());
    EXPECT_EQ(s->jaccard, 1.0);
    EXPECT_EQ(s->overlap, 1.0);
    EXPECT_NEAR(s->cosine, 1.0, 1e-15);
    EXPECT_EQ(*s->lift, 1.0);
  }
}

}  // namespace
}  // namespace vieweratlas
