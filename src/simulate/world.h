#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulate/vocabulary.h"

#include "vieweratlas/core/time.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas::simulate_internal {

struct CommunityPlan {
  const Language* language = nullptr;
  const Scene* scene = nullptr;
  double share = 0;                     // of viewers at home here; all sum to 1
  std::vector<std::uint32_t> channels;  // ids, most popular first
};

struct ChannelPlan {
  std::string login;
  std::string display_name;
  std::string platform_id;
  std::uint32_t community = 0;
  double popularity = 0;  // relative to the other channels of its community
};

/// One snapshot of a channel: what the platform would say at that moment, without the viewers.
struct Moment {
  std::uint32_t round = 0;  // at start + round * interval
  std::uint32_t stream = 0;
  std::string_view game;
};

struct Stream {
  UtcTime started_at;
  std::string title;
  std::uint32_t end_moment = 0;  // one past its last moment
};

/// The streams of one channel, in order of time; at least one moment.
struct Schedule {
  std::vector<Stream> streams;
  std::vector<Moment> moments;
};

/// All that is decided before viewers come in. Immutable once planned.
struct World {
  SimulateOptions options;
  std::uint32_t num_rounds = 0;
  std::vector<CommunityPlan> communities;
  std::vector<ChannelPlan> channels;  // sorted by login
  std::vector<Schedule> schedules;    // one a channel
};

/// `options` must be valid. Serial but for the schedules.
[[nodiscard]] World plan_world(const SimulateOptions& options, ThreadPool& pool);

/// The streams of channel `channel` of a world whose channels are planned.
[[nodiscard]] Schedule plan_schedule(const World& world, std::uint32_t channel);

}  // namespace vieweratlas::simulate_internal
