#pragma once

#include <chrono>
#include <mutex>
#include <string_view>

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas {

/// A clock that stands until it is moved.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::string_view utc) : utc_(*parse_time(utc)) {}
  [[nodiscard]] UtcMillis utc() const override {
    const std::lock_guard lock(mutex_);
    return utc_;
  }
  [[nodiscard]] SteadyTime steady() const override {
    const std::lock_guard lock(mutex_);
    return steady_;
  }
  void advance(std::chrono::milliseconds by) {
    const std::lock_guard lock(mutex_);
    utc_ += by;
    steady_ += by;
  }

 private:
  mutable std::mutex mutex_;
  UtcMillis utc_;
  SteadyTime steady_{std::chrono::hours(1)};
};

}  // namespace vieweratlas
