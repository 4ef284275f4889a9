#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// Where lines for people and for the log file go. Thread-safe.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual void write(LogLevel level, std::string_view message) = 0;

  void debug(std::string_view message) { write(LogLevel::kDebug, message); }
  void info(std::string_view message) { write(LogLevel::kInfo, message); }
  void warning(std::string_view message) { write(LogLevel::kWarning, message); }
  void error(std::string_view message) { write(LogLevel::kError, message); }
};

struct LogOptions {
  LogLevel console_level = LogLevel::kInfo;  ///< to stderr
  LogLevel file_level = LogLevel::kInfo;
  bool color = false;
  bool console = true;
  std::optional<std::filesystem::path> file;  ///< rotated; folders are made
  std::uint64_t max_file_bytes = 10'000'000;  ///< a file is rotated when it would grow beyond it
  std::uint32_t max_files = 5;                ///< the live one included
  std::string file_format;                    ///< spdlog pattern; empty = "2026-11-22T10:00:00Z level message"
  /// Called before each console line, so that a progress bar can leave the line; may be empty.
  std::function<void()> before_console_line;
};

/// Returns a logger to stderr and a rotating file. Messages are foreign text made printable: no control characters pass.
/// Errors: denied (log file cannot be written; the message names file and remedy).
[[nodiscard]] Result<std::unique_ptr<Logger>> make_logger(const LogOptions& options);

}  // namespace vieweratlas
