#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/core/time.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/read_days.h"

namespace vieweratlas {

std::string format_day(DayNumber day) { return format_iso(UtcTime(std::chrono::days(day))).substr(0, 10); }

std::optional<DayNumber> parse_day(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const std::optional<UtcTime> time = parse_time(std::string(text) + "T00:00:00Z");
  if (!time) return std::nullopt;
  return static_cast<DayNumber>(std::chrono::floor<std::chrono::days>(*time).time_since_epoch().count());
}

std::string manifest_key(DayNumber day) { return "curated/presence/dt=" + format_day(day) + "/_manifest.json"; }

}  // namespace vieweratlas
