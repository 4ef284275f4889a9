#include "vieweratlas/graph/statistics.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "unit/graph/graphs.h"

#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {
namespace {

using graph_tests::graph_of;

// Two triangles' worth of nodes: a path 0-1-2, a pair 4-5, and 3 alone.
OverlapGraph islands() { return graph_of({9, 9, 9, 9, 9, 9}, {{0, 1, 3}, {1, 2, 4}, {4, 5, 9}}); }

TEST(GraphStatistics, Islands) {
  const GraphStatistics s = graph_statistics(islands());
  EXPECT_EQ(s.num_nodes, 6U);
  EXPECT_EQ(s.num_edges, 3U);
  EXPECT_DOUBLE_EQ(s.density, 3.0 / 15);
  EXPECT_EQ(s.num_components, 3U);
  EXPECT_EQ(s.num_isolated, 1U);
  EXPECT_EQ(s.largest_component_size, 3U);
  EXPECT_EQ(s.total_shared, 16U);
  EXPECT_EQ(s.max_shared, 9U);
  ASSERT_EQ(s.top_connected.size(), 5U) << "an isolated channel is not connected";
  EXPECT_EQ(s.top_connected[0].node, 4U) << "ties by node";
  EXPECT_EQ(s.top_connected[1].node, 5U);
  EXPECT_EQ(s.top_connected[2].node, 1U);
  EXPECT_EQ(s.top_connected[2].degree, 2U);
  EXPECT_EQ(s.top_connected[2].strength, 7U);
}

TEST(GraphStatistics, AtMostTenTopChannels) {
  std::vector<graph_tests::Edge> star;
  for (std::uint32_t leaf = 1; leaf < 40; ++leaf) star.push_back({0, leaf, leaf});
  const GraphStatistics s = graph_statistics(graph_of(std::vector<std::uint64_t>(40, 100), star));
  ASSERT_EQ(s.top_connected.size(), 10U);
  EXPECT_EQ(s.top_connected[0].node, 0U);
  EXPECT_EQ(s.top_connected[1].node, 39U);
}

TEST(GraphStatistics, EmptyAndSingle) {
  const GraphStatistics none = graph_statistics(OverlapGraph{});
  EXPECT_EQ(none.num_nodes, 0U);
  EXPECT_EQ(none.num_components, 0U);
  EXPECT_EQ(none.density, 0.0);
  const GraphStatistics one = graph_statistics(graph_of({5}, {}));
  EXPECT_EQ(one.num_components, 1U);
  EXPECT_EQ(one.num_isolated, 1U);
  EXPECT_EQ(one.density, 0.0);
  EXPECT_EQ(one.largest_component_size, 1U);
}

TEST(Components, NumberedByLowestNode) {
  EXPECT_EQ(connected_components(graph_of({1, 1, 1, 1, 1}, {{0, 4, 1}, {1, 2, 1}})), (std::vector<std::uint32_t>{0, 1, 1, 2, 0}));
  EXPECT_EQ(largest_component(islands()), (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(largest_component(graph_of({1, 1, 1, 1}, {{0, 2, 1}, {1, 3, 1}})), (std::vector<std::uint32_t>{0, 2})) << "ties: lowest node";
  EXPECT_TRUE(largest_component(OverlapGraph{}).empty());
}

TEST(StrongestNeighbours, FallingSharedTiesByNode) {
  const OverlapGraph graph = graph_of({9, 9, 9, 9}, {{0, 1, 2}, {0, 2, 5}, {0, 3, 2}});
  const std::vector<Neighbour> all = strongest_neighbours(graph, 0, 10);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].node, 2U);
  EXPECT_EQ(all[0].shared, 5U);
  EXPECT_EQ(all[1].node, 1U);
  EXPECT_EQ(all[2].node, 3U);
  EXPECT_EQ(strongest_neighbours(graph, 0, 2).size(), 2U);
  EXPECT_TRUE(strongest_neighbours(graph, 0, 0).empty());
}

}  // namespace
}  // namespace vieweratlas
