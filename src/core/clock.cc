#include "vieweratlas/core/clock.h"

#include <chrono>

namespace vieweratlas {

UtcMillis SystemClock::utc() const { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

SteadyTime SystemClock::steady() const { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now()); }

}  // namespace vieweratlas
