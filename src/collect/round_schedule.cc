#include "vieweratlas/collect/round_schedule.h"

#include <chrono>

#include "vieweratlas/core/check.h"

namespace vieweratlas {

RoundWindow window_from(UtcMillis origin, UtcMillis time, std::chrono::seconds length) {
  VA_CHECK(length.count() > 0);
  const std::chrono::milliseconds period = length;
  std::chrono::milliseconds into = (time - origin) % period;
  if (into.count() < 0) into += period;
  const UtcMillis begin = time - into;
  return {.begin = begin, .end = begin + period};
}

// Unix time has no leap seconds: the epoch is a midnight, and so every multiple of a length that divides a day is at the same
// times of every day.
RoundWindow aligned_window(UtcMillis time, std::chrono::seconds length) { return window_from(UtcMillis{}, time, length); }

}  // namespace vieweratlas
