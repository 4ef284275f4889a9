#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// A moment in UTC, in whole seconds. Local time does not exist in this program.
using UtcTime = std::chrono::sys_seconds;

/// Parses ISO 8601 ("2026-11-22", "2026-11-22T10:00:00", with "Z", "+02:00", fractions; a space for "T" is accepted), the
/// compact "20261122_100000" and "20261122", and Unix seconds or milliseconds (9 to 13 digits). A time without a zone is UTC.
[[nodiscard]] std::optional<UtcTime> parse_time(std::string_view text);

/// "2026-11-22T10:00:00Z".
[[nodiscard]] std::string format_iso(UtcTime time);
/// "20261122_100000", as in the names of snapshot files.
[[nodiscard]] std::string format_compact(UtcTime time);
/// "2026/11/22", as in the date-partitioned layout.
[[nodiscard]] std::string format_date_path(UtcTime time);

/// Parses a positive length of time: "90s", "15m", "36h", "30d", "2w".
[[nodiscard]] Result<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace vieweratlas
