// Graphs whose best partitions are known from the literature or from exact methods.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "unit/community/graphs.h"

#include "vieweratlas/community/detect.h"
#include "vieweratlas/core/parallel.h"

namespace vieweratlas {
namespace {

CommunityResult detect(const test::Graph& graph, const CommunityOptions& options) {
  ThreadPool pool(2);
  auto result = detect_communities(graph.view(), options, pool);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? std::move(*result) : CommunityResult{};
}

struct Known {
  std::string name;
  std::uint32_t num_nodes;
  std::size_t num_edges;
  double best;  // the largest modularity known (karate: proven)
  std::uint32_t num_communities;
  double greedy;  // of Clauset, Newman and Moore's method
};

class KnownGraph : public testing::TestWithParam<Known> {};

TEST_P(KnownGraph, HasTheSizeItShouldHave) {
  const auto graph = test::read_known_graph(GetParam().name);
  EXPECT_EQ(graph.num_nodes(), GetParam().num_nodes);
  EXPECT_EQ(graph.neighbours.size(), 2 * GetParam().num_edges);
}

TEST_P(KnownGraph, LeidenFindsTheBestPartition) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto result = detect(test::read_known_graph(GetParam().name), {.seed = seed, .runs = 10});
    EXPECT_NEAR(result.quality, GetParam().best, 1e-6) << "seed " << seed;
    EXPECT_EQ(result.partition.num_communities, GetParam().num_communities) << "seed " << seed;
  }
}

TEST_P(KnownGraph, LouvainComesClose) {
  const auto result = detect(test::read_known_graph(GetParam().name), {.algorithm = CommunityAlgorithm::kLouvain, .runs = 20});
  EXPECT_GE(result.quality, GetParam().best - 0.006);
  EXPECT_LE(result.quality, GetParam().best + 1e-6);
}

TEST_P(KnownGraph, GreedyEqualsTheOtherPrograms) {
  const auto result = detect(test::read_known_graph(GetParam().name), {.algorithm = CommunityAlgorithm::kGreedy});
  EXPECT_NEAR(result.quality, GetParam().greedy, 1e-6);
  EXPECT_EQ(result.run_qualities, std::vector<double>{result.quality});
}

INSTANTIATE_TEST_SUITE_P(Known, KnownGraph,
                         testing::Values(Known{"karate", 34, 78, 0.419790, 4, 0.380671}, Known{"dolphins", 62, 159, 0.528519, 5, 0.495491},
                                         Known{"polbooks", 105, 441, 0.527237, 5, 0.501974},
                                         Known{"football", 115, 613, 0.604570, 10, 0.549741},
                                         Known{"lesmis", 77, 254, 0.566688, 6, 0.547220}),
                         [](const auto& instance) { return instance.param.name; });

TEST(KnownAnswers, KarateIsSplitAsIntegerProgrammingSplitsIt) {
  const auto result = detect(test::read_known_graph("karate"), {});
  std::vector<std::set<std::uint32_t>> groups(4);
  ASSERT_EQ(result.partition.num_communities, 4);
  for (std::uint32_t node = 0; node < 34; ++node) groups[result.partition.community[node]].insert(node);
  const std::vector<std::set<std::uint32_t>> expected = {
      {8, 9, 14, 15, 18, 20, 22, 26, 29, 30, 32, 33}, {0, 1, 2, 3, 7, 11, 12, 13, 17, 19, 21}, {23, 24, 25, 27, 28, 31}, {4, 5, 6, 10, 16}};
  EXPECT_EQ(groups, expected);
}

TEST(KnownAnswers, RingOfCliquesShowsTheResolutionLimit) {
  const auto ring = test::ring_of_cliques(30, 5);
  // Pairs of cliques are better than cliques up to gamma = 15/11.
  EXPECT_GE(detect(ring, {.resolution = 1.0}).quality, 0.8870);
  const auto at_14 = detect(ring, {.resolution = 1.4});
  EXPECT_EQ(at_14.partition.num_communities, 30);
  EXPECT_NEAR(at_14.quality, 0.862424, 1e-6);
  EXPECT_NEAR(at_14.modularity, 0.875758, 1e-6);
  const auto at_15 = detect(ring, {.resolution = 1.5});
  EXPECT_EQ(at_15.partition.num_communities, 30);
  EXPECT_NEAR(at_15.quality, 0.859091, 1e-6);
}

struct RealAnswer {
  double resolution;
  double best;  // the best of 150 seeds of another implementation
  std::uint32_t num_communities;
  std::uint32_t num_of_five_or_more;
};

TEST(KnownAnswers, RealOverlapsOfJanuary2022) {
  const auto graph = test::read_real_graph("twitchoverlap-2022-01");
  if (!graph) GTEST_SKIP() << "no real graphs here: set VIEWERATLAS_REAL_DATA to the folder with twitchoverlap-2022-01-*.csv";
  const std::vector<RealAnswer> answers = {{0.35, 0.887697, 29, 19}, {0.5, 0.852466, 31, 21}, {1.0, 0.774123, 35, 25},
                                           {1.6, 0.706012, 39, 28},  {2.5, 0.619092, 46, 34}, {3.6, 0.536942, 53, 41}};
  for (const RealAnswer& answer : answers) {
    const auto result = detect(*graph, {.resolution = answer.resolution, .runs = 10});
    EXPECT_GE(result.quality, answer.best - 1e-4) << "resolution " << answer.resolution;
    EXPECT_TRUE(test::communities_are_connected(*graph, result.partition)) << "resolution " << answer.resolution;
    const auto sizes = result.partition.sizes();
    const auto num_large = std::count_if(sizes.begin(), sizes.end(), [](std::uint32_t size) { return size >= 5; });
    EXPECT_NEAR(result.partition.num_communities, answer.num_communities, 1) << "resolution " << answer.resolution;
    EXPECT_NEAR(static_cast<double>(num_large), answer.num_of_five_or_more, 1) << "resolution " << answer.resolution;
  }
}

TEST(KnownAnswers, GreedyOnRealOverlapsOfJanuary2022) {
  const auto graph = test::read_real_graph("twitchoverlap-2022-01");
  if (!graph) GTEST_SKIP() << "no real graphs here: set VIEWERATLAS_REAL_DATA to the folder with twitchoverlap-2022-01-*.csv";
  EXPECT_NEAR(detect(*graph, {.algorithm = CommunityAlgorithm::kGreedy}).quality, 0.749120, 1e-5);
}

}  // namespace
}  // namespace vieweratlas
