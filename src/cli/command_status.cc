#include "cli/command_status.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"

#include "vieweratlas/collect/daemon.h"
#include "vieweratlas/collect/status.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

// The file is written anew each five seconds; a machine under heavy load may be late.
constexpr std::chrono::seconds kFresh{60};

}  // namespace

Status CommandStatus::setup(const CommandLine& line, const Environment& environment) {
  Result<Configuration> configuration = configuration_for(line, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  return {};
}

Status CommandStatus::run() {
  const std::filesystem::path& folder = configuration_.settings.collection.logs_dir;
  const Result<std::string> text = read_file(status_file(folder));
  if (!text) {
    if (text.error().code != ErrorCode::kNotFound) return text.error();
    return Error{ErrorCode::kNotFound,
                 fmt::format("no collector has ever run on {}; start one with `vieweratlas collect`, or name its folder",
                             printable(folder.string(), 4000))};
  }
  Result<StoredStatus> status = parse_status(*text);
  if (!status) return std::move(status).error();
  const auto age = std::chrono::floor<std::chrono::seconds>(SystemClock().utc() - status->time);
  if (status->stopped) {
    status->problems = {fmt::format("the collector (process {}) was stopped at {}", status->pid,
                                    format_iso(std::chrono::floor<std::chrono::seconds>(status->time)))};
  } else if (age > kFresh) {
    status->problems.insert(
        status->problems.begin(),
        fmt::format("the collector (process {}) has said nothing for {} s: it was stopped or it hangs", status->pid, age.count()));
  }
  std::string said;
  for (const std::string& problem : status->problems) said += (said.empty() ? "" : "\n") + problem;
  if (health_) {
    if (!said.empty()) return Error{ErrorCode::kUnavailable, std::move(said)};
    print_result(wants_json() ? "{\"status\":\"ok\"}\n" : "healthy\n");
    return {};
  }
  print_result(wants_json() ? *text : fmt::format("{}\n{}{}", status->line, said, said.empty() ? "" : "\n"));
  return {};
}

}  // namespace vieweratlas
