#include "vieweratlas/twitch/helix_pacing.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kFewPoints = 10;
constexpr milliseconds kLongestWait{70'000};  // a bucket is full again after a minute; beyond it somebody's clock is wrong
constexpr milliseconds kUnknownWait{60'000};

std::optional<std::int64_t> number_of(const HttpResponse& response, std::string_view header) {
  const std::optional<std::string_view> value = response.header(header);
  if (!value) return std::nullopt;
  const std::string_view text = trim(*value);
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

void HelixPacing::note(const HttpResponse& response, UtcMillis now) {
  constexpr std::int64_t kFarFuture = 100'000'000'000;  // seconds: the year 5138
  if (const auto points = number_of(response, "ratelimit-remaining")) points_left_ = *points;
  const auto reset = number_of(response, "ratelimit-reset");
  if (reset && *reset < kFarFuture) {
    reset_ = UtcMillis(std::chrono::seconds(*reset));
  } else if (response.status == 429) {
    reset_ = now + kUnknownWait;
  }
}

milliseconds HelixPacing::before_request(UtcMillis now) const {
  if (points_left_ < 0 || points_left_ >= kFewPoints || !reset_ || *reset_ <= now) return milliseconds(0);
  return std::min((*reset_ - now) / (points_left_ + 1), kLongestWait);
}

std::optional<milliseconds> HelixPacing::after_limit(unsigned attempt, UtcMillis now) {
  constexpr unsigned kMaxAttempts = 5;
  if (attempt >= kMaxAttempts) return std::nullopt;
  milliseconds wait = reset_ ? *reset_ - now : kUnknownWait;
  // A reset that is over should have helped the first time; when it did not, the clocks differ.
  if (wait <= milliseconds(0)) wait = attempt == 0 ? milliseconds(0) : kUnknownWait;
  constexpr std::uint64_t kJitter = 1000;
  return std::min(wait + milliseconds(random_.below(kJitter + 1)), kLongestWait);
}

std::optional<milliseconds> wait_after_failure(unsigned attempt) {
  constexpr std::array<milliseconds, 4> kWaits{milliseconds(0), milliseconds(5'000), milliseconds(15'000), milliseconds(45'000)};
  if (attempt >= kWaits.size()) return std::nullopt;
  return kWaits[attempt];
}

}  // namespace vieweratlas
