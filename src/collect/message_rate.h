#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "vieweratlas/core/clock.h"

namespace vieweratlas::collect_internal {

/// Events a second over about the last ten seconds, from a counter that is read once a second.
class MessageRate {
 public:
  double update(std::uint64_t count, SteadyTime now) {
    const std::size_t slot = next_ % kSlots;
    const Reading oldest = next_ < kSlots ? readings_[0] : readings_[slot];
    const bool first = next_ == 0;
    readings_[slot] = {.count = count, .time = now};
    ++next_;
    if (first || now <= oldest.time) return 0;
    return static_cast<double>(count - oldest.count) / std::chrono::duration<double>(now - oldest.time).count();
  }

 private:
  static constexpr std::size_t kSlots = 10;
  struct Reading {
    std::uint64_t count = 0;
    SteadyTime time{};
  };
  std::array<Reading, kSlots> readings_{};
  std::size_t next_ = 0;
};

}  // namespace vieweratlas::collect_internal
