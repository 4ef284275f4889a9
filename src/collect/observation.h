#pragma once

#include <chrono>
#include <optional>

#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas {

/// Turns the plan's steady times into UTC for the sink: pieces of about ten seconds that never overlap, however the clocks differ,
/// and that end where the machine fell asleep. Thread-compatible.
class Observation {
 public:
  /// To be called each tick, first at the start. True when UTC and the steady clock went apart by more than 30 s since the last
  /// call: the machine slept, or its clock was set; what was observed before is told to `sink` with the times of before.
  [[nodiscard]] bool tick(RoomPlan& plan, PresenceSink& sink, SteadyTime now, UtcMillis utc);
  /// Tells all that was observed until `now`.
  void flush(RoomPlan& plan, PresenceSink& sink, SteadyTime now, UtcMillis utc);

 private:
  void tell(RoomPlan& plan, PresenceSink& sink, SteadyTime now, UtcMillis origin);

  std::optional<UtcMillis> origin_;  // UTC at the steady clock's zero, as of the last tick
  UtcMillis told_until_ = UtcMillis::min();
  std::chrono::milliseconds::rep period_ = 0;  // number of the ten seconds of the last piece
};

}  // namespace vieweratlas
