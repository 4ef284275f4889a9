#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "vieweratlas/community/compare.h"
#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas {
namespace {

constexpr std::uint32_t kNone = Partition::kUnassigned;

Partition make(std::vector<std::uint32_t> community, std::uint32_t num_communities) {
  return {.community = std::move(community), .num_communities = num_communities};
}

Partition random_partition(std::uint32_t num_nodes, std::uint32_t num_communities, Random& random) {
  Partition partition{.community = {}, .num_communities = num_communities};
  for (std::uint32_t i = 0; i < num_nodes; ++i) partition.community.push_back(static_cast<std::uint32_t>(random.below(num_communities)));
  return partition;
}

TEST(ComparePartitions, EqualPartitionsAgreeWhateverTheNames) {
  const auto agreement = *compare_partitions(make({0, 0, 1, 1, 2}, 3), make({2, 2, 0, 0, 1}, 3));
  EXPECT_EQ(agreement.adjusted_rand, 1);
  EXPECT_EQ(agreement.normalized_mutual_information, 1);
  EXPECT_EQ(agreement.adjusted_mutual_information, 1);
}

TEST(ComparePartitions, WorkedByHand) {
  // {a a a b b b} against {0 0 1 1 2 2}: pairs together 2, in a 6, in b 3, of 15; entropies ln 2 and ln 3, information (2/3) ln 2.
  const auto agreement = *compare_partitions(make({0, 0, 0, 1, 1, 1}, 2), make({0, 0, 1, 1, 2, 2}, 3));
  EXPECT_NEAR(agreement.adjusted_rand, (2 - 6.0 * 3 / 15) / (4.5 - 6.0 * 3 / 15), 1e-15);
  EXPECT_NEAR(agreement.normalized_mutual_information, 0.5158037429793889, 1e-12);
  // Expected information: 2 x 3 pairs of sizes 3 and 2; 1 or 2 in common with probabilities 3/5 and 1/5.
  const double ln2 = 0.6931471805599453;
  const double expected = 6 * (1.0 / 6 * 0 * 3 / 5 + 2.0 / 6 * ln2 / 5);
  const double mean_entropy = (ln2 + 1.0986122886681098) / 2;
  EXPECT_NEAR(agreement.adjusted_mutual_information, (2.0 / 3 * ln2 - expected) / (mean_entropy - expected), 1e-12);
}

TEST(ComparePartitions, UnassignedNodesAreCommunitiesOfOne) {
  const auto a = *compare_partitions(make({0, 0, kNone, kNone, 1, 1}, 2), make({0, 0, 0, 1, 1, 1}, 2));
  const auto b = *compare_partitions(make({0, 0, 1, 2, 3, 3}, 4), make({0, 0, 0, 1, 1, 1}, 2));
  EXPECT_EQ(a.adjusted_rand, b.adjusted_rand);
  EXPECT_NEAR(a.normalized_mutual_information, b.normalized_mutual_information, 1e-15);
  EXPECT_EQ(compare_partitions(make({kNone, kNone}, 0), make({0, 1}, 2))->adjusted_rand, 1);
}

TEST(ComparePartitions, TrivialPartitions) {
  const auto together = make({0, 0, 0, 0}, 1);
  const auto apart = make({0, 1, 2, 3}, 4);
  const auto agreement = *compare_partitions(together, apart);
  EXPECT_EQ(agreement.adjusted_rand, 0);
  EXPECT_EQ(agreement.normalized_mutual_information, 0);
  EXPECT_NEAR(agreement.adjusted_mutual_information, 0, 1e-12);
  EXPECT_EQ(compare_partitions(apart, apart)->adjusted_mutual_information, 1);
  EXPECT_EQ(compare_partitions(make({}, 0), make({}, 0))->adjusted_rand, 1);
  EXPECT_EQ(compare_partitions(make({0}, 1), make({0}, 1))->normalized_mutual_information, 1);
}

TEST(ComparePartitions, DifferentNodesAreAnError) {
  const auto result = compare_partitions(make({0}, 1), make({0, 0}, 1));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
}

TEST(ComparePartitions, SymmetricAndZeroOnAverageForUnrelatedOnes) {
  Random random(4);
  double sum_rand = 0;
  double sum_information = 0;
  double sum_plain = 0;
  for (int i = 0; i < 100; ++i) {
    const auto a = random_partition(200, 5, random);
    const auto b = random_partition(200, 20, random);
    const auto ab = *compare_partitions(a, b);
    const auto ba = *compare_partitions(b, a);
    EXPECT_NEAR(ab.adjusted_rand, ba.adjusted_rand, 1e-14);
    EXPECT_NEAR(ab.normalized_mutual_information, ba.normalized_mutual_information, 1e-14);
    EXPECT_NEAR(ab.adjusted_mutual_information, ba.adjusted_mutual_information, 1e-14);
    EXPECT_LE(ab.adjusted_mutual_information, ab.normalized_mutual_information);
    sum_rand += ab.adjusted_rand;
    sum_information += ab.adjusted_mutual_information;
    sum_plain += ab.normalized_mutual_information;
  }
  EXPECT_NEAR(sum_rand / 100, 0, 0.003);
  EXPECT_NEAR(sum_information / 100, 0, 0.003);
  EXPECT_GT(sum_plain / 100, 0.05);  // the plain measure is not adjusted for chance
}

TEST(ComparePartitions, LargeAndFast) {
  Random random(5);
  const auto a = random_partition(200000, 300, random);
  auto b = a;
  for (std::uint32_t i = 0; i < 20000; ++i) b.community[random.below(200000)] = static_cast<std::uint32_t>(random.below(300));
  const auto agreement = *compare_partitions(a, b);
  EXPECT_NEAR(agreement.adjusted_rand, 0.905 * 0.905, 0.02);
  EXPECT_GT(agreement.adjusted_mutual_information, 0.8);
}

}  // namespace
}  // namespace vieweratlas
