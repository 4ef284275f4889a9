// The phases of Leiden, each against its definition.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "community/aggregate.h"
#include "community/connectivity.h"
#include "community/level_graph.h"
#include "community/local_move.h"
#include "community/multilevel.h"
#include "community/null_model.h"
#include "community/refine.h"
#include "community/relabel.h"
#include "community/scratch.h"
#include "unit/community/graphs.h"

#include "vieweratlas/community/detect.h"
#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas::community_internal {
namespace {

/// A finest level with its strengths.
struct Finest {
  test::Graph graph;
  std::vector<std::uint64_t> strengths;
  double resolution;

  Finest(test::Graph g, double r) : graph(std::move(g)), resolution(r) {
    for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) {
      std::uint64_t sum = 0;
      for (std::uint64_t arc = graph.offsets[node]; arc < graph.offsets[node + std::size_t{1}]; ++arc) sum += graph.weights[arc];
      strengths.push_back(sum);
    }
  }

  [[nodiscard]] LevelGraph level() const {
    const std::uint64_t total = std::accumulate(strengths.begin(), strengths.end(), std::uint64_t{0});
    const NullModel model{.total_strength = total, .resolution_millionths = static_cast<std::uint64_t>(std::llround(resolution * 1e6))};
    return {graph.offsets, graph.neighbours, graph.weights, strengths, model};
  }
  [[nodiscard]] double quality(std::vector<std::uint32_t> community) const {
    return modularity(graph.view(), number_by_size(std::move(community)), resolution);
  }
};

/// Per node: weight to the rest of its community.
std::vector<std::uint64_t> weight_inside(const test::Graph& graph, const std::vector<std::uint32_t>& community) {
  std::vector<std::uint64_t> inside(graph.num_nodes(), 0);
  for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) {
    for (std::uint64_t arc = graph.offsets[node]; arc < graph.offsets[node + std::size_t{1}]; ++arc) {
      if (community[graph.neighbours[arc]] == community[node]) inside[node] += graph.weights[arc];
    }
  }
  return inside;
}

TEST(NullModel, ComparesExactlyWhereDoublesCannot) {
  // Gains differ by one unit in about 2^124 2W units: far below a double's precision.
  const NullModel model{.total_strength = (1ULL << 62U) - 1, .resolution_millionths = kResolutionUnit};
  const std::uint64_t k = (1ULL << 61U) - 3;
  const Candidate a{.weight = 1ULL << 60U, .strength = 1ULL << 60U};
  EXPECT_EQ(compare_gains(model, k, a, a), 0);
  EXPECT_EQ(compare_gains(model, k, {a.weight + 1, a.strength}, a), 1);
  EXPECT_EQ(compare_gains(model, k, {a.weight, a.strength + 1}, a), -1);
  EXPECT_EQ(compare_gains(model, k, {a.weight + 1, a.strength + 2}, a), 1);  // 2W against 2 k, 2W the larger by 5
  EXPECT_EQ(compare_gains(model, k, {a.weight - 1, a.strength - 2}, a), -1);
  EXPECT_EQ(compare_gains(model, k + 3, {a.weight + 1, a.strength + 2}, a), -1);
  EXPECT_EQ(compare_gains(model, 0, {5, 1}, {5, 9}), 0);
}

TEST(NullModel, AgreesWithSmallIntegers) {
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    const NullModel model{.total_strength = 1 + random.below(50), .resolution_millionths = (1 + random.below(4)) * kResolutionUnit / 2};
    const auto k = static_cast<std::int64_t>(random.below(10));
    const Candidate a{random.below(10), random.below(10)};
    const Candidate b{random.below(10), random.below(10)};
    const auto score = [&](const Candidate& c) {
      return static_cast<std::int64_t>(c.weight * model.total_strength * kResolutionUnit) -
             static_cast<std::int64_t>(model.resolution_millionths * c.strength) * k;
    };
    const int expected = score(a) < score(b) ? -1 : static_cast<int>(score(a) > score(b));
    ASSERT_EQ(compare_gains(model, static_cast<std::uint64_t>(k), a, b), expected);
    ASSERT_EQ(compare_gains(model, static_cast<std::uint64_t>(k), b, a), -expected);
  }
}

