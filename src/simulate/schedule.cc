// When a channel is live, and what it shows.
//
// Streams begin around the prime time of the language, last a few hours and are cut by the window of the simulation. On an
// average day a channel is seen in 3.8 hourly rounds, with one per cent of channels live round the clock.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "simulate/vocabulary.h"
#include "simulate/world.h"

#include "vieweratlas/core/random.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas::simulate_internal {
namespace {

constexpr double kAlwaysLiveShare = 0.01;
constexpr double kHostileTitleShare = 0.015;
constexpr double kMedianStreamHours = 4.2;
constexpr double kStreamHoursSigma = 0.45;
/// A stream begins with talk more often than not stays with it.
constexpr double kOtherGameFirst = 0.3;
constexpr double kOtherGameLater = 0.1;

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string draw_title(const Language& language, std::string_view game, Random& random) {
  if (random.chance(kHostileTitleShare)) return std::string(hostile_titles()[random.below(hostile_titles().size())]);
  std::string title(language.titles[random.below(language.titles.size())]);
  replace_all(title, "{game}", game);
  replace_all(title, "{n}", std::to_string(1 + random.below(300)));
  replace_all(title, "{emoji}", emoji()[random.below(emoji().size())]);
  return title;
}

/// Seconds from the start of the simulation; may lie outside of it.
struct Span {
  std::int64_t begin_s = 0;
  std::int64_t end_s = 0;
};

/// The first round at or after a time, in 0..num_rounds.
std::uint32_t round_at(const World& world, std::int64_t seconds) {
  const std::int64_t interval = world.options.snapshot_interval.count();
  const std::int64_t round = seconds <= 0 ? 0 : (seconds + interval - 1) / interval;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(round, world.num_rounds));
}

std::string_view draw_game(const Scene& scene, bool first, Random& random) {
  if (!random.chance(first ? kOtherGameFirst : kOtherGameLater)) return scene.game;
  return scene.others[random.below(scene.others.size())];
}

/// Adds the stream that is on during `span`; none when no round falls into it.
void add_stream(const World& world, const CommunityPlan& community, const Span& span, Random& random, Schedule& schedule) {
  const std::uint32_t begin = round_at(world, span.begin_s);
  const std::uint32_t end = round_at(world, span.end_s);
  if (begin >= end) return;
  const auto stream = static_cast<std::uint32_t>(schedule.streams.size());
  std::string_view game = draw_game(*community.scene, true, random);
  std::string title = draw_title(*community.language, community.scene->game, random);
  for (std::uint32_t round = begin; round < end; ++round) {
    if (round != begin && random.chance(0.35)) game = draw_game(*community.scene, false, random);
    schedule.moments.push_back({.round = round, .stream = stream, .game = game});
  }
  schedule.streams.push_back({.started_at = world.options.start + std::chrono::seconds(span.begin_s),
                              .title = std::move(title),
                              .end_moment = static_cast<std::uint32_t>(schedule.moments.size())});
}

Span draw_span(const Language& language, std::int64_t day, Random& random) {
  const double hours = kMedianStreamHours * std::exp(kStreamHoursSigma * random.normal());
  const double begin_hour = language.prime_time_hour - hours / 2 + 3.0 * random.normal();
  const auto begin_s = day * 86'400 + static_cast<std::int64_t>(begin_hour * 3600);
  return {begin_s, begin_s + static_cast<std::int64_t>(hours * 3600)};
}

}  // namespace

Schedule plan_schedule(const World& world, std::uint32_t channel) {
  const CommunityPlan& community = world.communities[world.channels[channel].community];
  Random random = Random(world.options.seed).fork("schedule").fork(channel);
  Schedule schedule;
  if (random.chance(kAlwaysLiveShare)) {
    add_stream(world, community, {-86'400 * 3 + 1234, static_cast<std::int64_t>(world.options.days) * 86'400}, random, schedule);
    return schedule;
  }
  const double chance_a_day = 0.55 + 0.45 * random.uniform();
  std::int64_t free_from = INT64_MIN;
  // A day more at both ends: prime time may lie beyond midnight UTC.
  for (std::int64_t day = -1; day <= static_cast<std::int64_t>(world.options.days); ++day) {
    if (!random.chance(chance_a_day)) continue;
    const Span span = draw_span(*community.language, day, random);
    if (span.begin_s < free_from) continue;
    free_from = span.end_s + 1800;
    add_stream(world, community, span, random, schedule);
  }
  if (schedule.moments.empty()) {
    const auto round = static_cast<std::int64_t>(random.below(world.num_rounds));
    const std::int64_t at_s = round * world.options.snapshot_interval.count();
    add_stream(world, community, {at_s - 600, at_s + 600}, random, schedule);
  }
  return schedule;
}

}  // namespace vieweratlas::simulate_internal
