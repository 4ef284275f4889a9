#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {

/// When the next request may be sent, and whether one that failed may be sent again: Ratelimit-Limit, -Remaining and -Reset are
/// read from each answer, and 429, 5xx and lost connections have their waits. Sans-IO; thread-compatible.
class HelixPacing {
 public:
  /// `seed` decides the jitter.
  explicit HelixPacing(std::uint64_t seed) : random_(seed) {}

  /// How long to wait before the next request: nothing, unless fewer than 10 points are left; these are spread until the bucket
  /// is full again.
  [[nodiscard]] std::chrono::milliseconds before_request(UtcMillis now) const;
  /// Tells of an answer, whatever its status.
  void note(const HttpResponse& response, UtcMillis now);
  /// Points left as of the newest answer; -1 = not told yet.
  [[nodiscard]] std::int64_t points_left() const { return points_left_; }

  /// The wait before a request that was answered 429 is sent for the `attempt`-th time again (from 0); empty = give up.
  [[nodiscard]] std::optional<std::chrono::milliseconds> after_limit(unsigned attempt, UtcMillis now);

 private:
  std::int64_t points_left_ = -1;
  std::optional<UtcMillis> reset_;
  Random random_;
};

/// The wait before a request is sent again that was answered 5xx, or not at all: at once, then 5, 15 and 45 s; then empty = give up.
[[nodiscard]] std::optional<std::chrono::milliseconds> wait_after_failure(unsigned attempt);

}  // namespace vieweratlas
