#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <vector>

#include "layout/attraction.h"
#include "layout/lanes.h"
#include "layout/repulsion.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::layout_internal {
namespace {

struct Bodies {
  std::vector<float> x;
  std::vector<float> y;
  std::vector<float> mass;
};

Bodies random_bodies(std::size_t n, std::uint64_t seed) {
  Random random(seed);
  Bodies bodies;
  for (std::size_t i = 0; i < n; ++i) {
    // A few dense heaps, some bodies in exactly one place.
    const double heap = 300 * static_cast<double>(random.below(4));
    bodies.x.push_back(i % 17 == 3 && i > 3 ? bodies.x[3] : static_cast<float>(heap + 40 * random.normal()));
    bodies.y.push_back(i % 17 == 3 && i > 3 ? bodies.y[3] : static_cast<float>(-heap + 40 * random.normal()));
    bodies.mass.push_back(static_cast<float>(1 + random.below(50)));
  }
  return bodies;
}

std::vector<double> exact_x(const Bodies& bodies) {
  std::vector<double> result(bodies.x.size(), 0);
  for (std::size_t i = 0; i < bodies.x.size(); ++i) {
    for (std::size_t j = 0; j < bodies.x.size(); ++j) {
      const double dx = static_cast<double>(bodies.x[i]) - static_cast<double>(bodies.x[j]);
      const double dy = static_cast<double>(bodies.y[i]) - static_cast<double>(bodies.y[j]);
      result[i] += dx * static_cast<double>(bodies.mass[j]) / (dx * dx + dy * dy + static_cast<double>(kSoftening));
    }
  }
  return result;
}

/// Repulsion on all bodies by the tree, in the bodies' own order.
std::vector<Force> tree_forces(const Bodies& bodies, float theta, InstructionSet set) {
  Quadtree tree;
  tree.build(bodies.x, bodies.y, bodies.mass);
  std::vector<Force> result(bodies.x.size());
  MassList list;
  for (const auto& group : tree.groups()) {
    const std::size_t count = group.end - group.begin;
    std::vector<Force> forces(count);
    tree.interactions(group, theta, list);
    add_repulsion(list, tree.sorted_x().subspan(group.begin, count), tree.sorted_y().subspan(group.begin, count), forces, set);
    for (std::size_t k = 0; k < count; ++k) result[tree.order()[group.begin + k]] = forces[k];
  }
  return result;
}

double relative_error(const std::vector<Force>& forces, const std::vector<double>& exact) {
  double error = 0;
  double size = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double difference = static_cast<double>(forces[i].x) - exact[i];
    error += difference * difference;
    size += exact[i] * exact[i];
  }
  return std::sqrt(error / size);
}

TEST(Repulsion, ThetaZeroIsTheExactSum) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    const auto bodies = random_bodies(1 + 60 * seed, seed);
    EXPECT_LT(relative_error(tree_forces(bodies, 0, best_instruction_set()), exact_x(bodies)), 1e-4);
  }
}

TEST(Repulsion, ErrorGrowsWithThetaAndStaysSmall) {
  const auto bodies = random_bodies(700, 5);
  const auto exact = exact_x(bodies);
  const double fine = relative_error(tree_forces(bodies, 0.5F, best_instruction_set()), exact);
  const double coarse = relative_error(tree_forces(bodies, 1.2F, best_instruction_set()), exact);
  EXPECT_LT(fine, 0.005);
  EXPECT_LT(coarse, 0.05);
  EXPECT_LT(fine, coarse);
}

TEST(Repulsion, EveryInstructionSetGivesTheSameBytes) {
  const auto best = best_instruction_set();
  if (best == InstructionSet::kBaseline) GTEST_SKIP() << "this processor has neither AVX2 nor AVX-512";
  const auto bodies = random_bodies(300, 9);
  const auto baseline = tree_forces(bodies, 1.2F, InstructionSet::kBaseline);
  for (const auto set : {InstructionSet::kAvx2, best}) {
    const auto wide = tree_forces(bodies, 1.2F, set);
    EXPECT_EQ(0, std::memcmp(baseline.data(), wide.data(), baseline.size() * sizeof(Force)));
  }
}

