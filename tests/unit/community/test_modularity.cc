#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "unit/community/graphs.h"

#include "vieweratlas/community/detect.h"
#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas {
namespace {

TEST(Modularity, EqualsTheDefinitionOverAllPairs) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Random random(seed);
    const auto num_nodes = static_cast<std::uint32_t>(1 + random.below(40));
    const auto graph = test::random_graph(num_nodes, random.uniform(), 1 + random.below(1000), seed);
    Partition partition{.community = {}, .num_communities = 5};
    for (std::uint32_t node = 0; node < num_nodes; ++node) {
      partition.community.push_back(random.chance(0.2) ? Partition::kUnassigned : static_cast<std::uint32_t>(random.below(5)));
    }
    for (const double resolution : {0.3, 1.0, 2.5}) {
      EXPECT_NEAR(modularity(graph.view(), partition, resolution), test::modularity_by_definition(graph, partition, resolution), 1e-12)
          << "seed " << seed << " resolution " << resolution;
    }
  }
}

TEST(Modularity, WorkedByHand) {
  // Two triangles joined by an edge: 6 of 7 edges inside, half of the strength each.
  const auto graph = test::make_graph(6, {{0, 1}, {1, 2}, {0, 2}, {3, 4}, {4, 5}, {3, 5}, {2, 3}});
  const Partition partition{.community = {0, 0, 0, 1, 1, 1}, .num_communities = 2};
  EXPECT_DOUBLE_EQ(modularity(graph.view(), partition, 1.0), 6.0 / 7 - 0.5);
  EXPECT_DOUBLE_EQ(modularity(graph.view(), partition, 2.0), 6.0 / 7 - 1.0);
  const Partition all{.community = {0, 0, 0, 0, 0, 0}, .num_communities = 1};
  EXPECT_DOUBLE_EQ(modularity(graph.view(), all, 1.0), 0);
}

TEST(Modularity, IsZeroWithoutEdges) {
  EXPECT_EQ(modularity(test::make_graph(2, {}).view(), {.community = {0, 1}, .num_communities = 2}, 1.0), 0);
  EXPECT_EQ(modularity(test::make_graph(0, {}).view(), {}, 1.0), 0);
}

}  // namespace
}  // namespace vieweratlas
