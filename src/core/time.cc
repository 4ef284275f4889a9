#include "vieweratlas/core/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "vieweratlas/core/error.h"

namespace vieweratlas {
namespace {

using std::chrono::sys_days;

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Reads exactly `digits` digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits || !all_digits(text.substr(0, digits))) return std::nullopt;
  int value = 0;
  std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<sys_days> take_date(std::string_view& text, bool dashes) {
  const auto year = take_number(text, 4);
  if (!year || (dashes && !take(text, '-'))) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || (dashes && !take(text, '-'))) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

std::optional<std::chrono::seconds> take_clock(std::string_view& text, bool colons) {
  const auto hours = take_number(text, 2);
  if (!hours || (colons && !take(text, ':'))) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes) return std::nullopt;
  int seconds = 0;
  if (!colons || take(text, ':')) {
    const auto parsed = take_number(text, 2);
    if (!parsed) return std::nullopt;
    seconds = *parsed;
  }
  if (*hours > 23 || *minutes > 59 || seconds > 60) return std::nullopt;
  return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(seconds);
}

/// The zone at the end: nothing or "Z" is UTC, else "+hh", "+hhmm", "+hh:mm".
std::optional<std::chrono::seconds> take_zone(std::string_view& text) {
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return std::chrono::seconds(0);
  const bool west = text.starts_with('-');
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 23) return std::nullopt;
  int minutes = 0;
  if (!text.empty()) {
    static_cast<void>(take(text, ':'));
    const auto parsed = take_number(text, 2);
    if (!parsed || *parsed > 59) return std::nullopt;
    minutes = *parsed;
  }
  const std::chrono::seconds offset = std::chrono::hours(*hours) + std::chrono::minutes(minutes);
  return west ? -offset : offset;
}

std::optional<UtcTime> parse_unix(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.size() >= 12) value /= 1000;
  return UtcTime(std::chrono::seconds(value));
}

}  // namespace

std::optional<UtcTime> parse_time(std::string_view text) {
  if (all_digits(text) && text.size() >= 9 && text.size() <= 13) return parse_unix(text);
  const bool dashes = text.size() > 4 && text[4] == '-';
  const auto date = take_date(text, dashes);
  if (!date) return std::nullopt;
  if (text.empty()) return UtcTime(*date);
  if (!take(text, 'T') && !take(text, ' ') && !take(text, '_') && !take(text, 't')) return std::nullopt;
  const auto clock = take_clock(text, text.size() > 2 && text[2] == ':');
  if (!clock) return std::nullopt;
  if (take(text, '.')) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
  }
  const auto offset = take_zone(text);
  if (!offset || !text.empty()) return std::nullopt;
  return UtcTime(*date) + *clock - *offset;
}

namespace {

struct Parts {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> clock;
};

Parts parts_of(UtcTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {.date = std::chrono::year_month_day(day), .clock = std::chrono::hh_mm_ss<std::chrono::seconds>(time - day)};
}

}  // namespace

std::string format_iso(UtcTime time) {
  const Parts p = parts_of(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(p.date.year()), static_cast<unsigned>(p.date.month()),
                     static_cast<unsigned>(p.date.day()), p.clock.hours().count(), p.clock.minutes().count(), p.clock.seconds().count());
}

std::string format_compact(UtcTime time) {
  const Parts p = parts_of(time);
  return fmt::format("{:04}{:02}{:02}_{:02}{:02}{:02}", static_cast<int>(p.date.year()), static_cast<unsigned>(p.date.month()),
                     static_cast<unsigned>(p.date.day()), p.clock.hours().count(), p.clock.minutes().count(), p.clock.seconds().count());
}

std::string format_date_path(UtcTime time) {
  const Parts p = parts_of(time);
  return fmt::format("{:04}/{:02}/{:02}", static_cast<int>(p.date.year()), static_cast<unsigned>(p.date.month()),
                     static_cast<unsigned>(p.date.day()));
}

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  const Error error{ErrorCode::kInvalidArgument,
                    fmt::format("\"{}\" is no length of time; write a number and a unit, such as 90s, 15m, 36h, 30d or 2w", text)};
  if (text.size() < 2) return error;
  std::int64_t count = 0;
  const std::string_view digits = text.substr(0, text.size() - 1);
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (problem != std::errc() || end != digits.data() + digits.size() || count <= 0 || count > 1'000'000) return error;
  std::int64_t unit_s = 0;
  switch (text.back()) {
    case 's': unit_s = 1; break;
    case 'm': unit_s = 60; break;
    case 'h': unit_s = 3600; break;
    case 'd': unit_s = 24 * 3600; break;
    case 'w': unit_s = 7 * 24 * 3600; break;
    default: return error;
  }
  return std::chrono::seconds(count * unit_s);
}

}  // namespace vieweratlas
