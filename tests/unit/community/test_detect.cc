// Contract of detect_communities: options, bad graphs, edge cases, guarantees.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "unit/community/graphs.h"

#include "vieweratlas/community/compare.h"
#include "vieweratlas/community/detect.h"
#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {
namespace {

constexpr CommunityAlgorithm kAlgorithms[] = {CommunityAlgorithm::kLeiden, CommunityAlgorithm::kLouvain, CommunityAlgorithm::kGreedy};

Result<CommunityResult> try_detect(const WeightedGraph& graph, const CommunityOptions& options, unsigned threads = 2) {
  ThreadPool pool(threads);
  return detect_communities(graph, options, pool);
}

CommunityResult detect(const test::Graph& graph, const CommunityOptions& options, unsigned threads = 2) {
  auto result = try_detect(graph.view(), options, threads);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? std::move(*result) : CommunityResult{};
}

ErrorCode error_of(const WeightedGraph& graph, const CommunityOptions& options) {
  const auto result = try_detect(graph, options);
  EXPECT_FALSE(result.ok());
  if (result.ok()) return ErrorCode::kInternal;
  EXPECT_FALSE(result.error().message.empty());
  return result.error().code;
}

bool same_bytes(const CommunityResult& a, const CommunityResult& b) {
  return a.partition.community == b.partition.community && a.partition.num_communities == b.partition.num_communities &&
         a.quality == b.quality && a.modularity == b.modularity && a.best_run == b.best_run && a.run_qualities == b.run_qualities;
}

TEST(DetectOptions, OutOfRangeIsAnError) {
  const auto graph = test::make_graph(2, {{0, 1}});
  for (const double resolution : {0.0, -1.0, 1e-7, 1.1e6, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(error_of(graph.view(), {.resolution = resolution}), ErrorCode::kInvalidArgument) << resolution;
  }
  EXPECT_EQ(error_of(graph.view(), {.runs = 0}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(graph.view(), {.runs = 1001}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of(graph.view(), {.min_community_size = 0}), ErrorCode::kInvalidArgument);
}

TEST(DetectOptions, ResolutionIsCountedInMillionths) {
  const auto graph = test::ring_of_cliques(4, 4);
  EXPECT_EQ(detect(graph, {.resolution = 0.35}).resolution, 0.35);
  EXPECT_EQ(detect(graph, {.resolution = 1.23456789}).resolution, 1.234568);
}

TEST(DetectGraph, WhatIsNoUndirectedGraphIsCorrupt) {
  const test::Graph good = test::make_graph(3, {{0, 1, 5}, {1, 2, 7}});  // rows: 1 | 0 2 | 1
  const auto code_with = [&](auto change) {
    test::Graph bad = good;
    change(bad);
    return error_of(bad.view(), {});
  };
  EXPECT_EQ(code_with([](auto& g) { g.weights[0] = 6; }), ErrorCode::kCorruptData);     // other weight in the reverse
  EXPECT_EQ(code_with([](auto& g) { g.neighbours[0] = 2; }), ErrorCode::kCorruptData);  // no reverse at all
  EXPECT_EQ(code_with([](auto& g) { g.neighbours[0] = 0; }), ErrorCode::kCorruptData);  // self-loop
  EXPECT_EQ(code_with([](auto& g) { g.neighbours[0] = 3; }), ErrorCode::kCorruptData);  // no such node
  EXPECT_EQ(code_with([](auto& g) { std::swap(g.neighbours[1], g.neighbours[2]); }), ErrorCode::kCorruptData);
  EXPECT_EQ(code_with([](auto& g) { g.weights.pop_back(); }), ErrorCode::kCorruptData);
  EXPECT_EQ(code_with([](auto& g) { g.offsets[1] = 4; }), ErrorCode::kCorruptData);  // falls afterwards
  EXPECT_EQ(code_with([](auto& g) { g.offsets.back() = 3; }), ErrorCode::kCorruptData);
  EXPECT_EQ(code_with([](auto& g) { g.offsets.clear(); }), ErrorCode::kCorruptData);
}

TEST(DetectGraph, WeightsUpToTheBoundAreExactAndBeyondItRefused) {
  // Two triangles and a bridge, all of huge weight: 7 edges, twice their weights just below 2^62.
  const std::uint64_t huge = (1ULL << 62U) / 14 - 1;
  const std::vector<test::Edge> edges = {{0, 1, huge}, {1, 2, huge}, {0, 2, huge}, {3, 4, huge}, {4, 5, huge}, {3, 5, huge}, {2, 3, huge}};
  for (const auto algorithm : kAlgorithms) {
    const auto result = detect(test::make_graph(6, edges), {.algorithm = algorithm});
    EXPECT_EQ(result.partition.community, (std::vector<std::uint32_t>{0, 0, 0, 1, 1, 1}));
    EXPECT_NEAR(result.quality, 5.0 / 14, 1e-12);
  }
  EXPECT_EQ(error_of(test::make_graph(2, {{0, 1, 1ULL << 61U}}).view(), {}), ErrorCode::kLimitExceeded);
  EXPECT_EQ(error_of(test::make_graph(2, {{0, 1, ~0ULL}}).view(), {}), ErrorCode::kLimitExceeded);
}

TEST(DetectGraph, WithoutEdgesEverybodyIsAlone) {
  for (const auto algorithm : kAlgorithms) {
    const auto none = detect(test::make_graph(0, {}), {.algorithm = algorithm});
    EXPECT_TRUE(none.partition.community.empty());
    EXPECT_EQ(none.partition.num_communities, 0);
    const auto one = detect(test::make_graph(1, {}), {.algorithm = algorithm});
    EXPECT_EQ(one.partition.community, (std::vector<std::uint32_t>{0}));
    const auto three = detect(test::make_graph(3, {}), {.algorithm = algorithm});
    EXPECT_EQ(three.partition.community, (std::vector<std::uint32_t>{0, 1, 2}));
    EXPECT_EQ(three.quality, 0);
  }
}

TEST(DetectGraph, EdgesOfWeightZeroLinkNothing) {
  const auto graph = test::make_graph(4, {{0, 1, 3}, {1, 2, 0}, {2, 3, 4}, {0, 3, 0}});
  for (const auto algorithm : kAlgorithms) {
    const auto result = detect(graph, {.algorithm = algorithm});
    EXPECT_EQ(result.partition.community, (std::vector<std::uint32_t>{0, 0, 1, 1}));
    EXPECT_TRUE(test::communities_are_connected(graph, result.partition));
  }
}

TEST(DetectGraph, StarAndComponents) {
  std::vector<test::Edge> star;
  for (std::uint32_t leaf = 1; leaf < 20; ++leaf) star.push_back({0, leaf, 2});
  for (const auto algorithm : kAlgorithms) {
    EXPECT_EQ(detect(test::make_graph(20, star), {.algorithm = algorithm}).partition.num_communities, 1);
    // Two edges, one isolated node between them: components are never joined.
    const auto result = detect(test::make_graph(5, {{0, 4}, {1, 3}}), {.algorithm = algorithm});
    EXPECT_EQ(result.partition.community, (std::vector<std::uint32_t>{0, 1, 2, 1, 0}));
  }
}

TEST(DetectGraph, HighResolutionLeavesEverybodyAlone) {
  const auto graph = test::ring_of_cliques(5, 4);
  for (const auto algorithm : kAlgorithms) {
    EXPECT_EQ(detect(graph, {.algorithm = algorithm, .resolution = 1000}).partition.num_communities, 20);
  }
}

TEST(DetectDeterminism, SameBytesForAnyPool) {
  const auto graph = test::planted_graph({}, 5);
  for (const auto algorithm : kAlgorithms) {
    const CommunityOptions options{.algorithm = algorithm, .resolution = 1.3, .seed = 9, .runs = 7, .min_community_size = 3};
    const auto one = detect(graph, options, 1);
    for (const unsigned threads : {2U, 8U}) EXPECT_TRUE(same_bytes(one, detect(graph, options, threads))) << threads << " threads";
    EXPECT_TRUE(same_bytes(one, detect(graph, options, 2)));
  }
}

TEST(DetectDeterminism, RunsAreAddedNotChanged) {
  const auto graph = test::random_graph(60, 0.1, 4, 8);
  const auto few = detect(graph, {.seed = 3, .runs = 4});
  const auto many = detect(graph, {.seed = 3, .runs = 12});
  ASSERT_EQ(few.run_qualities.size(), 4);
  ASSERT_EQ(many.run_qualities.size(), 12);
  EXPECT_TRUE(std::equal(few.run_qualities.begin(), few.run_qualities.end(), many.run_qualities.begin()));
  EXPECT_EQ(many.run_qualities[many.best_run], *std::max_element(many.run_qualities.begin(), many.run_qualities.end()));
  EXPECT_GE(many.quality, many.run_qualities[many.best_run] - 1e-15);
}

TEST(DetectDeterminism, SeedsExploreDifferently) {
  const auto graph = test::random_graph(150, 0.06, 3, 2);
  const auto a = detect(graph, {.seed = 1, .runs = 3});
  const auto b = detect(graph, {.seed = 2, .runs = 3});
  EXPECT_NE(a.run_qualities, b.run_qualities);
  EXPECT_NEAR(a.quality, b.quality, 0.02);
}

TEST(DetectGuarantees, HoldOnRandomGraphs) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const auto num_nodes = static_cast<std::uint32_t>(5 + seed);
    const auto graph = test::random_graph(num_nodes, seed % 3 == 0 ? 0.03 : 0.12, 1 + seed % 7, seed);
    for (const auto algorithm : kAlgorithms) {
      const double resolution = seed % 2 == 0 ? 1.0 : 0.4 + 0.05 * static_cast<double>(seed);
      const CommunityOptions options{.algorithm = algorithm,
                                     .resolution = resolution,
                                     .seed = seed,
                                     .runs = 3,
                                     .min_community_size = static_cast<std::uint32_t>(1 + seed % 5)};
      const auto result = detect(graph, options);
      EXPECT_TRUE(test::is_numbered_by_size(result.partition));
      EXPECT_TRUE(algorithm == CommunityAlgorithm::kLouvain || test::communities_are_connected(graph, result.partition));
      EXPECT_NEAR(result.quality, test::modularity_by_definition(graph, result.partition, result.resolution), 1e-12);
      EXPECT_NEAR(result.modularity, test::modularity_by_definition(graph, result.partition, 1.0), 1e-12);
      const auto unassigned = std::count(result.partition.community.begin(), result.partition.community.end(), Partition::kUnassigned);
      EXPECT_EQ(unassigned, result.num_unassigned_nodes);
      for (const auto size : result.partition.sizes()) EXPECT_GE(size, options.min_community_size);
    }
  }
}

TEST(DetectGuarantees, NoSingleMoveImprovesAStableResult) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto graph = test::random_graph(40, 0.15, 5, seed);
    const auto result = detect(graph, {.seed = seed, .runs = 2});
    for (std::uint32_t node = 0; node < 40; ++node) {
      for (std::uint32_t c = 0; c < result.partition.num_communities; ++c) {
        Partition moved = result.partition;
        moved.community[node] = c;
        EXPECT_LE(test::modularity_by_definition(graph, moved, 1.0), result.quality + 1e-12) << "seed " << seed << " node " << node;
      }
    }
  }
}

