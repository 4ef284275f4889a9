#include "collect/observation.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kJump{30'000};
constexpr milliseconds kPiece{10'000};

}  // namespace

bool Observation::tick(RoomPlan& plan, PresenceSink& sink, SteadyTime now, UtcMillis utc) {
  const UtcMillis origin = utc - now.time_since_epoch();
  const std::optional<UtcMillis> before = origin_;
  origin_ = origin;
  if (before.has_value() && std::chrono::abs(origin - *before) > kJump) {
    tell(plan, sink, now, *before);
    told_until_ = std::min(told_until_, utc);  // the clock may have been set back
    return true;
  }
  // Pieces end with the tens of seconds, so that few reach from one round into the next.
  const auto period = utc.time_since_epoch() / kPiece;
  if (period != period_) tell(plan, sink, now, origin);
  period_ = period;
  return false;
}

void Observation::flush(RoomPlan& plan, PresenceSink& sink, SteadyTime now, UtcMillis utc) {
  tell(plan, sink, now, utc - now.time_since_epoch());
}

void Observation::tell(RoomPlan& plan, PresenceSink& sink, SteadyTime now, UtcMillis origin) {
  // All pieces that were told before ended at told_until_ or earlier, by a clock that may have gone back a little since.
  for (const ObservedPiece& piece : plan.take_observed(now)) {
    const UtcMillis begin = std::max(told_until_, origin + piece.begin.time_since_epoch());
    const UtcMillis end = origin + piece.end.time_since_epoch();
    if (begin < end) sink.observed(piece.channel, begin, end);
  }
  told_until_ = std::max(told_until_, origin + now.time_since_epoch());
}

}  // namespace vieweratlas
