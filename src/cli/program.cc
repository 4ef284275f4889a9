#include "vieweratlas/cli/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/command_analyze.h"
#include "cli/command_channels.h"
#include "cli/command_collect.h"
#include "cli/command_compact.h"
#include "cli/command_config.h"
#include "cli/command_doctor.h"
#include "cli/command_forget.h"
#include "cli/command_lake.h"
#include "cli/command_line.h"
#include "cli/command_login.h"
#include "cli/command_purge.h"
#include "cli/command_quality.h"
#include "cli/command_simulate.h"
#include "cli/command_status.h"
#include "cli/command_storage.h"
#include "cli/command_version.h"
#include "cli/command_vod.h"
#include "cli/exit_code.h"
#include "cli/option.h"
#include "cli/results.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

/// Errors end here: one line each on stderr, in JSON on stdout where that is wanted.
int report(const Error& error, bool json) {
  for (const std::string_view line : split(error.message, '\n')) {
    std::fputs(fmt::format("vieweratlas: {}\n", printable(line, 4000)).c_str(), stderr);
  }
  if (json) print_result(error_json(error));
  return exit_code_of(error.code);
}

bool has_json_flag(const CommandLine& line) {
  return std::any_of(line.flags.begin(), line.flags.end(), [](const GivenValue& given) {
    return option_table()[given.option].key == "json" && given.value.items == std::vector<std::string>{"true"};
  });
}

int run_command(const CommandLine& line, const Environment& environment) {
  const CommandInfo* info = find_command(line.command);
  if (line.help || info == nullptr) {
    print_result(help_text(line.command));
    return kExitOk;
  }
  if (!info->in_this_release) {
    return report({ErrorCode::kInvalidArgument, fmt::format("{} is not in this release; analyze, simulate and quality are", info->name)},
                  false);
  }
  const std::unique_ptr<Command> command = make_command(line.command);
  if (const Status status = command->setup(line, environment); !status.ok()) {
    return report(status.error(), command->wants_json() || has_json_flag(line));
  }
  if (const Status status = command->run(); !status.ok()) return report(status.error(), command->wants_json());
  return kExitOk;
}

/// A result that did not reach its reader (a full disk behind `>`) must not look like success.
int finish(int exit_code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  return std::max(
      exit_code, report({ErrorCode::kUnavailable, fmt::format("the result cannot be written to stdout: {}", std::strerror(errno))}, false));
}

}  // namespace

std::unique_ptr<Command> make_command(std::string_view name) {
  if (name == "analyze") return std::make_unique<CommandAnalyze>();
  if (name == "simulate") return std::make_unique<CommandSimulate>();
  if (name == "quality") return std::make_unique<CommandQuality>();
  if (name == "collect") return std::make_unique<CommandCollect>(false);
  if (name == "continuous") return std::make_unique<CommandCollect>(true);
  if (name == "status") return std::make_unique<CommandStatus>(false);
  if (name == "health") return std::make_unique<CommandStatus>(true);
  if (name == "doctor") return std::make_unique<CommandDoctor>();
  if (name == "forget") return std::make_unique<CommandForget>();
  if (name == "purge") return std::make_unique<CommandPurge>();
  if (name == "compact") return std::make_unique<CommandCompact>();
  if (name == "lake stats") return std::make_unique<CommandLakeStats>();
  if (name == "lake verify") return std::make_unique<CommandLakeVerify>();
  if (name == "lake purge") return std::make_unique<CommandLakePurge>();
  if (name == "login") return std::make_unique<CommandLogin>();
  if (name == "channels update") return std::make_unique<CommandChannelsUpdate>();
  if (name == "vod add") return std::make_unique<CommandVodQueue>(true);
  if (name == "vod stats") return std::make_unique<CommandVodQueue>(false);
  if (name == "vod import") return std::make_unique<CommandVodImport>();
  if (name == "vod discover") return std::make_unique<CommandVodRun>(CommandVodRun::Work::kDiscover);
  if (name == "vod process") return std::make_unique<CommandVodRun>(CommandVodRun::Work::kProcess);
  if (name == "preprocess_vods") return std::make_unique<CommandVodRun>(CommandVodRun::Work::kBoth);
  if (name == "storage export") return std::make_unique<CommandTransfer>(CommandTransfer::Direction::kExport);
  if (name == "storage import") return std::make_unique<CommandTransfer>(CommandTransfer::Direction::kImport);
  if (name == "storage list") return std::make_unique<CommandObjects>(CommandObjects::Work::kList);
  if (name == "storage get") return std::make_unique<CommandObjects>(CommandObjects::Work::kGet);
  if (name == "storage put") return std::make_unique<CommandObjects>(CommandObjects::Work::kPut);
  if (name == "config show") return std::make_unique<CommandConfigShow>();
  if (name == "config validate") return std::make_unique<CommandConfigValidate>();
  if (name == "config docs") return std::make_unique<CommandConfigDocs>();
  return std::make_unique<CommandVersion>();
}

int run_program(std::span<const std::string> words, const std::map<std::string, std::string, std::less<>>& environment) {
  const Result<CommandLine> line = parse_command_line(words);
  if (!line) return finish(report(line.error(), std::find(words.begin(), words.end(), "--json") != words.end()));
  return finish(run_command(*line, environment));
}

}  // namespace vieweratlas
