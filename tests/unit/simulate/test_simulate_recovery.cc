// The promise of the simulator to everybody who uses it as a yardstick: at default mixing the planted communities can be found.
#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "vieweratlas/community/compare.h"
#include "vieweratlas/community/detect.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/project.h"
#include "vieweratlas/graph/weights.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas {
namespace {

struct Recovery {
  double agreement = 0;  // adjusted Rand index
  std::uint32_t found = 0;
  std::uint32_t planted = 0;
};

Recovery recover(const SimulateOptions& options) {
  ThreadPool pool(2);
  const Simulation simulation = simulate_presence(options, pool).value();
  const Projection projection = project(simulation.incidence, {}, pool).value();
  const std::vector<std::uint64_t> weights = edge_weights(projection.graph, EdgeWeight::kNewman).value();
  const CommunityResult result = detect_communities(weighted_view(projection.graph, weights), {.runs = 2}, pool).value();
  Partition planted;
  planted.num_communities = static_cast<std::uint32_t>(simulation.truth.communities.size());
  for (const SimulatedChannel& channel : simulation.truth.channels) planted.community.push_back(channel.community);
  return {.agreement = compare_partitions(result.partition, planted).value().adjusted_rand,
          .found = result.partition.num_communities,
          .planted = planted.num_communities};
}

TEST(SimulateRecovery, TheDefaultWorldIsFoundWithItsBots) {
  const SimulateOptions options;
  EXPECT_NEAR(options.bots, 0.0005 * options.viewers, 1);
  const Recovery recovery = recover(options);
  EXPECT_GE(recovery.agreement, 0.95);
  EXPECT_EQ(recovery.found, recovery.planted);
}

TEST(SimulateRecovery, SmallerWorldsAreFoundForManySeeds) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Recovery recovery = recover({.channels = 300, .viewers = 60'000, .communities = 12, .days = 2, .bots = 30, .seed = seed});
    EXPECT_GE(recovery.agreement, 0.95) << "seed " << seed;
  }
}

TEST(SimulateRecovery, SizeSIsFound) { EXPECT_GE(recover(*simulate_size("S")).agreement, 0.95); }

TEST(SimulateRecovery, StrongMixingBlursThem) {
  EXPECT_LT(recover({.channels = 300, .viewers = 60'000, .communities = 12, .days = 2, .bots = 30, .mixing = 0.5}).agreement, 0.9);
}

}  // namespace
}  // namespace vieweratlas
