#include "simulate/world.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "simulate/names.h"
#include "simulate/vocabulary.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas::simulate_internal {
namespace {

/// Big languages have more communities, but fewer than their weight says: else small ones would have none on a map of 30.
constexpr double kCommunitiesExponent = 0.75;
/// The same for viewers: small communities stay large enough to be found.
constexpr double kShareExponent = 0.5;
/// Popularity of the channel of rank r (from 0) is 1 / (r + kZipfShift)^kZipfExponent: Zipf and Mandelbrot.
constexpr double kZipfShift = 1.5;
constexpr double kZipfExponent = 1.1;

/// Communities per language by Sainte-Lague's method of highest averages, at most one for each scene.
std::vector<std::uint32_t> communities_per_language(std::uint32_t communities) {
  const auto all = languages();
  std::vector<std::uint32_t> seats(all.size(), 0);
  for (std::uint32_t i = 0; i < communities; ++i) {
    std::size_t best = all.size();
    double best_average = 0;
    for (std::size_t l = 0; l < all.size(); ++l) {
      const double average = std::pow(all[l].weight, kCommunitiesExponent) / (2.0 * seats[l] + 1.0);
      if (seats[l] < scenes().size() && average > best_average) {
        best = l;
        best_average = average;
      }
    }
    VA_CHECK(best < all.size());
    ++seats[best];
  }
  return seats;
}

const Scene* find_scene(std::string_view name) {
  const auto all = scenes();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Scene& scene) { return scene.name == name; });
  VA_CHECK(found != all.end());
  return &*found;
}

/// The scenes of a language: its favourites, then all others in the order of the table.
std::vector<const Scene*> scenes_of(const Language& language) {
  std::vector<const Scene*> result;
  for (const std::string_view name : language.scenes) result.push_back(find_scene(name));
  for (const Scene& scene : scenes()) {
    if (std::find(result.begin(), result.end(), &scene) == result.end()) result.push_back(&scene);
  }
  return result;
}

std::vector<CommunityPlan> plan_communities(const SimulateOptions& options) {
  Random random = Random(options.seed).fork("communities");
  const std::vector<std::uint32_t> seats = communities_per_language(options.communities);
  std::vector<CommunityPlan> plans;
  for (std::size_t l = 0; l < seats.size(); ++l) {
    const Language& language = languages()[l];
    const std::vector<const Scene*> favourites = scenes_of(language);
    for (std::uint32_t rank = 0; rank < seats[l]; ++rank) {
      const double base = std::pow(language.weight, kShareExponent) / (1.0 + 0.15 * rank);
      plans.push_back({.language = &language, .scene = favourites[rank], .share = base * std::exp(0.2 * random.normal())});
    }
  }
  double total = 0;
  for (const CommunityPlan& plan : plans) total += plan.share;
  for (CommunityPlan& plan : plans) plan.share /= total;
  return plans;
}

/// How many channels each community gets: in proportion to its share to the power 0.8 (small scenes have smaller channels),
/// at least one, by the method of largest remainders.
std::vector<std::uint32_t> channels_per_community(const std::vector<CommunityPlan>& communities, std::uint32_t channels) {
  const std::size_t n = communities.size();
  std::vector<double> weight(n);
  for (std::size_t i = 0; i < n; ++i) weight[i] = std::pow(communities[i].share, 0.8);
  const double total = std::accumulate(weight.begin(), weight.end(), 0.0);
  const auto spare = static_cast<double>(channels - n);
  std::vector<std::uint32_t> counts(n, 1);
  std::vector<std::pair<double, std::size_t>> remainders;
  std::uint32_t given = static_cast<std::uint32_t>(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double exact = spare * weight[i] / total;
    const auto whole = static_cast<std::uint32_t>(exact);
    counts[i] += whole;
    given += whole;
    remainders.emplace_back(static_cast<double>(whole) - exact, i);
  }
  std::sort(remainders.begin(), remainders.end());
  for (std::size_t i = 0; given < channels; ++i, ++given) ++counts[remainders[i % n].second];
  return counts;
}

/// A login that nobody has: the drawn one, or with a number at its end.
void make_unique(ChannelName& name, std::unordered_set<std::string>& taken, Random& random) {
  const bool follows_login = name.display_name.size() == name.login.size();
  const ChannelName drawn = name;
  while (name.login.size() < 4 || !taken.insert(name.login).second) {
    const std::string number = std::to_string(1 + random.below(9999));
    name.login = drawn.login + number;
    if (follows_login) name.display_name = drawn.display_name + number;
  }
}

void plan_channels(World& world) {
  const std::vector<std::uint32_t> counts = channels_per_community(world.communities, world.options.channels);
  Random random = Random(world.options.seed).fork("channels");
  std::unordered_set<std::string> taken;
  for (std::uint32_t community = 0; community < counts.size(); ++community) {
    for (std::uint32_t rank = 0; rank < counts[community]; ++rank) {
      ChannelName name = draw_channel_name(*world.communities[community].language, random);
      make_unique(name, taken, random);
      world.channels.push_back({.login = std::move(name.login),
                                .display_name = std::move(name.display_name),
                                .platform_id = std::to_string(10'000'000 + world.channels.size() * 977),
                                .community = community,
                                .popularity = std::pow(rank + kZipfShift, -kZipfExponent)});
    }
  }
  std::sort(world.channels.begin(), world.channels.end(), [](const ChannelPlan& a, const ChannelPlan& b) { return a.login < b.login; });
  for (std::uint32_t i = 0; i < world.channels.size(); ++i) world.communities[world.channels[i].community].channels.push_back(i);
  for (CommunityPlan& plan : world.communities) {
    std::sort(plan.channels.begin(), plan.channels.end(),
              [&](std::uint32_t a, std::uint32_t b) { return world.channels[a].popularity > world.channels[b].popularity; });
  }
}

}  // namespace

World plan_world(const SimulateOptions& options, ThreadPool& pool) {
  World world;
  world.options = options;
  world.num_rounds = static_cast<std::uint32_t>(options.days * (std::chrono::seconds(std::chrono::days(1)) / options.snapshot_interval));
  world.communities = plan_communities(options);
  plan_channels(world);
  world.schedules.resize(world.channels.size());
  pool.parallel_for(world.channels.size(), 64, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t i = begin; i < end; ++i) world.schedules[i] = plan_schedule(world, static_cast<std::uint32_t>(i));
  });
  return world;
}

}  // namespace vieweratlas::simulate_internal
