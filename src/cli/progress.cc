#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

// Ten drawings a second look like motion; a log file wants a line every five seconds. Work that ends sooner shows nothing.
constexpr double kTerminalInterval_s = 0.1;
constexpr double kPlainInterval_s = 5;
constexpr int kBarWidth = 24;

}  // namespace

std::optional<std::string> Progress::update(std::uint64_t done, std::uint64_t total, double now_s) {
  if (!begin_s_) begin_s_ = shown_s_ = now_s;
  const double interval_s = terminal_ ? kTerminalInterval_s : kPlainInterval_s;
  if (now_s - shown_s_ < interval_s) return std::nullopt;
  shown_s_ = now_s;
  return line(done, total, now_s - *begin_s_);
}

std::string Progress::line(std::uint64_t done, std::uint64_t total, double elapsed_s) const {
  const double rate = static_cast<double>(done) / std::max(elapsed_s, 1e-3);
  if (total == 0) return fmt::format("  {} {} ({}/s)", what_, amount(static_cast<double>(done)), amount(rate));
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  std::string text = fmt::format("  {} ", what_);
  if (terminal_) {
    const int full = static_cast<int>(std::lround(share * kBarWidth));
    text += fmt::format("[{:#<{}}{:.<{}}] ", "", full, "", kBarWidth - full);
  }
  text += fmt::format("{:.0f} % of {}, {}/s", share * 100, amount(static_cast<double>(total)), amount(rate));
  if (done < total && rate > 0) text += fmt::format(", {} left", seconds_text(static_cast<double>(total - done) / rate));
  return text;
}

std::string Progress::amount(double number) const {
  if (unit_ == ProgressUnit::kBytes) return bytes_text(static_cast<std::uint64_t>(std::max(number, 0.0)));
  return abbreviated(number) + (unit_ == ProgressUnit::kFiles ? " files" : " rows");
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<std::pair<double, const char*>, 4> kUnits{{{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}}};
  for (const auto& [size, unit] : kUnits) {
    const double scaled = static_cast<double>(bytes) / size;
    if (scaled >= 0.9995) return scaled < 9.95 ? fmt::format("{:.1f} {}", scaled, unit) : fmt::format("{:.0f} {}", scaled, unit);
  }
  return fmt::format("{} B", bytes);
}

std::string seconds_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.2f} s", seconds);
  if (seconds < 99.5) return fmt::format("{:.0f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

}  // namespace vieweratlas
