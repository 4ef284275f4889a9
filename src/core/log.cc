#include "vieweratlas/core/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

class SpdLogger final : public Logger {
 public:
  SpdLogger(std::shared_ptr<spdlog::logger> console, std::shared_ptr<spdlog::logger> file, std::function<void()> before)
      : console_(std::move(console)), file_(std::move(file)), before_(std::move(before)) {}

  void write(LogLevel level, std::string_view message) override {
    constexpr std::size_t kLongest = 4000;  // a line beyond it is an accident or an attack
    const std::string line = printable(message, kLongest);
    if (console_ && console_->should_log(to_spdlog(level))) {
      if (before_) before_();
      console_->log(to_spdlog(level), spdlog::string_view_t(line));
    }
    if (file_) file_->log(to_spdlog(level), spdlog::string_view_t(line));
  }

 private:
  std::shared_ptr<spdlog::logger> console_;
  std::shared_ptr<spdlog::logger> file_;
  std::function<void()> before_;
};

std::unique_ptr<spdlog::formatter> utc(const std::string& pattern) {
  return std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc);
}

}  // namespace

Result<std::unique_ptr<Logger>> make_logger(const LogOptions& options) {
  std::shared_ptr<spdlog::logger> console;
  std::shared_ptr<spdlog::logger> file;
  if (options.console) {
    auto sink =
        std::make_shared<spdlog::sinks::stderr_color_sink_mt>(options.color ? spdlog::color_mode::always : spdlog::color_mode::never);
    sink->set_formatter(utc("%^%v%$"));
    console = std::make_shared<spdlog::logger>("console", std::move(sink));
    console->set_level(to_spdlog(options.console_level));
  }
  if (options.file) {
    std::error_code ignored;
    std::filesystem::create_directories(options.file->parent_path(), ignored);
    try {
      auto sink =
          std::make_shared<spdlog::sinks::rotating_file_sink_mt>(options.file->string(), options.max_file_bytes, options.max_files - 1);
      sink->set_formatter(utc(options.file_format.empty() ? "%Y-%m-%dT%H:%M:%SZ %l %v" : options.file_format));
      file = std::make_shared<spdlog::logger>("file", std::move(sink));
      file->set_level(to_spdlog(options.file_level));
      file->flush_on(spdlog::level::info);
    } catch (const spdlog::spdlog_ex&) {
      return Error{ErrorCode::kDenied, "the log file " + options.file->string() +
                                           " cannot be written; make its folder writable or name another with --log-file"};
    }
  }
  return std::unique_ptr<Logger>(std::make_unique<SpdLogger>(std::move(console), std::move(file), options.before_console_line));
}

}  // namespace vieweratlas
