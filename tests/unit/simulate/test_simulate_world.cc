// The world in memory: who is where, and that it looks like what it claims to be.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "simulate/world.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas {
namespace {

constexpr SimulateOptions small_options() { return {.channels = 60, .viewers = 4000, .communities = 6, .days = 2, .bots = 8}; }

Simulation simulated(const SimulateOptions& options, unsigned threads = 2) {
  ThreadPool pool(threads);
  Result<Simulation> simulation = simulate_presence(options, pool);
  EXPECT_TRUE(simulation.ok());
  return std::move(simulation).value();
}

std::vector<std::uint32_t> degrees(const Simulation& simulation) {
  std::vector<std::uint32_t> degree(simulation.incidence.num_viewers, 0);
  for (const std::uint32_t viewer : simulation.incidence.viewers) ++degree[viewer];
  return degree;
}

TEST(SimulateWorld, IncidenceKeepsItsInvariants) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    SimulateOptions options = small_options();
    options.seed = seed;
    const Simulation simulation = simulated(options);
    const Incidence& incidence = simulation.incidence;
    ASSERT_EQ(incidence.num_channels(), options.channels);
    ASSERT_EQ(incidence.num_viewers, options.viewers + options.bots);
    ASSERT_EQ(incidence.viewers.size(), incidence.num_memberships());
    ASSERT_EQ(incidence.counts.size(), incidence.num_memberships());
    std::uint64_t rows = 0;
    for (std::uint32_t c = 0; c < incidence.num_channels(); ++c) {
      const auto row = incidence.row(c);
      EXPECT_EQ(std::adjacent_find(row.begin(), row.end(), std::greater_equal<>()), row.end()) << "seed " << seed;
      EXPECT_EQ(simulation.truth.channels[c].audience, row.size());
      for (std::uint64_t i = incidence.offsets[c]; i < incidence.offsets[c + 1]; ++i) {
        EXPECT_GE(incidence.counts[i], 1);
        EXPECT_LE(incidence.counts[i], simulation.truth.channels[c].num_snapshots);
        rows += incidence.counts[i];
      }
    }
    EXPECT_EQ(rows, simulation.truth.num_presence_rows);
    const std::vector<std::uint32_t> degree = degrees(simulation);
    EXPECT_EQ(std::count(degree.begin(), degree.end(), 0U), 0) << "each viewer is seen, seed " << seed;
  }
}

TEST(SimulateWorld, ThreadsChangeNothing) {
  const Simulation one = simulated(small_options(), 1);
  for (const unsigned threads : {2U, 5U}) {
    const Simulation many = simulated(small_options(), threads);
    EXPECT_EQ(one.incidence.offsets, many.incidence.offsets);
    EXPECT_EQ(one.incidence.viewers, many.incidence.viewers);
    EXPECT_EQ(one.incidence.counts, many.incidence.counts);
  }
}

TEST(SimulateWorld, SeedChangesEverything) {
  SimulateOptions other = small_options();
  other.seed = 2;
  const Simulation a = simulated(small_options());
  const Simulation b = simulated(other);
  EXPECT_NE(a.incidence.viewers, b.incidence.viewers);
  EXPECT_NE(a.truth.channels.front().login, b.truth.channels.front().login);
}

TEST(SimulateWorld, TruthNamesEachChannelOnce) {
  const Simulation simulation = simulated(small_options());
  const auto& channels = simulation.truth.channels;
  EXPECT_TRUE(std::is_sorted(channels.begin(), channels.end(), [](const auto& a, const auto& b) { return a.login < b.login; }));
  std::map<std::uint32_t, std::uint32_t> sizes;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (i > 0) {
      EXPECT_NE(channels[i].login, channels[i - 1].login);
    }
    ASSERT_LT(channels[i].community, simulation.truth.communities.size());
    const SimulatedCommunity& community = simulation.truth.communities[channels[i].community];
    EXPECT_EQ(channels[i].language, community.language);
    EXPECT_EQ(channels[i].game, community.game);
    ++sizes[channels[i].community];
  }
  double share = 0;
  for (std::uint32_t i = 0; i < simulation.truth.communities.size(); ++i) {
    EXPECT_EQ(sizes[i], simulation.truth.communities[i].num_channels);
    EXPECT_GE(sizes[i], 1U);
    share += simulation.truth.communities[i].share;
  }
  EXPECT_NEAR(share, 1.0, 1e-9);
}

TEST(SimulateWorld, CommunitiesDifferInLanguageOrScene) {
  const Simulation simulation =
      simulated({.channels = 600, .viewers = 1000, .communities = max_simulated_communities(), .days = 1, .bots = 0});
  std::map<std::string, int> seen;
  for (const SimulatedCommunity& community : simulation.truth.communities) ++seen[community.language + '/' + community.scene];
  EXPECT_EQ(seen.size(), max_simulated_communities());
}

TEST(SimulateWorld, ScheduleIsPossible) {
  ThreadPool pool(2);
  SimulateOptions options = small_options();
  options.channels = 300;
  options.days = 4;
  const simulate_internal::World world = simulate_internal::plan_world(options, pool);
  ASSERT_EQ(world.num_rounds, 96U);
  double moments = 0;
  for (const simulate_internal::Schedule& schedule : world.schedules) {
    ASSERT_FALSE(schedule.moments.empty());
    moments += static_cast<double>(schedule.moments.size());
    for (std::size_t m = 0; m < schedule.moments.size(); ++m) {
      const auto& moment = schedule.moments[m];
      EXPECT_LT(moment.round, world.num_rounds);
      if (m > 0) {
        EXPECT_GT(moment.round, schedule.moments[m - 1].round);
      }
      ASSERT_LT(moment.stream, schedule.streams.size());
      EXPECT_LE(schedule.streams[moment.stream].started_at, options.start + moment.round * options.snapshot_interval);
      EXPECT_LT(m, schedule.streams[moment.stream].end_moment);
    }
  }
  EXPECT_NEAR(moments / 300 / 4, 3.8, 0.4) << "rounds a day and channel";
}