TEST(Quadtree, CellsArePreorderRangesThatHoldTheirBodies) {
  const auto bodies = random_bodies(500, 2);
  Quadtree tree;
  tree.build(bodies.x, bodies.y, bodies.mass);
  const auto cells = tree.cells();
  ASSERT_FALSE(cells.empty());
  EXPECT_EQ(cells[0].begin, 0U);
  EXPECT_EQ(cells[0].end, 500U);
  EXPECT_EQ(cells[0].skip, cells.size());
  std::uint32_t leaf_bodies = 0;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const auto& cell = cells[c];
    EXPECT_GT(cell.skip, c);
    float mass = 0;
    for (auto at = cell.begin; at < cell.end; ++at) {
      EXPECT_GE(tree.sorted_x()[at], cell.min_x);
      EXPECT_LE(tree.sorted_x()[at], cell.max_x);
      EXPECT_GE(tree.sorted_y()[at], cell.min_y);
      EXPECT_LE(tree.sorted_y()[at], cell.max_y);
      mass += bodies.mass[tree.order()[at]];
    }
    EXPECT_FLOAT_EQ(cell.mass, mass);
    if (cell.leaf) leaf_bodies += cell.end - cell.begin;
  }
  EXPECT_EQ(leaf_bodies, 500U);
  std::uint32_t next = 0;
  for (const auto& group : tree.groups()) {
    EXPECT_EQ(group.begin, next);
    next = group.end;
  }
  EXPECT_EQ(next, 500U);
}

TEST(Quadtree, AllBodiesInOnePlace) {
  const Bodies bodies{std::vector<float>(100, 3.0F), std::vector<float>(100, -7.0F), std::vector<float>(100, 2.0F)};
  for (const auto& force : tree_forces(bodies, 1.2F, best_instruction_set())) {
    EXPECT_EQ(force.x, 0);
    EXPECT_EQ(force.y, 0);
  }
}

TEST(Quadtree, EmptyHasNoGroups) {
  Quadtree tree;
  tree.build({}, {}, {});
  EXPECT_TRUE(tree.groups().empty());
}

PullingRows star_rows(const std::vector<float>& weights) {
  PullingRows rows;
  rows.offsets = {0};
  for (std::uint32_t k = 0; k < weights.size(); ++k) {
    rows.neighbours.push_back(k + 1);
    rows.weights.push_back(weights[k]);
  }
  while (rows.neighbours.size() % kShortLanes != 0) {
    rows.neighbours.push_back(0);
    rows.weights.push_back(0);
  }
  rows.offsets.push_back(rows.neighbours.size());
  return rows;
}

TEST(Attraction, LinearAndLogarithmicAgainstTheFormula) {
  const std::vector<float> x{1, 4, -250, 1, 90, 1.001F, 7, 12, 13, 14};
  const std::vector<float> y{2, 6, 900, 2, 4, 2, 7, -8, -9, -10000};
  const std::vector<float> weights{1, 0.5F, 2, 3, 0.1F, 1, 1, 4, 0.7F};
  const auto rows = star_rows(weights);
  const std::vector<std::uint32_t> bodies{0};
  for (const bool linlog : {false, true}) {
    double expected_x = 0;
    double expected_y = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const double dx = static_cast<double>(x[k + 1]) - 1;
      const double dy = static_cast<double>(y[k + 1]) - 2;
      const double distance = std::hypot(dx, dy);
      const double factor = linlog ? (distance > 0 ? std::log1p(distance) / distance : 1) : 1;
      expected_x += static_cast<double>(weights[k]) * factor * dx;
      expected_y += static_cast<double>(weights[k]) * factor * dy;
    }
    std::vector<Force> first;
    for (const auto set : {InstructionSet::kBaseline, best_instruction_set()}) {
      std::vector<Force> forces(1);
      add_attraction({rows, x, y, bodies, linlog}, forces, set);
      EXPECT_NEAR(static_cast<double>(forces[0].x), expected_x, 1e-5 * std::abs(expected_x) + 1e-5);
      EXPECT_NEAR(static_cast<double>(forces[0].y), expected_y, 1e-5 * std::abs(expected_y) + 1e-5);
      if (!first.empty()) {
        EXPECT_EQ(0, std::memcmp(first.data(), forces.data(), sizeof(Force)));
      }
      first = forces;
    }
  }
}

}  // namespace
}  // namespace vieweratlas::layout_internal