TEST(LocalMove, EachPhaseRaisesTheQualityUntilNoMoveGains) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Finest finest(test::random_graph(50, 0.1, 6, seed), seed % 2 == 0 ? 1.0 : 1.7);
    const LevelGraph level = finest.level();
    Membership membership;
    Scratch scratch;
    Random random(seed);
    membership.make_singletons(level);
    // A phase leaves out nodes that have no mover among their neighbours, so a few may come to gain only in the next.
    int num_phases = 0;
    for (std::uint64_t num_moves = 1; num_moves > 0; ++num_phases) {
      ASSERT_LT(num_phases, 20) << "seed " << seed;
      const double before = finest.quality(membership.community);
      num_moves = move_nodes(level, membership, random, scratch);
      EXPECT_EQ(membership.inside, weight_inside(finest.graph, membership.community)) << "seed " << seed;
      EXPECT_EQ(num_moves > 0, finest.quality(membership.community) > before) << "seed " << seed;
    }
    for (std::uint32_t node = 0; node < 50; ++node) {
      const double stable = finest.quality(membership.community);
      for (std::uint32_t c = 0; c < 50; ++c) {
        std::vector<std::uint32_t> moved = membership.community;
        moved[node] = c;
        ASSERT_LE(finest.quality(std::move(moved)), stable + 1e-14) << "seed " << seed << " node " << node << " to " << c;
      }
    }
    EXPECT_TRUE(std::all_of(scratch.weight_to.begin(), scratch.weight_to.end(), [](auto w) { return w == 0; }));
  }
}

TEST(LocalMove, ANodeThatFitsNowhereLeaves) {
  // All in one community, resolution high: leaving is better than any stay, which needs empty ids.
  const Finest finest(test::ring_of_cliques(3, 4), 5.0);
  const LevelGraph level = finest.level();
  Membership membership;
  membership.community.assign(level.num_nodes(), 0);
  membership.count(level);
  Scratch scratch;
  Random random(1);
  const double before = finest.quality(membership.community);
  EXPECT_GT(move_nodes(level, membership, random, scratch), 0);
  EXPECT_GT(finest.quality(membership.community), before);
  Membership recounted = membership;
  recounted.count(level);
  EXPECT_EQ(recounted.strength, membership.strength);
  EXPECT_EQ(recounted.size, membership.size);
  EXPECT_EQ(std::set(recounted.empty_ids.begin(), recounted.empty_ids.end()),
            std::set(membership.empty_ids.begin(), membership.empty_ids.end()));
}

TEST(Refine, RefinedCommunitiesAreConnectedPartsOfCommunities) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Finest finest(test::random_graph(60, 0.08, 6, seed), 1.0);
    const LevelGraph level = finest.level();
    Membership membership;
    Random random(seed);
    membership.community.resize(60);
    for (auto& c : membership.community) c = static_cast<std::uint32_t>(random.below(4));  // not connected at all
    membership.count(level);
    membership.inside = weight_inside(finest.graph, membership.community);
    Scratch scratch;
    refine(level, membership, {.theta = seed % 2 == 0 ? kTheta : kAdventurousTheta, .random = random}, scratch);
    const auto& refined = scratch.refinement.community;
    Partition partition{.community = refined, .num_communities = scratch.refinement.num_communities};
    EXPECT_TRUE(test::communities_are_connected(finest.graph, partition)) << "seed " << seed;
    EXPECT_LT(partition.num_communities, 60) << "seed " << seed;
    std::vector<std::uint32_t> parent(partition.num_communities, 99);
    for (std::uint32_t node = 0; node < 60; ++node) {
      if (parent[refined[node]] == 99) parent[refined[node]] = membership.community[node];
      EXPECT_EQ(parent[refined[node]], membership.community[node]);
    }
    EXPECT_GE(finest.quality(refined), finest.quality([&] {
      std::vector<std::uint32_t> alone(60);
      std::iota(alone.begin(), alone.end(), 0U);
      return alone;
    }()));
  }
}

