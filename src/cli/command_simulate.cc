#include "cli/command_simulate.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/json_writer.h"
#include "cli/progress.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas {
namespace {

std::string world_text(const SimulateOptions& world) {
  return fmt::format("{} channels in {} communities, {} viewers, {} bots, {} days, seed {}", with_thousands(world.channels),
                     with_thousands(world.communities), with_thousands(world.viewers), with_thousands(world.bots), world.days, world.seed);
}

std::string as_json(const SimulateReport& report, const SimulateSettings& settings) {
  JsonWriter json;
  json.begin_object();
  json.field("status", "ok");
  json.field("output_dir", settings.output_dir.string());
  json.field("files", report.num_files);
  json.field("bytes", report.num_bytes);
  json.field("snapshots", report.num_snapshots);
  json.field("presence_rows", report.num_presence_rows);
  json.field("memberships", report.num_memberships);
  json.field("seed", settings.world.seed);
  json.end_object();
  return json.finish();
}

}  // namespace

Status CommandSimulate::setup(const CommandLine& line, const Environment& environment) {
  environment_ = environment;
  Result<Configuration> configuration = configuration_for(line, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  return validate(configuration_.settings.simulate.world);
}

Status CommandSimulate::run() {
  const SimulateSettings& settings = configuration_.settings.simulate;
  const std::string folder = printable(settings.output_dir.string(), 4000);
  if (configuration_.settings.talk.dry_run) {
    print_result(fmt::format("would write to {}: {}\n", folder, world_text(settings.world)));
    return {};
  }
  Session session(configuration_, environment_, fmt::format("stopped; the logs in {} are incomplete", folder));
  Console& console = session.console();
  session.tell_settings();
  ThreadPool pool(configuration_.settings.talk.threads);
  console.heading(fmt::format("SIMULATING: {}", world_text(settings.world)));
  const double begin_s = console.now_seconds();
  console.begin_progress("writing", ProgressUnit::kRows);
  const Result<SimulateReport> report = simulate(settings.world, settings.output_dir, pool,
                                                 [&](std::uint64_t done, std::uint64_t total) { console.update_progress(done, total); });
  console.end_progress();
  if (!report) return report.error();
  console.info(fmt::format("      {} snapshots in {} files ({}), {} presence rows", with_thousands(report->num_snapshots),
                           with_thousands(report->num_files), bytes_text(report->num_bytes), with_thousands(report->num_presence_rows)));
  console.info(fmt::format("      {}", seconds_text(console.now_seconds() - begin_s)));
  print_result(wants_json() ? as_json(*report, settings) : folder + "\n");
  return {};
}

}  // namespace vieweratlas
