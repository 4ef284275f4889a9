#include "vieweratlas/graph/project.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "graph/kernels/packed.h"
#include "graph/projection_tuning.h"
#include "unit/graph/graphs.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas {
namespace {

using graph_internal::project_tuned;
using graph_internal::ProjectionTuning;
using graph_tests::incidence_of;

using ChannelSets = std::vector<std::set<std::uint32_t>>;

/// The projection by its definition: set intersections of all pairs.
OverlapGraph brute_force(const ChannelSets& channels, std::uint32_t num_viewers, std::uint32_t min_shared) {
  std::vector<std::uint64_t> degree(num_viewers, 0);
  for (const auto& row : channels) {
    for (const std::uint32_t viewer : row) ++degree[viewer];
  }
  OverlapGraph graph;
  for (std::size_t a = 0; a < channels.size(); ++a) {
    for (std::size_t b = 0; b < channels.size(); ++b) {
      std::uint32_t shared = 0;
      std::uint64_t newman = 0;
      for (const std::uint32_t viewer : channels[a]) {
        if (a == b || !channels[b].contains(viewer)) continue;
        ++shared;
        newman += (2 * OverlapGraph::kNewmanUnit / (degree[viewer] - 1) + 1) / 2;  // rounded
      }
      if (shared < min_shared || shared == 0) continue;
      graph.neighbours.push_back(static_cast<std::uint32_t>(b));
      graph.shared.push_back(shared);
      graph.newman.push_back(newman);
    }
    graph.offsets.push_back(graph.neighbours.size());
    graph.audience.push_back(channels[a].size());
  }
  graph.total_viewers = num_viewers;
  return graph;
}

void expect_same(const OverlapGraph& a, const OverlapGraph& b) {
  EXPECT_EQ(a.offsets, b.offsets);
  EXPECT_EQ(a.neighbours, b.neighbours);
  EXPECT_EQ(a.shared, b.shared);
  EXPECT_EQ(a.newman, b.newman);
  EXPECT_EQ(a.audience, b.audience);
  EXPECT_EQ(a.total_viewers, b.total_viewers);
}

/// Channels of falling size, viewers of falling activity, a few viewers nearly everywhere.
ChannelSets random_channels(std::uint64_t seed, std::uint32_t num_channels, std::uint32_t num_viewers) {
  Random random(seed);
  ChannelSets channels(num_channels);
  for (std::uint32_t c = 0; c < num_channels; ++c) {
    const std::uint64_t draws = random.below(1 + 4ULL * num_viewers / (c + 1));
    for (std::uint64_t i = 0; i < draws; ++i) {
      channels[c].insert(static_cast<std::uint32_t>(random.below(1 + random.below(num_viewers))));
    }
  }
  return channels;
}

Projection must_project(const Incidence& incidence, std::uint32_t min_shared, const ProjectionTuning& tuning, unsigned threads) {
  ThreadPool pool(threads);
  auto result = project_tuned(incidence, {.min_shared = min_shared}, tuning, pool);
  EXPECT_TRUE(result.ok());
  return std::move(result).value();
}

TEST(Project, ByHand) {
  // Viewers 0..4 see {A,B,C} {A,B} {A,B,D} {C,D} {A}.
  const ChannelSets channels{{0, 1, 2, 4}, {0, 1, 2}, {0, 3}, {2, 3}};
  ThreadPool pool(2);
  const auto projection = project(incidence_of(channels, 5), {}, pool);
  ASSERT_TRUE(projection.ok());
  const OverlapGraph& graph = projection->graph;
  EXPECT_EQ(graph.num_nodes(), 4U);
  EXPECT_EQ(graph.num_edges(), 6U);
  EXPECT_EQ(graph.neighbours, (std::vector<std::uint32_t>{1, 2, 3, 0, 2, 3, 0, 1, 3, 0, 1, 2}));
  EXPECT_EQ(graph.shared, (std::vector<std::uint32_t>{3, 1, 1, 3, 1, 1, 1, 1, 1, 1, 1, 1}));
  const std::uint64_t one = OverlapGraph::kNewmanUnit;
  const std::uint64_t half = one / 2;
  EXPECT_EQ(graph.newman, (std::vector<std::uint64_t>{2 * one, half, half, 2 * one, half, half, half, half, one, half, half, one}));
  EXPECT_EQ(graph.audience, (std::vector<std::uint64_t>{4, 3, 2, 2}));
  EXPECT_EQ(graph.total_viewers, 5U);
  EXPECT_EQ(projection->report.num_pairs_counted, 8U);
  EXPECT_EQ(projection->report.num_pairs_sharing, 6U);
  EXPECT_EQ(projection->report.max_shared, 3U);
}

TEST(Project, ThresholdZeroSaysWhy) {
  ThreadPool pool(1);
  const auto result = project(incidence_of({{0}, {0}}, 1), {.min_shared = 0}, pool);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(result.error().message.find("join every pair"), std::string::npos) << result.error().message;
}

TEST(Project, TooManyEdgesIsAnErrorWithTheNumber) {
  const ChannelSets channels(40, {0, 1});
  for (const std::uint32_t head : {0U, 40U}) {
    ThreadPool pool(2);
    const auto result = project_tuned(incidence_of(channels, 2), {.max_edges = 779}, {.head_channels = head}, pool);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kLimitExceeded);
    EXPECT_NE(result.error().message.find("780 edges"), std::string::npos) << result.error().message;
    EXPECT_TRUE(project_tuned(incidence_of(channels, 2), {.max_edges = 780}, {.head_channels = head}, pool).ok());
  }
}

