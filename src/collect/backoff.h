#pragma once

#include <algorithm>
#include <chrono>

#include "vieweratlas/core/clock.h"

namespace vieweratlas::collect_internal {

/// When to try again what failed: after 1, 2, 4, ... and then each 60 seconds.
class Backoff {
 public:
  void fail(SteadyTime now) {
    next_ = now + wait_;
    wait_ = std::min<std::chrono::milliseconds>(2 * wait_, kLongest);
  }
  void succeed() { *this = {}; }
  [[nodiscard]] bool is_due(SteadyTime now) const { return now >= next_; }

 private:
  static constexpr std::chrono::milliseconds kShortest{1000};
  static constexpr std::chrono::milliseconds kLongest{60'000};
  std::chrono::milliseconds wait_ = kShortest;
  SteadyTime next_ = SteadyTime::min();
};

}  // namespace vieweratlas::collect_internal