TEST(SimulateWorld, AShortIntervalGivesMoreRounds) {
  SimulateOptions options = small_options();
  options.snapshot_interval = std::chrono::minutes(15);
  EXPECT_NEAR(
      static_cast<double>(simulated(options).truth.num_snapshots) / static_cast<double>(simulated(small_options()).truth.num_snapshots),
      4.0, 0.5);
}

TEST(SimulateWorld, OneOfEverythingIsEnough) {
  const Simulation tiny = simulated({.channels = 1, .viewers = 1, .communities = 1, .days = 1, .bots = 0});
  EXPECT_EQ(tiny.incidence.num_memberships(), 1U);
  EXPECT_GE(tiny.truth.num_snapshots, 1U);
}

// The sizes of the benchmark, against the table in docs/performance.md.
TEST(SimulateWorld, SizesAreNearTheTable) {
  const Simulation s = simulated(*simulate_size("S"));
  EXPECT_EQ(s.truth.channels.size(), 200U);
  EXPECT_EQ(s.truth.communities.size(), 8U);
  EXPECT_NEAR(static_cast<double>(s.truth.num_snapshots), 2323, 0.1 * 2323);
  EXPECT_NEAR(static_cast<double>(s.truth.num_presence_rows), 154'755, 0.1 * 154'755);
  EXPECT_NEAR(static_cast<double>(s.incidence.num_memberships()), 102'226, 0.1 * 102'226);
}

TEST(SimulateWorld, AudiencesFallLikeZipf) {
  const Simulation simulation = simulated({.channels = 400, .viewers = 40'000, .communities = 8, .days = 1, .bots = 0});
  std::vector<double> audience;
  audience.reserve(simulation.truth.channels.size());
  for (const SimulatedChannel& channel : simulation.truth.channels) audience.push_back(static_cast<double>(channel.audience));
  std::sort(audience.begin(), audience.end(), std::greater<>());
  // Slope of log audience over log rank by least squares, without the flat head.
  double sx = 0;
  double sy = 0;
  double sxx = 0;
  double sxy = 0;
  double n = 0;
  for (std::size_t i = 20; i < audience.size(); ++i) {
    const double x = std::log(static_cast<double>(i + 1));
    const double y = std::log(std::max(1.0, audience[i]));
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
    n += 1;
  }
  const double slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
  EXPECT_LT(slope, -0.6);
  EXPECT_GT(slope, -1.4);
}

TEST(SimulateWorld, PeopleHaveHeavyTailsAndBotsAreEverywhere) {
  const Simulation simulation = simulated({.channels = 500, .viewers = 40'000, .communities = 12, .days = 1, .bots = 200});
  const std::vector<std::uint32_t> degree = degrees(simulation);
  double sum = 0;
  double squares = 0;
  std::uint32_t ones = 0;
  for (std::uint32_t v = 0; v < simulation.truth.first_bot; ++v) {
    sum += degree[v];
    squares += static_cast<double>(degree[v]) * degree[v];
    ones += degree[v] == 1 ? 1U : 0U;
  }
  const double people = simulation.truth.first_bot;
  EXPECT_GT(squares / people, 3 * (sum / people) * (sum / people));
  EXPECT_GT(ones / people, 0.3);
  EXPECT_LT(ones / people, 0.7);
  std::uint32_t least = UINT32_MAX;
  std::uint32_t most = 0;
  for (std::uint32_t v = simulation.truth.first_bot; v < simulation.truth.num_viewers; ++v) {
    least = std::min(least, degree[v]);
    most = std::max(most, degree[v]);
  }
  EXPECT_GE(least, 2U);  // 2 % of 500 are 10; a draw may give less
  EXPECT_LT(least, 30U);
  EXPECT_GT(most, 350U);
  EXPECT_LE(most, 480U);
}

TEST(SimulateWorld, MixingIsTheShareAwayFromHome) {
  for (const double mixing : {0.0, 0.15, 0.5}) {
    const Simulation simulation = simulated(
        {.channels = 2000, .viewers = 20'000, .communities = 10, .days = 1, .bots = 0, .mixing = mixing, .channels_per_viewer = 3});
    // Most viewers have at most one channel away from home; so the home is the community met most often.
    std::vector<std::map<std::uint32_t, std::uint32_t>> met(simulation.incidence.num_viewers);
    for (std::uint32_t c = 0; c < simulation.incidence.num_channels(); ++c) {
      for (const std::uint32_t viewer : simulation.incidence.row(c)) ++met[viewer][simulation.truth.channels[c].community];
    }
    double home = 0;
    double all = 0;
    for (const auto& communities : met) {
      std::uint32_t most = 0;
      std::uint32_t total = 0;
      for (const auto& [community, count] : communities) {
        most = std::max(most, count);
        total += count;
      }
      if (total < 10) continue;
      home += most;
      all += total;
    }
    ASSERT_GT(all, 0);
    EXPECT_NEAR(1 - home / all, mixing, 0.08);
  }
}

}  // namespace
}  // namespace vieweratlas
