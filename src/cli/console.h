#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "cli/progress.h"
#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"

namespace vieweratlas {

struct ConsoleOptions {
  LogLevel level = LogLevel::kInfo;
  bool color = false;
  bool terminal = false;                ///< progress is a bar that is drawn over itself
  std::FILE* stream = stderr;           ///< must outlive the console
  std::function<double()> now_seconds;  ///< a steady clock
};

/// Talk for people on stderr, and the same into the log file. Thread-safe. Foreign text is made printable; a message may
/// have several lines.
class Console final : public Logger {
 public:
  /// `file` may be empty: no log file.
  Console(ConsoleOptions options, std::unique_ptr<Logger> file);
  ~Console() override;
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  void write(LogLevel level, std::string_view message) override;
  /// An info line that stands out.
  void heading(std::string_view message);
  /// Into the log file alone.
  void note(LogLevel level, std::string_view message);
  void set_file(std::unique_ptr<Logger> file);

  void begin_progress(std::string_view what, ProgressUnit unit);
  void update_progress(std::uint64_t done, std::uint64_t total);
  void end_progress();

  /// A line that stands for the present state: drawn over itself on a terminal, shown at most once a minute elsewhere.
  void show_state(std::string_view line);

  [[nodiscard]] double now_seconds() const { return options_.now_seconds(); }

 private:
  void clear_bar();
  void print(std::string_view color, std::string_view prefix, std::string_view text);

  std::mutex mutex_;
  ConsoleOptions options_;
  std::unique_ptr<Logger> file_;
  std::optional<Progress> progress_;
  bool bar_on_line_ = false;
  std::optional<double> state_shown_s_;
};

/// True when messages to `stream` may have colours: `choice`, then NO_COLOR and TERM=dumb, then whether it is a terminal.
[[nodiscard]] bool wants_color(ColorChoice choice, const Environment& environment, bool terminal);

/// The lowest level shown on the console: quiet shows warnings, verbose shows all, otherwise `log_level`, but at least
/// warnings: `log_level: error` is for the log file and must not hide what is lost.
[[nodiscard]] LogLevel console_level(const TalkSettings& talk);

/// spdlog's pattern for a line in the style of Python's logging ("%(asctime)s - %(levelname)s - %(message)s").
/// Errors: invalid_argument (a placeholder that is not known).
[[nodiscard]] Result<std::string> log_pattern(std::string_view log_format);

}  // namespace vieweratlas
