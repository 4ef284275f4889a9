#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "vieweratlas/core/parallel.h"

namespace vieweratlas {
namespace {

class Pools : public testing::TestWithParam<unsigned> {};

TEST_P(Pools, EachItemIsVisitedOnceInChunksOfTheGrain) {
  ThreadPool pool(GetParam());
  EXPECT_EQ(pool.threads(), GetParam());
  for (const std::size_t n : {0UL, 1UL, 7UL, 1000UL}) {
    std::vector<std::atomic<int>> visits(n);
    pool.parallel_for(n, 7, [&](std::size_t begin, std::size_t end, unsigned worker) {
      EXPECT_EQ(begin % 7, 0U);
      EXPECT_LE(end - begin, 7U);
      EXPECT_LT(worker, GetParam());
      for (std::size_t i = begin; i < end; ++i) ++visits[i];
    });
    for (const auto& count : visits) EXPECT_EQ(count, 1);
  }
}

TEST_P(Pools, ManySmallLoopsInARow) {
  ThreadPool pool(GetParam());
  std::vector<std::uint64_t> sums(64);
  for (std::uint64_t round = 0; round < 2000; ++round) {
    pool.parallel_for(sums.size(), 4, [&](std::size_t begin, std::size_t end, unsigned) {
      for (std::size_t i = begin; i < end; ++i) sums[i] += round;
    });
  }
  EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), std::uint64_t{0}), 64ULL * 1999 * 2000 / 2);
}

INSTANTIATE_TEST_SUITE_P(Threads, Pools, testing::Values(1U, 2U, 8U));

TEST(ThreadPool, ZeroTakesWhatTheProcessMayUse) { EXPECT_GE(ThreadPool(0).threads(), 1U); }

}  // namespace
}  // namespace vieweratlas