TEST(Project, NoChannelsNoViewersOneChannel) {
  ThreadPool pool(2);
  const auto empty = project(Incidence{}, {}, pool);
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(empty->graph.num_nodes(), 0U);
  EXPECT_EQ(empty->report.max_shared, 0U);
  const auto no_viewers = project(incidence_of({{}, {}, {}}, 0), {}, pool);
  ASSERT_TRUE(no_viewers.ok());
  EXPECT_EQ(no_viewers->graph.num_nodes(), 3U);
  EXPECT_EQ(no_viewers->graph.num_edges(), 0U);
  const auto one = project(incidence_of({{0, 1, 2}}, 3), {}, pool);
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->graph.num_nodes(), 1U);
  EXPECT_EQ(one->graph.audience, (std::vector<std::uint64_t>{3}));
  EXPECT_EQ(one->report.num_pairs_counted, 0U);
}

TEST(Project, TheLargestOverlapIsReportedBelowTheThreshold) {
  ThreadPool pool(1);
  const auto result = project(incidence_of({{0, 1, 2}, {0, 1}, {2}}, 3), {.min_shared = 5}, pool);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->graph.num_edges(), 0U);
  EXPECT_EQ(result->report.max_shared, 2U);
  EXPECT_EQ(result->report.num_pairs_sharing, 2U);
}

RC_GTEST_PROP(ProjectProperty, EqualsSetIntersections, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto num_channels = *rc::gen::inRange<std::uint32_t>(1, 60);
  const auto num_viewers = *rc::gen::inRange<std::uint32_t>(1, 150);
  const auto min_shared = *rc::gen::inRange<std::uint32_t>(1, 6);
  const auto head = *rc::gen::inRange<std::uint32_t>(0, num_channels + 2);
  const ChannelSets channels = random_channels(seed, num_channels, num_viewers);
  const Projection projection = must_project(incidence_of(channels, num_viewers), min_shared, {.head_channels = head}, 2);
  const OverlapGraph expected = brute_force(channels, num_viewers, min_shared);
  RC_ASSERT(projection.graph.offsets == expected.offsets);
  RC_ASSERT(projection.graph.neighbours == expected.neighbours);
  RC_ASSERT(projection.graph.shared == expected.shared);
  RC_ASSERT(projection.graph.newman == expected.newman);
}

// Several blocks of viewers (more than 4,096), rows wider than a tile, more columns than one gathering takes.
class ProjectPaths : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kNumChannels = 100;
  static constexpr std::uint32_t kNumViewers = 9000;
  const ChannelSets channels_ = random_channels(77, kNumChannels, kNumViewers);
  const Incidence incidence_ = incidence_of(channels_, kNumViewers);
};

TEST_F(ProjectPaths, EveryPathAndAnyThreadsGiveTheSame) {
  const OverlapGraph expected = brute_force(channels_, kNumViewers, 2);
  for (const unsigned threads : {1U, 2U, 8U}) {
    for (const std::uint32_t head : {0U, 1U, 2U, 9U, 65U, 99U, 100U, 1000U}) {
      // 4,096 viewers a block: the triangle is emptied before each block; rows are cut into pieces.
      for (const std::uint32_t packed : {4097U, graph_internal::kPackedViewers}) {
        SCOPED_TRACE(std::to_string(threads) + " threads, head " + std::to_string(head) + ", packed " + std::to_string(packed));
        expect_same(must_project(incidence_, 2, {.head_channels = head, .packed_viewers = packed}, threads).graph, expected);
      }
    }
  }
}

TEST_F(ProjectPaths, RowsWiderThanACellHoldsAreUnpacked) {
  const OverlapGraph expected = brute_force(channels_, kNumViewers, 1);
  for (const std::uint32_t packed : {1U, 3U, 1000U}) {
    expect_same(must_project(incidence_, 1, {.head_channels = 0, .packed_viewers = packed}, 2).graph, expected);
  }
}

