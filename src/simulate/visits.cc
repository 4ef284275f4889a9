#include "simulate/visits.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "simulate/world.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::simulate_internal {
namespace {

/// One viewer in so many leaves a stream open until it ends.
constexpr std::uint64_t kLurkerOneIn = 16;
constexpr double kStaysAnotherRound = 0.22;
constexpr double kComesBack = 0.08;
/// A bot is in the list of a channel that it has joined about every second time.
constexpr double kBotIsListed = 0.5;

struct Sighting {
  std::uint32_t moment;
  std::uint32_t viewer;
};

/// The moments of one viewer, ascending and unique.
class Stay {
 public:
  Stay(const Schedule& schedule, Random& random) : schedule_(schedule), random_(random) {}

  const std::vector<std::uint32_t>& draw_person(bool lurker) {
    moments_.clear();
    visit(lurker);
    while (random_.chance(kComesBack)) visit(lurker);
    if (moments_.size() > 1) {
      std::sort(moments_.begin(), moments_.end());
      moments_.erase(std::unique(moments_.begin(), moments_.end()), moments_.end());
    }
    return moments_;
  }

  const std::vector<std::uint32_t>& draw_bot() {
    moments_.clear();
    const auto n = static_cast<std::uint32_t>(schedule_.moments.size());
    for (std::uint32_t m = 0; m < n; ++m) {
      if (random_.chance(kBotIsListed)) moments_.push_back(m);
    }
    if (moments_.empty()) moments_.push_back(static_cast<std::uint32_t>(random_.below(n)));
    return moments_;
  }

 private:
  void visit(bool lurker) {
    auto moment = static_cast<std::uint32_t>(random_.below(schedule_.moments.size()));
    const std::uint32_t end = schedule_.streams[schedule_.moments[moment].stream].end_moment;
    moments_.push_back(moment);
    while (++moment < end && (lurker || random_.chance(kStaysAnotherRound))) moments_.push_back(moment);
  }

  const Schedule& schedule_;
  Random& random_;
  std::vector<std::uint32_t> moments_;
};

/// Counting sort by moment.
Visits by_moment(const std::vector<Sighting>& sightings, std::size_t num_moments) {
  Visits visits;
  visits.offsets.assign(num_moments + 1, 0);
  visits.viewers.resize(sightings.size());
  for (const Sighting& sighting : sightings) ++visits.offsets[sighting.moment + 1];
  for (std::size_t m = 0; m < num_moments; ++m) visits.offsets[m + 1] += visits.offsets[m];
  std::vector<std::uint32_t> place(visits.offsets.begin(), visits.offsets.end() - 1);
  for (const Sighting& sighting : sightings) visits.viewers[place[sighting.moment]++] = sighting.viewer;
  return visits;
}

/// Chat lists come in no order; a reader that profits from one would look faster than it is.
void shuffle(std::span<std::uint32_t> viewers, Random& random) {
  for (std::size_t i = viewers.size(); i > 1; --i) std::swap(viewers[i - 1], viewers[random.below(i)]);
}

}  // namespace

Visits draw_visits(const World& world, std::uint32_t channel, std::span<const std::uint32_t> members, std::span<std::uint16_t> counts) {
  const Schedule& schedule = world.schedules[channel];
  Random random = Random(world.options.seed).fork("visits").fork(channel);
  Stay stay(schedule, random);
  std::vector<Sighting> sightings;
  sightings.reserve(members.size() + members.size() / 2);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::uint32_t viewer = members[i];
    const bool bot = viewer >= world.options.viewers;
    const bool lurker = mix64(world.options.seed ^ mix64(viewer)) % kLurkerOneIn == 0;
    const std::vector<std::uint32_t>& moments = bot ? stay.draw_bot() : stay.draw_person(lurker);
    for (const std::uint32_t moment : moments) sightings.push_back({moment, viewer});
    counts[i] = static_cast<std::uint16_t>(std::min<std::size_t>(moments.size(), UINT16_MAX));
  }
  Visits visits = by_moment(sightings, schedule.moments.size());
  for (std::size_t m = 0; m < schedule.moments.size(); ++m) {
    shuffle(std::span(visits.viewers).subspan(visits.offsets[m], visits.offsets[m + 1] - visits.offsets[m]), random);
  }
  return visits;
}

}  // namespace vieweratlas::simulate_internal
