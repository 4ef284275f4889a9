#include "cli/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/option.h"
#include "cli/private_memory.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"

namespace vieweratlas {
namespace {

ConsoleOptions console_options(const TalkSettings& talk, const Environment& environment) {
  const bool terminal = isatty(STDERR_FILENO) == 1;
  return ConsoleOptions{
      .level = console_level(talk),
      .color = wants_color(talk.color, environment, terminal),
      .terminal = terminal,
      .now_seconds = [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); },
  };
}

}  // namespace

Session::Session(const Configuration& configuration, const Environment& environment, std::string interrupted)
    : configuration_(configuration),
      console_(console_options(configuration.settings.talk, environment), nullptr),
      interrupt_([this, text = std::move(interrupted)] { console_.error(text); }) {}

void Session::open_log_file() {
  const TalkSettings& talk = configuration_.settings.talk;
  if (talk.log_file.empty() || talk.dry_run) return;
  const Result<std::string> pattern = log_pattern(talk.log_format);
  Result<std::unique_ptr<Logger>> file = make_logger({.file_level = talk.verbose ? LogLevel::kDebug : talk.log_level,
                                                      .console = false,
                                                      .file = talk.log_file,
                                                      .file_format = pattern.ok() ? *pattern : std::string()});
  if (!file) {
    console_.warning(file.error().message + "; going on without a log file");
    return;
  }
  console_.set_file(*std::move(file));
}

void Session::tell_settings() {
  const std::span<const Option> options = option_table();
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (configuration_.origins[i].kind == OriginKind::kDefault || options[i].secret) continue;
    console_.debug(
        fmt::format("{} = {} ({})", options[i].key, options[i].field.print(configuration_.settings), configuration_.origins[i].where));
  }
}

Result<Configuration> configuration_for(const CommandLine& line, const Environment& environment) {
  Result<Configuration> configuration = load_configuration(
      {.base = line.arguments.empty() ? std::string() : line.arguments.front(), .environment = environment, .flags = line.flags});
  if (!configuration) return configuration;
  if (const Result<std::string> pattern = log_pattern(configuration->settings.talk.log_format); !pattern) return pattern.error();
  if (configuration->settings.storage.type == StoreKind::kS3) keep_memory_private();  // it will hold the keys of the account
  return configuration;
}

}  // namespace vieweratlas
