#include "cli/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/progress.h"
#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kLongestLine = 4000;  // a line beyond it is an accident or an attack
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kReset = "\x1b[0m";

std::string_view color_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return kDim;
    case LogLevel::kInfo: return {};
    case LogLevel::kWarning: return kYellow;
    case LogLevel::kError: return kRed;
  }
  return {};
}

std::string_view prefix_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
    case LogLevel::kInfo: return {};
    case LogLevel::kWarning: return "warning: ";
    case LogLevel::kError: return "error: ";
  }
  return {};
}

}  // namespace

Console::Console(ConsoleOptions options, std::unique_ptr<Logger> file) : options_(std::move(options)), file_(std::move(file)) {}

Console::~Console() { clear_bar(); }

void Console::write(LogLevel level, std::string_view message) {
  const std::scoped_lock lock(mutex_);
  for (const std::string_view raw : split(message, '\n')) {
    const std::string line = printable(raw, kLongestLine);
    if (level >= options_.level) print(color_of(level), prefix_of(level), line);
    if (file_ && !trim(line).empty()) file_->write(level, trim(line));
  }
}

void Console::heading(std::string_view message) {
  const std::scoped_lock lock(mutex_);
  const std::string line = printable(message, kLongestLine);
  if (options_.level <= LogLevel::kInfo) print(kBold, "", line);
  if (file_) file_->info(line);
}

void Console::note(LogLevel level, std::string_view message) {
  const std::scoped_lock lock(mutex_);
  if (file_) file_->write(level, message);
}

void Console::set_file(std::unique_ptr<Logger> file) {
  const std::scoped_lock lock(mutex_);
  file_ = std::move(file);
}

void Console::begin_progress(std::string_view what, ProgressUnit unit) {
  const std::scoped_lock lock(mutex_);
  progress_.emplace(what, unit, options_.terminal);
}

void Console::update_progress(std::uint64_t done, std::uint64_t total) {
  const std::scoped_lock lock(mutex_);
  if (!progress_ || options_.level > LogLevel::kInfo) return;
  const std::optional<std::string> line = progress_->update(done, total, options_.now_seconds());
  if (!line) return;
  if (options_.terminal) {
    std::fprintf(options_.stream, "\r%s\x1b[K", line->c_str());
    bar_on_line_ = true;
  } else {
    std::fprintf(options_.stream, "%s\n", line->c_str());
  }
  std::fflush(options_.stream);
}

void Console::show_state(std::string_view line) {
  constexpr double kPlainPeriodS = 60;
  const std::scoped_lock lock(mutex_);
  if (options_.level > LogLevel::kInfo) return;
  const std::string text = printable(line, kLongestLine);
  if (options_.terminal) {
    std::fprintf(options_.stream, "\r%s\x1b[K", text.c_str());
    bar_on_line_ = true;
  } else {
    const double now_s = options_.now_seconds();
    if (state_shown_s_ && now_s - *state_shown_s_ < kPlainPeriodS) return;
    state_shown_s_ = now_s;
    std::fprintf(options_.stream, "%s\n", text.c_str());
  }
  std::fflush(options_.stream);
}

void Console::end_progress() {
  const std::scoped_lock lock(mutex_);
  clear_bar();
  progress_.reset();
}

void Console::clear_bar() {
  if (!bar_on_line_) return;
  std::fputs("\r\x1b[K", options_.stream);
  std::fflush(options_.stream);
  bar_on_line_ = false;
}

void Console::print(std::string_view color, std::string_view prefix, std::string_view text) {
  clear_bar();
  const bool colored = options_.color && !color.empty();
  const std::string line = fmt::format("{}{}{}{}\n", colored ? color : "", prefix, text, colored ? kReset : "");
  std::fwrite(line.data(), 1, line.size(), options_.stream);
  std::fflush(options_.stream);
}

bool wants_color(ColorChoice choice, const Environment& environment, bool terminal) {
  if (choice != ColorChoice::kAuto) return choice == ColorChoice::kAlways;
  const auto no_color = environment.find("NO_COLOR");
  const auto term = environment.find("TERM");
  if (no_color != environment.end() && !no_color->second.empty()) return false;
  return terminal && (term == environment.end() || term->second != "dumb");
}

LogLevel console_level(const TalkSettings& talk) {
  if (talk.quiet) return LogLevel::kWarning;
  if (talk.verbose) return LogLevel::kDebug;
  return std::min(talk.log_level, LogLevel::kWarning);
}

Result<std::string> log_pattern(std::string_view log_format) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kPlaceholders{{
      {"%(asctime)s", "%Y-%m-%dT%H:%M:%SZ"},
      {"%(levelname)s", "%l"},
      {"%(name)s", "vieweratlas"},
      {"%(message)s", "%v"},
  }};
  std::string pattern;
  while (!log_format.empty()) {
    if (log_format.front() != '%') {
      pattern += log_format.front();
      log_format.remove_prefix(1);
      continue;
    }
    if (log_format.starts_with("%%")) {
      pattern += "%%";
      log_format.remove_prefix(2);
      continue;
    }
    const auto* const known =
        std::find_if(kPlaceholders.begin(), kPlaceholders.end(), [&](const auto& entry) { return log_format.starts_with(entry.first); });
    if (known == kPlaceholders.end()) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("log_format knows %(asctime)s, %(levelname)s, %(name)s and %(message)s; at \"{}\" there is something else",
                               printable(log_format, 40))};
    }
    pattern += known->second;
    log_format.remove_prefix(known->first.size());
  }
  return pattern;
}

}  // namespace vieweratlas
