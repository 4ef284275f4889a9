#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "graphs.h"

#include "vieweratlas/layout/layout.h"
#include "vieweratlas/layout/quality.h"

namespace vieweratlas {
namespace {

using testing_graphs::Edge;
using testing_graphs::graph_of;
using testing_graphs::planted;

Layout laid_out(const OverlapGraph& graph, const LayoutOptions& options = {.iterations = 200}, unsigned threads = 1) {
  ThreadPool pool(threads);
  auto layout = lay_out(graph, {}, options, pool);
  EXPECT_TRUE(layout.ok());
  return std::move(layout).value();
}

bool same_bytes(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// What holds for every layout, whatever the graph.
void expect_sound(const OverlapGraph& graph, const Layout& layout) {
  ASSERT_EQ(layout.x.size(), graph.num_nodes());
  ASSERT_EQ(layout.y.size(), graph.num_nodes());
  ASSERT_EQ(layout.radius.size(), graph.num_nodes());
  for (std::size_t i = 0; i < layout.x.size(); ++i) {
    EXPECT_TRUE(std::isfinite(layout.x[i]) && std::isfinite(layout.y[i])) << "node " << i;
    EXPECT_GT(layout.radius[i], 0) << "node " << i;
    EXPECT_LE(std::hypot(layout.x[i], layout.y[i]) + layout.radius[i], 1000.001F) << "node " << i;
  }
  EXPECT_LE(layout.remaining_overlap, 0.05);
  EXPECT_EQ(overlap_share(layout, 0.05), 0);
}

TEST(Layout, SameBytesForAnyNumberOfThreads) {
  const auto [graph, community] = planted(6, 40, 0.3, 0.01, 11);
  const auto one = laid_out(graph, {.iterations = 150}, 1);
  expect_sound(graph, one);
  for (const unsigned threads : {2U, 3U, 8U}) {
    const auto many = laid_out(graph, {.iterations = 150}, threads);
    EXPECT_TRUE(same_bytes(one.x, many.x) && same_bytes(one.y, many.y) && same_bytes(one.radius, many.radius)) << threads << " threads";
  }
}

TEST(Layout, SeedDecidesAndTwoSeedsDiffer) {
  const auto [graph, community] = planted(3, 20, 0.5, 0.02, 1);
  EXPECT_TRUE(same_bytes(laid_out(graph).x, laid_out(graph).x));
  EXPECT_FALSE(same_bytes(laid_out(graph).x, laid_out(graph, {.seed = 5, .iterations = 200}).x));
}

TEST(Layout, TwoCliquesStandApart) {
  const auto [graph, community] = planted(2, 30, 1.0, 0.004, 3);
  const auto layout = laid_out(graph);
  expect_sound(graph, layout);
  ThreadPool pool(1);
  EXPECT_GE(community_agreement(community, layout, 10, pool), 0.98);
}

TEST(Layout, PlantedCommunitiesAreIslands) {
  const auto [graph, community] = planted(8, 30, 0.4, 0.01, 21);
  const auto layout = laid_out(graph, {.iterations = 400});
  expect_sound(graph, layout);
  ThreadPool pool(2);
  EXPECT_GE(community_agreement(community, layout, 8, pool), 0.9);
}

TEST(Layout, ADenseGraphIsNoMush) {
  // Every pair of 240 channels is linked, as at a threshold of one viewer.
  const auto [graph, community] = planted(6, 40, 1.0, 1.0, 5);
  const auto layout = laid_out(graph, {.iterations = 400});
  expect_sound(graph, layout);
  ThreadPool pool(2);
  EXPECT_GE(community_agreement(community, layout, 8, pool), 0.9);
}

TEST(Layout, EmptyGraph) {
  const auto layout = laid_out(OverlapGraph{});
  EXPECT_TRUE(layout.x.empty());
  EXPECT_EQ(layout.remaining_overlap, 0);
}

TEST(Layout, OneNodeIsInTheMiddle) {
  const auto graph = graph_of({77}, {});
  const auto layout = laid_out(graph);
  expect_sound(graph, layout);
  EXPECT_NEAR(layout.x[0], 0, 1e-3);
  EXPECT_LE(layout.radius[0], 101);
}

TEST(Layout, TwoNodes) {
  const auto graph = graph_of({77, 50}, {{0, 1, 7}});
  const auto layout = laid_out(graph);
  expect_sound(graph, layout);
}

TEST(Layout, WithoutLinksTheLargestIsInTheMiddle) {
  std::vector<std::uint64_t> audience;
  for (std::uint64_t i = 0; i < 150; ++i) audience.push_back(10 + i * i);
  const auto graph = graph_of(audience, {});
  const auto layout = laid_out(graph);
  expect_sound(graph, layout);
  float nearest = 1e9F;
  for (std::size_t i = 0; i + 30 < audience.size(); ++i) nearest = std::min(nearest, std::hypot(layout.x[i], layout.y[i]));
  EXPECT_LT(std::hypot(layout.x[149], layout.y[149]), nearest);
}

TEST(Layout, IsolatedChannelsGoAroundTheMap) {
  auto [graph, community] = planted(2, 30, 0.6, 0.05, 3);
  const auto linked = graph.num_nodes();
  for (int i = 0; i < 25; ++i) {
    graph.offsets.push_back(graph.neighbours.size());
    graph.audience.push_back(900);
  }
  const auto layout = laid_out(graph);
  expect_sound(graph, layout);
  float innermost = 1e9F;
  float outermost = 0;
  for (std::uint32_t i = 0; i < graph.num_nodes(); ++i) {
    const float distance = std::hypot(layout.x[i], layout.y[i]);
    if (i >= linked) {
      innermost = std::min(innermost, distance);
    } else {
      outermost = std::max(outermost, distance);
    }
  }
  EXPECT_GT(innermost, 0.9F * outermost);
}

TEST(Layout, ManySmallComponentsStayNear) {
  std::vector<Edge> edges;
  for (std::uint32_t pair = 0; pair < 60; ++pair) edges.emplace_back(2 * pair, 2 * pair + 1, 5);
  const auto graph = graph_of(std::vector<std::uint64_t>(120, 100), edges);
  const auto layout = laid_out(graph);
  expect_sound(graph, layout);
  double mean_radius = 0;
  for (std::size_t i = 0; i < 120; ++i) mean_radius += static_cast<double>(std::hypot(layout.x[i], layout.y[i])) / 120;
  EXPECT_GT(mean_radius, 450);  // a disc evenly filled has 667; strays would press the rest into the middle
}

TEST(Layout, EqualAudiencesAndOneGiant) {
  const auto equal = graph_of(std::vector<std::uint64_t>(12, 9), {{0, 1, 3}, {1, 2, 4}, {3, 4, 1}});
  const auto equal_layout = laid_out(equal);
  expect_sound(equal, equal_layout);
  EXPECT_EQ(*std::min_element(equal_layout.radius.begin(), equal_layout.radius.end()),
            *std::max_element(equal_layout.radius.begin(), equal_layout.radius.end()));

  std::vector<std::uint64_t> audience(200, 10);
  audience[0] = 1'000'000'000;
  std::vector<Edge> edges;
  for (std::uint32_t i = 1; i < 200; ++i) edges.emplace_back(0, i, 9);
  const auto giant = graph_of(audience, edges);
  const auto giant_layout = laid_out(giant);
  expect_sound(giant, giant_layout);
  EXPECT_FLOAT_EQ(giant_layout.radius[1] / giant_layout.radius[0], 0.09F);
}

TEST(Layout, AreasAreProportionalToAudience) {
  const auto graph = graph_of({400, 100, 25}, {{0, 1, 10}, {1, 2, 10}});
  const auto layout = laid_out(graph);
  EXPECT_NEAR(layout.radius[0] / layout.radius[2], 4, 1e-4);
}

TEST(Layout, OptionsOutOfRangeAreErrors) {
  ThreadPool pool(1);
  const auto graph = graph_of({1, 2}, {{0, 1, 1}});
  const std::vector<LayoutOptions> wrong{{.iterations = 0},      {.iterations = 100'001}, {.fill = 0},        {.fill = 0.61},
                                         {.fill = std::nan("")}, {.max_radius = 0},       {.max_radius = -4}, {.max_radius = std::nan("")}};
  for (const auto& options : wrong) {
    const auto result = lay_out(graph, {}, options, pool);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(result.error().message.find("give a"), std::string::npos);
  }
}

TEST(Quality, MeasuresOnAPictureDrawnByHand) {
  // Four channels on a line; 0-1 and 2-3 linked, and 0-3 across.
  const auto graph = graph_of({100, 100, 100, 100}, {{0, 1, 50}, {2, 3, 50}, {0, 3, 10}});
  Layout layout;
  layout.x = {0, 10, 20, 30};
  layout.y = {0, 0, 0, 0};
  layout.radius = {4, 4, 4, 7};
  ThreadPool pool(1);
  // k = 1: the strongest link of each; nearest of 0 is 1 (yes), of 1 is 0 (a tie with 2 goes to the lower: yes),
  // of 2 is 1 (no), of 3 is 2 (yes).
  EXPECT_DOUBLE_EQ(neighbourhood_preservation(graph, layout, 1, pool), 0.75);
  EXPECT_DOUBLE_EQ(community_agreement(std::vector<std::uint32_t>{0, 0, 1, 1}, layout, 1, pool), 0.75);
  EXPECT_DOUBLE_EQ(community_agreement(std::vector<std::uint32_t>{0, 0, 0xFFFFFFFFU, 0xFFFFFFFFU}, layout, 1, pool), 1);
  EXPECT_DOUBLE_EQ(overlap_share(layout, 0.05), 0.5);
  EXPECT_DOUBLE_EQ(overlap_share(layout, 2), 0);
  EXPECT_DOUBLE_EQ(overlap_share(Layout{}, 0), 0);
  EXPECT_DOUBLE_EQ(neighbourhood_preservation(OverlapGraph{}, Layout{}, 3, pool), 0);
}

}  // namespace
}  // namespace vieweratlas
