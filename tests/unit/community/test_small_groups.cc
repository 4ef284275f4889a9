// Groups below min_community_size: where their nodes go.

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "community/null_model.h"
#include "community/prepare.h"
#include "community/small_groups.h"
#include "unit/community/graphs.h"

#include "vieweratlas/community/detect.h"
#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/parallel.h"

namespace vieweratlas {
namespace {

constexpr std::uint32_t kNone = Partition::kUnassigned;

CommunityResult detect(const test::Graph& graph, std::uint32_t min_size, double resolution = 1.0) {
  ThreadPool pool(1);
  auto result = detect_communities(graph.view(), {.resolution = resolution, .runs = 3, .min_community_size = min_size}, pool);
  EXPECT_TRUE(result.ok());
  return std::move(*result);
}

/// Nodes 0-4 and 5-9 are complete graphs of edges of weight 10; more nodes come as the test says.
test::Graph two_cliques_and(std::uint32_t num_more, const std::vector<test::Edge>& more) {
  std::vector<test::Edge> edges = more;
  for (std::uint32_t i = 0; i < 5; ++i) {
    for (std::uint32_t j = i + 1; j < 5; ++j) {
      edges.push_back({i, j, 10});
      edges.push_back({i + 5, j + 5, 10});
    }
  }
  return test::make_graph(10 + num_more, edges);
}

TEST(SmallGroups, IsolatedNodesAndPairsBecomeUnassigned) {
  // 10 is isolated; 11-12 are a component of their own.
  const auto graph = two_cliques_and(3, {{11, 12, 50}});
  const auto kept = detect(graph, 1);
  EXPECT_EQ(kept.partition.num_communities, 4);
  EXPECT_EQ(kept.num_merged_nodes + kept.num_unassigned_nodes, 0);
  const auto result = detect(graph, 3);
  EXPECT_EQ(result.partition.community, (std::vector<std::uint32_t>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, kNone, kNone, kNone}));
  EXPECT_EQ(result.num_merged_nodes, 0);
  EXPECT_EQ(result.num_unassigned_nodes, 3);
}

TEST(SmallGroups, AClosePairIsNotDrawnIntoALargeCommunity) {
  // The pair's only way out is one thin edge: all that leaves the pair goes to 0-4, but most of what it shares stays inside.
  const auto graph = two_cliques_and(2, {{10, 11, 50}, {10, 0, 1}});
  const auto result = detect(graph, 3);
  EXPECT_EQ(result.partition.community[10], kNone);
  EXPECT_EQ(result.partition.community[11], kNone);
  EXPECT_EQ(result.num_unassigned_nodes, 2);
}

/// The communities of `graph` after small ones were dissolved.
struct Dissolved {
  std::vector<std::uint32_t> community;
  community_internal::SmallGroupCounts counts;
};

Dissolved dissolve(const test::Graph& graph, std::uint32_t min_size, std::vector<std::uint32_t> community) {
  auto prepared = community_internal::PreparedGraph::make(graph.view(), community_internal::kResolutionUnit);
  EXPECT_TRUE(prepared.ok());
  const auto counts = community_internal::dissolve_small_groups(prepared->view(), min_size, community);
  return {std::move(community), counts};
}

TEST(SmallGroups, NodesGoWhereHalfOfTheirStrengthIs) {
  const auto graph =
      two_cliques_and(4, {{10, 0, 2}, {10, 5, 1}, {11, 5, 3}, {11, 0, 3}, {12, 0, 1}, {12, 5, 1}, {12, 11, 3}, {13, 5, 4}, {13, 1, 4}});
  const auto result = dissolve(graph, 4, {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 3, 4});
  EXPECT_EQ(result.community[10], 0);      // 2 of 3
  EXPECT_EQ(result.community[11], kNone);  // 3 of 9 each way
  EXPECT_EQ(result.community[12], kNone);  // 1 of 5 each way
  EXPECT_EQ(result.community[13], 0);      // half and half: the lower id
  EXPECT_EQ(result.counts.num_merged, 2);
  EXPECT_EQ(result.counts.num_unassigned, 2);
}

TEST(SmallGroups, ThoseWhoFollowAJoinerJoinToo) {
  // A chain 13 - 12 - 11 - 10 - 0 whose links get thinner: each has most of its strength to the one before it.
  const auto graph = two_cliques_and(4, {{10, 0, 8}, {11, 10, 6}, {12, 11, 4}, {13, 12, 2}});
  const auto result = dissolve(graph, 5, {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3, 3});
  EXPECT_EQ(result.community, (std::vector<std::uint32_t>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(result.counts.num_merged, 4);
  EXPECT_EQ(result.counts.num_unassigned, 0);
}

TEST(SmallGroups, TheOrderOfNodesDoesNotMatter) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const auto graph = test::random_graph(60, 0.06, 9, seed);
    std::vector<std::uint32_t> community(60);
    for (std::uint32_t node = 0; node < 60; ++node) community[node] = node < 30 ? node % 3 : node / 2;
    const auto permutation = test::random_permutation(60, seed);
    std::vector<std::uint32_t> permuted(60);
    for (std::uint32_t node = 0; node < 60; ++node) permuted[permutation[node]] = community[node];
    const auto a = dissolve(graph, 5, community);
    const auto b = dissolve(test::relabelled(graph, permutation), 5, permuted);
    for (std::uint32_t node = 0; node < 60; ++node) EXPECT_EQ(a.community[node], b.community[permutation[node]]) << "seed " << seed;
    EXPECT_EQ(a.counts.num_merged, b.counts.num_merged);
    EXPECT_EQ(a.counts.num_merged + a.counts.num_unassigned, 30);
  }
}

TEST(SmallGroups, WhenAllAreSmallAllAreUnassigned) {
  const auto result = detect(test::ring_of_cliques(4, 4), 100);
  EXPECT_EQ(result.partition.num_communities, 0);
  EXPECT_EQ(result.num_unassigned_nodes, 16);
  // Nobody is with anybody: Q is minus the sum of squared shares of strength.
  EXPECT_NEAR(result.quality, test::modularity_by_definition(test::ring_of_cliques(4, 4), result.partition, 1.0), 1e-15);
}

TEST(SmallGroups, HugeMinimumIsNoOverflow) { EXPECT_EQ(detect(test::ring_of_cliques(4, 4), 0xFFFFFFFFU).num_unassigned_nodes, 16); }

}  // namespace
}  // namespace vieweratlas
