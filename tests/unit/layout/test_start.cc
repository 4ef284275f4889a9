#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "graphs.h"
#include "layout/force_graph.h"
#include "layout/simulation.h"
#include "layout/start.h"

namespace vieweratlas::layout_internal {
namespace {

using testing_graphs::graph_of;
using testing_graphs::planted;

TEST(RandomStart, IsInTheDiscAndDoesNotDependOnOtherNodes) {
  ThreadPool pool(1);
  const auto all = make_force_graph(graph_of({9, 9, 9, 9}, {{0, 1, 3}, {1, 3, 3}, {2, 3, 1}}), {}, pool);
  const auto some = make_force_graph(graph_of({9, 9, 9, 9}, {{1, 3, 3}}), {}, pool);
  const auto start = random_start(all, 5);
  const auto start_of_some = random_start(some, 5);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_LE(std::hypot(start.x[i], start.y[i]), 1000);
  EXPECT_EQ(start.x[1], start_of_some.x[0]);
  EXPECT_EQ(start.y[3], start_of_some.y[1]);
}

TEST(QuotientGraph, WeightsAreRelativeToBothCommunities) {
  // Two pairs and a single node: 0,1 | 2,3 | 4, every link of equal cosine.
  const auto graph = graph_of({10, 10, 10, 10, 10}, {{0, 1, 4}, {2, 3, 4}, {1, 2, 4}, {3, 4, 4}});
  ThreadPool pool(1);
  const auto forces = make_force_graph(graph, {}, pool);
  const std::vector<std::uint32_t> community{0, 0, 1, 1, 2};
  const auto quotient = quotient_graph(forces, community, 3);
  EXPECT_EQ(quotient.offsets, (std::vector<std::uint64_t>{0, 1, 3, 4}));
  EXPECT_EQ(quotient.neighbours, (std::vector<std::uint32_t>{1, 0, 2, 1}));
  // W_01 = 1 of 3 and 4, W_12 = 1 of 4 and 1: 1/sqrt(12) and 1/2, scaled to mean 1.
  const double mean = (1 / std::sqrt(12.0) + 0.5) / 2;
  EXPECT_NEAR(static_cast<double>(quotient.weights[0]), 1 / std::sqrt(12.0) / mean, 1e-5);
  EXPECT_NEAR(static_cast<double>(quotient.weights[2]), 0.5 / mean, 1e-5);
  EXPECT_GT(quotient.mass[0], quotient.mass[2]);
}

TEST(CommunityStart, MembersStandTogether) {
  const auto [graph, community] = planted(5, 20, 0.6, 0.02, 8);
  ThreadPool pool(2);
  const auto forces = make_force_graph(graph, {}, pool);
  ASSERT_EQ(forces.size(), 100U);
  const auto start = community_start(forces, community, {.seed = 2, .iterations = 200}, pool);
  std::vector<double> x(5, 0);
  std::vector<double> y(5, 0);
  for (std::size_t i = 0; i < 100; ++i) {
    x[community[i]] += static_cast<double>(start.x[i]) / 20;
    y[community[i]] += static_cast<double>(start.y[i]) / 20;
  }
  for (std::size_t i = 0; i < 100; ++i) {
    const double own = std::hypot(static_cast<double>(start.x[i]) - x[community[i]], static_cast<double>(start.y[i]) - y[community[i]]);
    EXPECT_LE(own, 2 * 600 * std::sqrt(0.2));
  }
  for (std::size_t a = 0; a < 5; ++a) {
    for (std::size_t b = 0; b < a; ++b) EXPECT_GT(std::hypot(x[a] - x[b], y[a] - y[b]), 200);
  }
}

TEST(Simulation, ForcesOfTwoBodiesByHand) {
  const auto graph = graph_of({10, 10}, {{0, 1, 5}});
  ThreadPool pool(1);
  const auto forces = make_force_graph(graph, {}, pool);
  Simulation simulation(forces, {{-3, 1}, {0, 0}}, pool);
  // Distance 4, masses 2, weight 1: repulsion 5 * 2 * 2 / 4, attraction 4, gravity 0.05 * 2 * 3 and 0.05 * 2 * 1.
  const auto linear = simulation.forces({.iterations = 1, .linlog = false, .gravity = 0.05F, .repulsion = 5});
  EXPECT_NEAR(static_cast<double>(linear[0].x), -5 + 4 + 0.3, 1e-4);
  EXPECT_NEAR(static_cast<double>(linear[1].x), 5 - 4 - 0.1, 1e-4);
  const auto linlog = simulation.forces({.iterations = 1, .linlog = true, .gravity = 0, .repulsion = 5});
  EXPECT_NEAR(static_cast<double>(linlog[0].x), -5 + std::log(5.0), 1e-4);
  EXPECT_NEAR(static_cast<double>(linlog[0].y), 0, 1e-6);
}

TEST(Simulation, TwoBodiesComeToRestWhereForcesBalance) {
  const auto graph = graph_of({10, 10}, {{0, 1, 5}});
  ThreadPool pool(1);
  const auto forces = make_force_graph(graph, {}, pool);
  Simulation simulation(forces, {{-30, 10}, {3, 8}}, pool);
  simulation.run({.iterations = 2000, .linlog = false, .gravity = 0});
  const auto& at = simulation.positions();
  // d = 5 * 2 * 2 / d.
  EXPECT_NEAR(std::hypot(at.x[0] - at.x[1], at.y[0] - at.y[1]), std::sqrt(20.0), 0.05);
}

}  // namespace
}  // namespace vieweratlas::layout_internal