TEST(DetectGuarantees, NamesOfNodesDoNotMatter) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto graph = test::planted_graph({.density_inside = 0.4}, seed);
    const auto permutation = test::random_permutation(graph.num_nodes(), seed + 100);
    const auto a = detect(graph, {.runs = 5});
    const auto b = detect(test::relabelled(graph, permutation), {.runs = 5});
    EXPECT_NEAR(a.quality, b.quality, 1e-3) << "seed " << seed;
    Partition b_renamed = b.partition;
    for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) b_renamed.community[node] = b.partition.community[permutation[node]];
    EXPECT_GE(compare_partitions(a.partition, b_renamed)->adjusted_rand, 0.95) << "seed " << seed;
  }
}

TEST(DetectGuarantees, PlantedGroupsAreFound) {
  const test::Planted planted{.num_groups = 6, .group_size = 20, .density_inside = 0.5, .density_between = 0.03};
  const auto graph = test::planted_graph(planted, 12);
  Partition truth;
  for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) truth.community.push_back(node % planted.num_groups);
  truth.num_communities = planted.num_groups;
  for (const auto algorithm : kAlgorithms) {
    EXPECT_GE(compare_partitions(detect(graph, {.algorithm = algorithm}).partition, truth)->adjusted_rand,
              algorithm == CommunityAlgorithm::kGreedy ? 0.9 : 0.95)
        << name_of(algorithm);
  }
}

TEST(Names, AreStable) {
  EXPECT_EQ(name_of(CommunityAlgorithm::kLeiden), "leiden");
  EXPECT_EQ(name_of(CommunityAlgorithm::kLouvain), "louvain");
  EXPECT_EQ(name_of(CommunityAlgorithm::kGreedy), "greedy");
}

}  // namespace
}  // namespace vieweratlas
