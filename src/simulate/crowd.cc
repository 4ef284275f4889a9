#include "simulate/crowd.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "simulate/audience.h"
#include "simulate/visits.h"
#include "simulate/world.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas::simulate_internal {

Crowd gather_crowd(World world, ThreadPool& pool) {
  Crowd crowd;
  crowd.world = std::move(world);
  crowd.audience = draw_audience(crowd.world, pool);
  crowd.counts.resize(crowd.audience.viewers.size());
  const std::size_t num_channels = crowd.world.channels.size();
  crowd.visits.resize(num_channels);
  pool.parallel_for(num_channels, 4, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t channel = begin; channel < end; ++channel) {
      const std::uint64_t from = crowd.audience.offsets[channel];
      const std::uint64_t size = crowd.audience.offsets[channel + 1] - from;
      crowd.visits[channel] =
          draw_visits(crowd.world, static_cast<std::uint32_t>(channel), std::span(crowd.audience.viewers).subspan(from, size),
                      std::span(crowd.counts).subspan(from, size));
    }
  });
  return crowd;
}

SimulatedTruth truth_of(const Crowd& crowd) {
  const World& world = crowd.world;
  SimulatedTruth truth;
  for (const CommunityPlan& plan : world.communities) {
    truth.communities.push_back({.language = std::string(plan.language->code),
                                 .scene = std::string(plan.scene->name),
                                 .game = std::string(plan.scene->game),
                                 .num_channels = static_cast<std::uint32_t>(plan.channels.size()),
                                 .share = plan.share});
  }
  for (std::size_t i = 0; i < world.channels.size(); ++i) {
    const ChannelPlan& plan = world.channels[i];
    const SimulatedCommunity& community = truth.communities[plan.community];
    truth.channels.push_back({.login = plan.login,
                              .display_name = plan.display_name,
                              .community = plan.community,
                              .language = community.language,
                              .game = community.game,
                              .audience = crowd.audience.offsets[i + 1] - crowd.audience.offsets[i],
                              .num_snapshots = static_cast<std::uint32_t>(world.schedules[i].moments.size())});
    truth.num_snapshots += world.schedules[i].moments.size();
    truth.num_presence_rows += crowd.visits[i].viewers.size();
  }
  truth.first_bot = world.options.viewers;
  truth.num_viewers = world.options.viewers + world.options.bots;
  return truth;
}

}  // namespace vieweratlas::simulate_internal
