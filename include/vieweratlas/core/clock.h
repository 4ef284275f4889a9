#pragma once

#include <chrono>

namespace vieweratlas {

/// A moment in UTC in whole milliseconds. It may jump when the machine's clock is set; never measure lengths with it.
using UtcMillis = std::chrono::sys_time<std::chrono::milliseconds>;
/// A moment of a clock that only goes forward; its origin means nothing.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::milliseconds>;

/// What time it is. Only long-running work (collecting) has one; stages of the analysis have none. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual UtcMillis utc() const = 0;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] UtcMillis utc() const override;
  [[nodiscard]] SteadyTime steady() const override;
};

}  // namespace vieweratlas