TEST(Aggregate, KeepsWeightsAndQuality) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Finest finest(test::random_graph(30, 0.3, 9, seed), 1.0);
    Random random(seed);
    std::vector<std::uint32_t> group(30);
    for (auto& g : group) g = static_cast<std::uint32_t>(random.below(7));
    std::vector<std::uint32_t> numbering;
    const std::uint32_t num_groups = number_by_lowest_node(group, numbering);
    Scratch scratch;
    LevelStorage storage;
    aggregate(finest.level(), {.group = group, .num_groups = num_groups}, scratch, storage);
    const LevelGraph coarse = storage.view(finest.level().model);
    ASSERT_EQ(coarse.num_nodes(), num_groups);
    EXPECT_EQ(std::accumulate(coarse.strengths.begin(), coarse.strengths.end(), std::uint64_t{0}), coarse.model.total_strength);
    for (std::uint32_t a = 0; a < num_groups; ++a) {
      std::vector<std::uint64_t> expected(num_groups, 0);
      for (std::uint32_t u = 0; u < 30; ++u) {
        if (group[u] != a) continue;
        for (std::uint64_t arc = finest.graph.offsets[u]; arc < finest.graph.offsets[u + std::size_t{1}]; ++arc) {
          expected[group[finest.graph.neighbours[arc]]] += finest.graph.weights[arc];
        }
      }
      expected[a] = 0;
      std::vector<std::uint64_t> got(num_groups, 0);
      for (std::uint64_t arc = coarse.offsets[a]; arc < coarse.offsets[a + std::size_t{1}]; ++arc) {
        EXPECT_EQ(got[coarse.neighbours[arc]], 0);
        got[coarse.neighbours[arc]] = coarse.weights[arc];
      }
      EXPECT_EQ(got, expected) << "seed " << seed;
    }
  }
}

TEST(Multilevel, NoPassLowersTheQualityAndItsFigureIsTrue) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    for (const Refining refining : {Refining::kYes, Refining::kNo}) {
      const Finest finest(test::random_graph(80, 0.07, 5, seed), 0.5 + 0.05 * static_cast<double>(seed % 30));
      Multilevel multilevel;
      Random random(seed);
      multilevel.start(finest.level());
      double before = finest.quality(multilevel.community());
      std::vector<std::uint32_t> community = multilevel.community();
      for (int pass = 0;; ++pass) {
        ASSERT_LT(pass, 100);
        const auto num_moves = multilevel.iterate({.refining = refining}, random);
        EXPECT_NEAR(multilevel.quality(), finest.quality(multilevel.community()), 1e-13) << "seed " << seed;
        EXPECT_GE(multilevel.quality(), before - 1e-13) << "seed " << seed;
        EXPECT_EQ(num_moves == 0, multilevel.community() == community) << "seed " << seed;
        if (num_moves == 0) break;
        EXPECT_GT(multilevel.quality(), before) << "seed " << seed;
        before = multilevel.quality();
        community = multilevel.community();
      }
      if (refining == Refining::kYes) {
        EXPECT_TRUE(test::communities_are_connected(finest.graph, number_by_size(multilevel.community()))) << "seed " << seed;
      }
    }
  }
}

TEST(Multilevel, ScratchOfOneRunDoesNotShowInTheNext) {
  const Finest large(test::random_graph(90, 0.1, 5, 1), 1.0);
  const Finest small(test::random_graph(30, 0.2, 5, 2), 1.0);
  Multilevel fresh;
  Random random_a(7);
  fresh.start(small.level());
  fresh.iterate_until_stable({}, random_a);
  Multilevel used;
  Random random_b(3);
  used.start(large.level());
  used.iterate_until_stable({}, random_b);
  Random random_c(7);
  used.start(small.level());
  used.iterate_until_stable({}, random_c);
  EXPECT_EQ(fresh.community(), used.community());
  EXPECT_EQ(fresh.quality(), used.quality());
}

TEST(Connectivity, PiecesGetTheirOwnIds) {
  const Finest finest(test::make_graph(6, {{0, 2}, {2, 4}, {1, 3}}), 1.0);
  std::vector<std::uint32_t> community = {5, 5, 5, 5, 5, Partition::kUnassigned};
  EXPECT_EQ(split_disconnected(finest.level(), community), 1);
  EXPECT_EQ(community, (std::vector<std::uint32_t>{0, 1, 0, 1, 0, Partition::kUnassigned}));
  EXPECT_EQ(split_disconnected(finest.level(), community), 0);
}

TEST(Relabel, BySizeThenLowestNode) {
  const auto partition = number_by_size({7, 3, 3, 5, 7, Partition::kUnassigned, 5, 5, 0});
  EXPECT_EQ(partition.community, (std::vector<std::uint32_t>{1, 2, 2, 0, 1, Partition::kUnassigned, 0, 0, 3}));
  EXPECT_EQ(partition.num_communities, 4);
}

}  // namespace
}  // namespace vieweratlas::community_internal
