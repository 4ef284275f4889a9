#include "cli/analysis_schedule.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/option.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/child_process.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

/// What the analysis said last: its error, when it failed.
std::string last_line(const std::filesystem::path& file) {
  const Result<std::string> text = read_file(file);
  if (!text) return {};
  const std::string_view body = trim(*text);
  return printable(body.substr(body.rfind('\n') == std::string_view::npos ? 0 : body.rfind('\n') + 1), 400);
}

}  // namespace

AnalysisSchedule::AnalysisSchedule(std::vector<std::string> words, Environment environment, std::filesystem::path output,
                                   std::uint64_t interval_rounds, Logger& log)
    : words_(std::move(words)),
      environment_(std::move(environment)),
      output_(std::move(output)),
      interval_rounds_(interval_rounds),
      next_rounds_(interval_rounds),
      log_(log) {}

void AnalysisSchedule::on_rounds_stored(std::uint64_t num_rounds) {
  if (num_rounds >= next_rounds_) {
    due_ = true;
    next_rounds_ = num_rounds + interval_rounds_;
  }
  poll();
}

void AnalysisSchedule::poll() {
  if (const std::optional<int> code = child_.poll()) {
    if (*code == 0) {
      log_.info("the analysis is done; its results are in place");
    } else {
      log_.warning(
          fmt::format("the analysis failed ({}); the earlier results stay, collecting goes on. It said: {}", *code, last_line(output_)));
    }
  }
  if (due_ && !child_.running()) start();
}

void AnalysisSchedule::finish(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kLook{100};
  poll();
  while (child_.running() && !stop.stop_requested()) {
    std::this_thread::sleep_for(kLook);
    poll();
  }
}

void AnalysisSchedule::start() {
  due_ = false;
  std::error_code problem;
  ChildCommand command{.program = std::filesystem::read_symlink("/proc/self/exe", problem), .arguments = words_};
  if (problem) {
    log_.warning("the analysis cannot be started: this program's own file cannot be found: " + problem.message());
    return;
  }
  for (const auto& [name, value] : environment_) command.environment.push_back(fmt::format("{}={}", name, value));
  command.in_background = true;
  command.log = output_;
  Result<ChildProcess> child = ChildProcess::start(command);
  if (!child) {
    log_.warning(fmt::format("the analysis cannot be started: {}", child.error().message));
    return;
  }
  child_ = *std::move(child);
  log_.info("analysing what is stored, at low priority");
}

std::vector<std::string> analysis_words(const CommandLine& line, const std::filesystem::path& data_dir) {
  std::vector<std::string> words{"analyze"};
  if (!line.arguments.empty()) words.push_back(line.arguments.front());
  const std::span<const Option> options = option_table();
  for (const GivenValue& given : line.flags) {
    const Option& option = options[given.option];
    if (!option.used_by("analyze") || option.key == "log_file" || option.key == "json") continue;
    for (const std::string& item : given.value.items) words.push_back(fmt::format("{}={}", option.flag_name(), item));
  }
  words.push_back(fmt::format("--logs-dir={}", data_dir.string()));
  words.emplace_back("--log-file=none");  // two processes must not rotate one file
  return words;
}

Environment without_secrets(Environment environment) {
  for (const Option& option : option_table()) {
    if (!option.secret) continue;
    for (const std::string& name : option.environment_names()) environment.erase(name);
  }
  return environment;
}

}  // namespace vieweratlas
