#include "cli/command_quality.h"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/presence_store.h"
#include "cli/privacy_rules.h"
#include "cli/progress.h"
#include "cli/quality_text.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_settings.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/pipeline/presence_source.h"
#include "vieweratlas/presence/quality.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

Status CommandQuality::setup(const CommandLine& line, const Environment& environment) {
  environment_ = environment;
  Result<Configuration> configuration = configuration_for(line, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  return {};
}

Status CommandQuality::run() {
  const Settings& settings = configuration_.settings;
  if (settings.talk.dry_run) {
    print_result(fmt::format("would read {}; quality writes nothing\n", printable(settings.analysis.folder.string(), 4000)));
    return {};
  }
  Session session(configuration_, environment_, "stopped");
  session.tell_settings();
  ThreadPool pool(settings.talk.threads);
  Console& console = session.console();
  AnalysisOptions options = settings.analysis;
  if (options.edges.empty()) {
    if (Status reached = reach_store(settings, environment_, StoreUse::kRead, {}); !reached) return reached;
  }
  if (Status obeyed = obey_forgotten(settings, environment_, console, options); !obeyed) return obeyed;
  const Result<std::unique_ptr<ObjectStore>> store = open_presence(settings, environment_, options);
  if (!store) return store.error();
  ReadOptions read = options.read;
  if (!options.exclude_channels_file.empty()) {
    Result<std::vector<std::string>> excluded = read_channel_list(options.exclude_channels_file);
    if (!excluded) return std::move(excluded).error().with_context("reading the list of excluded channels");
    read.exclude_channels = *std::move(excluded);
  }
  read.progress = [&](std::uint64_t done, std::uint64_t total) { console.update_progress(done, total); };
  console.begin_progress("reading", ProgressUnit::kBytes);
  InputReport report;
  const Result<Presence> presence = read_input(presence_source(options), read, pool, &report);
  console.end_progress();
  if (!presence) return presence.error();
  for (const std::string& line : input_text(report)) console.info(line);
  const QualityReport quality = quality_report(*presence);
  print_result(wants_json() ? quality_json(quality, presence->report) : quality_text(quality, presence->report));
  return {};
}

}  // namespace vieweratlas
