#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/clock.h"

namespace vieweratlas {

/// Tokens that come back a fixed time after each was used: in no window of that length are more than `tokens` used. (A bucket
/// that refills at a rate allows twice its size around the moment when it was full.) A token that is taken counts as used only
/// when the caller says so; until then it is out, so that a slow socket cannot bunch what was spaced. Thread-compatible.
class JoinBucket {
 public:
  JoinBucket(std::uint32_t tokens, std::chrono::milliseconds return_after) : tokens_(tokens), return_after_(return_after) {}

  [[nodiscard]] std::uint32_t left(SteadyTime now) const {
    const auto back = std::upper_bound(returns_.begin(), returns_.end(), now);
    return tokens_ - out_ - static_cast<std::uint32_t>(returns_.end() - back);
  }
  void take(std::uint32_t n, SteadyTime now) {
    VA_CHECK(n <= left(now));
    while (!returns_.empty() && returns_.front() <= now) returns_.pop_front();
    out_ += n;
  }
  /// `n` of the tokens that are out were used at `now`; times do not go back.
  void used(std::uint32_t n, SteadyTime now) {
    VA_CHECK(n <= out_);
    out_ -= n;
    returns_.insert(returns_.end(), n, now + return_after_);
  }

 private:
  std::uint32_t tokens_;
  std::chrono::milliseconds return_after_;
  std::uint32_t out_ = 0;
  std::deque<SteadyTime> returns_;  // ascending
};

}  // namespace vieweratlas
