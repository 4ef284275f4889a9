#include <chrono>
#include <string>

#include "render/furniture.h"

#include "vieweratlas/core/time.h"

namespace vieweratlas::render_internal {
namespace {

constexpr const char* kMonths[12] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};

std::string month_of(std::chrono::year_month_day date) { return kMonths[static_cast<unsigned>(date.month()) - 1]; }
std::string day_of(std::chrono::year_month_day date) { return std::to_string(static_cast<unsigned>(date.day())); }
std::string year_of(std::chrono::year_month_day date) { return std::to_string(static_cast<int>(date.year())); }

bool is_whole_month(std::chrono::year_month_day first, std::chrono::year_month_day last) {
  const std::chrono::year_month_day_last end_of_month(last.year(), std::chrono::month_day_last(last.month()));
  return first.year() == last.year() && first.month() == last.month() && first.day() == std::chrono::day(1) &&
         last.day() == end_of_month.day();
}

}  // namespace

std::string window_text(const std::string& begin, const std::string& end) {
  const auto from = parse_time(begin);
  const auto until = parse_time(end);
  if (!from || !until) return {};
  const std::chrono::year_month_day first(std::chrono::floor<std::chrono::days>(*from));
  const std::chrono::year_month_day last(std::chrono::floor<std::chrono::days>(*until));
  std::string closing = day_of(last) + " " + month_of(last) + " " + year_of(last);
  if (is_whole_month(first, last)) return month_of(last) + " " + year_of(last);
  if (first == last) return closing;
  const std::string dash = "\u2009\u2013\u2009";  // thin spaces around an en dash
  if (first.year() != last.year()) return day_of(first) + " " + month_of(first) + " " + year_of(first) + dash + closing;
  if (first.month() != last.month()) return day_of(first) + " " + month_of(first) + dash + closing;
  return day_of(first) + "\u2013" + closing;
}

}  // namespace vieweratlas::render_internal