TEST_F(ProjectPaths, NumbersOfViewersDoNotMatter) {
  Random random(5);
  std::vector<std::uint32_t> other(kNumViewers);
  std::iota(other.begin(), other.end(), 0U);
  for (std::size_t i = other.size() - 1; i > 0; --i) std::swap(other[i], other[random.below(i + 1)]);
  ChannelSets renumbered(channels_.size());
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    for (const std::uint32_t viewer : channels_[c]) renumbered[c].insert(other[viewer]);
  }
  expect_same(must_project(incidence_of(renumbered, kNumViewers), 1, {}, 2).graph, must_project(incidence_, 1, {}, 2).graph);
}

TEST_F(ProjectPaths, NewmanStrengthIsTheAudienceThatMoves) {
  const OverlapGraph graph = must_project(incidence_, 1, {}, 2).graph;
  std::vector<std::uint32_t> degree(kNumViewers, 0);
  for (const std::uint32_t viewer : incidence_.viewers) ++degree[viewer];
  for (std::uint32_t c = 0; c < kNumChannels; ++c) {
    std::uint64_t strength = 0;
    for (std::uint64_t at = graph.offsets[c]; at < graph.offsets[c + 1]; ++at) strength += graph.newman[at];
    double rounding = 0;
    std::uint64_t expected = 0;
    for (const std::uint32_t viewer : incidence_.row(c)) {
      expected += degree[viewer] >= 2 ? 1U : 0U;
      rounding += degree[viewer] * 0.5 / static_cast<double>(OverlapGraph::kNewmanUnit);
    }
    EXPECT_NEAR(static_cast<double>(strength) / static_cast<double>(OverlapGraph::kNewmanUnit), static_cast<double>(expected),
                rounding + 1e-9);
  }
}

TEST_F(ProjectPaths, AHigherThresholdKeepsASubset) {
  const Projection all = must_project(incidence_, 1, {}, 2);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> shared;
  for (std::uint32_t c = 0; c < kNumChannels; ++c) {
    for (std::uint64_t at = all.graph.offsets[c]; at < all.graph.offsets[c + 1]; ++at) {
      shared[{c, all.graph.neighbours[at]}] = all.graph.shared[at];
    }
  }
  for (const std::uint32_t min_shared : {2U, 7U, 30U, 1000U}) {
    const Projection some = must_project(incidence_, min_shared, {}, 2);
    EXPECT_EQ(some.report.max_shared, all.report.max_shared);
    EXPECT_EQ(some.report.num_pairs_sharing, all.report.num_pairs_sharing);
    EXPECT_EQ(some.report.num_pairs_counted, all.report.num_pairs_counted);
    const auto expected = std::count_if(shared.begin(), shared.end(), [&](const auto& edge) { return edge.second >= min_shared; });
    EXPECT_EQ(some.graph.neighbours.size(), static_cast<std::size_t>(expected));
    for (std::uint32_t c = 0; c < kNumChannels; ++c) {
      for (std::uint64_t at = some.graph.offsets[c]; at < some.graph.offsets[c + 1]; ++at) {
        EXPECT_EQ(some.graph.shared[at], (shared[{c, some.graph.neighbours[at]}]));
      }
    }
  }
}

TEST(Project, ManySmallChannelsAreCountedSparsely) {
  // 70,000 channels (32-bit ids) in a ring: channel c shares viewer c with channel c + 1. Dense rows would read 2.4 G cells.
  constexpr std::uint32_t kNum = 70000;
  Incidence incidence;
  incidence.num_viewers = kNum;
  for (std::uint32_t c = 0; c < kNum; ++c) {
    const std::uint32_t before = (c + kNum - 1) % kNum;
    incidence.viewers.push_back(std::min(before, c));
    incidence.viewers.push_back(std::max(before, c));
    incidence.offsets.push_back(incidence.viewers.size());
  }
  incidence.counts.assign(incidence.viewers.size(), 1);
  const Projection projection = must_project(incidence, 1, {}, 2);
  EXPECT_EQ(projection.graph.num_edges(), kNum);
  EXPECT_EQ(projection.graph.row(5)[0], 4U);
  EXPECT_EQ(projection.graph.row(5)[1], 6U);
  EXPECT_EQ(projection.graph.row(0)[1], kNum - 1);
  EXPECT_TRUE(std::all_of(projection.graph.shared.begin(), projection.graph.shared.end(), [](std::uint32_t n) { return n == 1; }));
}

}  // namespace
}  // namespace vieweratlas
