#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "graphs.h"
#include "layout/force_graph.h"

namespace vieweratlas::layout_internal {
namespace {

using testing_graphs::Edge;
using testing_graphs::graph_of;

TEST(ForceGraph, CosineWeightsOfMeanOneWithoutIsolatedNodes) {
  const auto graph = graph_of({100, 400, 50, 100}, {{0, 1, 20}, {1, 3, 60}});
  ThreadPool pool(1);
  const auto forces = make_force_graph(graph, {}, pool);
  EXPECT_EQ(forces.node, (std::vector<std::uint32_t>{0, 1, 3}));
  EXPECT_EQ(forces.neighbours, (std::vector<std::uint32_t>{1, 0, 2, 1}));
  // Cosines 0.1 and 0.3, mean 0.2.
  ASSERT_EQ(forces.weights.size(), 4U);
  EXPECT_FLOAT_EQ(forces.weights[0], 0.5F);
  EXPECT_FLOAT_EQ(forces.weights[1], 0.5F);
  EXPECT_FLOAT_EQ(forces.weights[2], 1.5F);
  EXPECT_FLOAT_EQ(forces.weights[3], 1.5F);
}

TEST(ForceGraph, StrengthStandsInForAnUnknownAudience) {
  // Node 1 is not known: its strength 30 times the known audience per strength, (10 + 1000) / (10 + 20).
  const auto graph = graph_of({10, 0, 1000}, {{0, 1, 10}, {1, 2, 20}});
  const LinkWeights weights(graph);
  const double size = 30.0 * 1010.0 / 30.0;
  EXPECT_FLOAT_EQ(weights(0, 1, 10), static_cast<float>(10 / std::sqrt(10 * size)));
  EXPECT_FLOAT_EQ(weights(0, 1, 10), weights(1, 0, 10));
}

TEST(ForceGraph, AGraphThatContradictsItselfStaysWithinOne) {
  const auto graph = graph_of({5, 5}, {{0, 1, 4'000'000}});
  EXPECT_EQ(LinkWeights(graph)(0, 1, 4'000'000), 1.0F);
}

TEST(ForceGraph, ThinningKeepsTheStrongestLinksOfEveryNode) {
  auto planted = testing_graphs::planted(3, 60, 1.0, 1.0, 7);
  ThreadPool pool(2);
  const ThinningOptions options{.strongest = 4};
  const auto thin = make_force_graph(planted.graph, options, pool);
  EXPECT_EQ(thin.size(), 180U);
  EXPECT_LT(thin.neighbours.size(), 2U * 4U * 180U + 2U * 180U);
  const LinkWeights weights(planted.graph);
  for (std::uint32_t u = 0; u < thin.size(); ++u) {
    EXPECT_GE(thin.degree(u), 4U);
    float best = 0;
    std::uint32_t best_neighbour = 0;
    for (auto at = planted.graph.offsets[u]; at < planted.graph.offsets[u + 1]; ++at) {
      const float weight = weights(u, planted.graph.neighbours[at], planted.graph.shared[at]);
      if (weight <= best) continue;
      best = weight;
      best_neighbour = planted.graph.neighbours[at];
    }
    bool found = false;
    for (auto at = thin.offsets[u]; at < thin.offsets[u + 1]; ++at) found |= thin.neighbours[at] == best_neighbour;
    EXPECT_TRUE(found) << "node " << u;
  }
  const double mean = std::accumulate(thin.weights.begin(), thin.weights.end(), 0.0) / static_cast<double>(thin.weights.size());
  EXPECT_NEAR(mean, 1, 1e-4);
}

TEST(ForceGraph, ThinningLeavesNoComponentApart) {
  // Cliques on a chain: the one link between neighbours is weaker than all links inside.
  constexpr std::uint32_t kCliques = 9;
  constexpr std::uint32_t kSize = 8;
  std::vector<Edge> edges;
  for (std::uint32_t c = 0; c < kCliques; ++c) {
    for (std::uint32_t i = 0; i < kSize; ++i) {
      for (std::uint32_t j = i + 1; j < kSize; ++j) edges.emplace_back(c * kSize + i, c * kSize + j, 50 + i + j);
    }
    // A second, weaker bridge that must stay out, and no bridge between cliques 4 and 5.
    if (c + 1 < kCliques && c != 4) {
      edges.emplace_back(c * kSize, (c + 1) * kSize, 5);
      edges.emplace_back(c * kSize + 1, (c + 1) * kSize + 1, 3);
    }
  }
  const auto graph = graph_of(std::vector<std::uint64_t>(kCliques * kSize, 1000), edges);
  ThreadPool pool(1);
  const auto thin = make_force_graph(graph, {.strongest = 2}, pool);
  std::size_t strong_bridges = 0;
  std::size_t weak_bridges = 0;
  for (std::uint32_t u = 0; u < thin.size(); ++u) {
    for (auto at = thin.offsets[u]; at < thin.offsets[u + 1]; ++at) {
      const auto v = thin.neighbours[at];
      if (v / kSize == u / kSize || v < u) continue;
      (u % kSize == 0 ? strong_bridges : weak_bridges) += 1;
    }
  }
  EXPECT_EQ(strong_bridges, kCliques - 2);
  EXPECT_EQ(weak_bridges, 0U);
}

}  // namespace
}  // namespace vieweratlas::layout_internal
