#include "cli/twitch_command.h"

#include <utility>

#include "cli/collect_settings.h"
#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/private_memory.h"
#include "cli/session.h"
#include "cli/setting_source.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {

Status TwitchCommand::setup(const CommandLine& line, const Environment& environment) {
  keep_memory_private();
  environment_ = environment;
  Result<Configuration> configuration = configuration_for(line, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  Result<CollectOptions> options = collect_options(configuration_.settings, environment);
  if (!options) return std::move(options).error();
  options_ = *std::move(options);
  return {};
}

}  // namespace vieweratlas
