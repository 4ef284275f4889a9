#pragma once

#include <chrono>

#include "vieweratlas/core/clock.h"

namespace vieweratlas {

/// Half-open: begin <= t < end.
struct RoundWindow {
  UtcMillis begin{};
  UtcMillis end{};
  friend bool operator==(const RoundWindow&, const RoundWindow&) = default;
};

/// The window that `time` falls into: windows of `length` (> 0) follow each other from midnight UTC, and from 1970 on where a day is
/// no whole number of them. There is no local time and so no daylight saving; a leap day is a day like others.
[[nodiscard]] RoundWindow aligned_window(UtcMillis time, std::chrono::seconds length);

/// The window of a sequence that began at `origin` (any time before or after).
[[nodiscard]] RoundWindow window_from(UtcMillis origin, UtcMillis time, std::chrono::seconds length);

}  // namespace vieweratlas
