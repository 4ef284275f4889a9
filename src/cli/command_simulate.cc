#include "cli/command_simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/interrupt.h"
#include "cli/json_writer.h"
#include "cli/progress.h"
#include "cli/results.h"
#include "cli/scratch_folder.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"
#include "cli/store_upload.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/simulate/simulate.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

std::string world_text(const SimulateOptions& world) {
  return fmt::format("{} channels in {} communities, {} viewers, {} bots, {} days, seed {}", with_thousands(world.channels),
                     with_thousands(world.communities), with_thousands(world.viewers), with_thousands(world.bots), world.days, world.seed);
}

/// A simulated world does not mix with what was collected, nor with another world.
Status check_that_nothing_else_is_there(const ObjectStore& store, const std::vector<FileEntry>& files) {
  std::set<std::string_view> ours;
  for (const FileEntry& file : files) ours.insert(file.key);
  const Result<std::vector<StoredObject>> there = store.list("raw/");
  if (!there) return there.error();
  for (const StoredObject& object : *there) {
    if (ours.contains(object.key)) continue;
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("simulate: {} is there already and is not of this world; choose another s3_prefix or sqlite_file",
                             printable(store.uri(object.key), 1000))};
  }
  return {};
}

std::string as_json(const SimulateReport& report, std::uint64_t seed, const std::string& place) {
  JsonWriter json;
  json.begin_object();
  json.field("status", "ok");
  json.field("output_dir", place);
  json.field("files", report.num_files);
  json.field("bytes", report.num_bytes);
  json.field("snapshots", report.num_snapshots);
  json.field("presence_rows", report.num_presence_rows);
  json.field("memberships", report.num_memberships);
  json.field("seed", seed);
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
  const Settings& settings = configuration_.settings;
  const bool into_files = settings.storage.type == StoreKind::kFile;
  std::unique_ptr<ObjectStore> store;
  if (!into_files) {
    Result<std::unique_ptr<ObjectStore>> opened = store_for(settings, environment_, {});
    if (!opened) return std::move(opened).error();
    store = *std::move(opened);
  }
  const std::string plain_place = into_files ? settings.simulate.output_dir.string() : store->uri("truth.json");
  const std::string place = printable(plain_place, 4000);
  if (settings.talk.dry_run) {
    print_result(fmt::format("would write to {}: {}\n", place, world_text(settings.simulate.world)));
    return {};
  }
  Session session(configuration_, environment_, fmt::format("stopped; the logs in {} are incomplete", place));
  session.tell_settings();
  Result<SimulateReport> report = into_files ? write(settings.simulate.output_dir, session) : write_to(*store, session);
  if (!report) return std::move(report).error();
  print_result(wants_json() ? as_json(*report, settings.simulate.world.seed, plain_place) : place + "\n");
  return {};
}

Result<SimulateReport> CommandSimulate::write(const std::filesystem::path& folder, Session& session) const {
  const SimulateSettings& settings = configuration_.settings.simulate;
  Console& console = session.console();
  ThreadPool pool(configuration_.settings.talk.threads);
  console.heading(fmt::format("SIMULATING: {}", world_text(settings.world)));
  const double begin_s = console.now_seconds();
  console.begin_progress("writing", ProgressUnit::kRows);
  Result<SimulateReport> report =
      simulate(settings.world, folder, pool, [&](std::uint64_t done, std::uint64_t total) { console.update_progress(done, total); });
  console.end_progress();
  if (!report) return report;
  console.info(fmt::format("      {} snapshots in {} files ({}), {} presence rows", with_thousands(report->num_snapshots),
                           with_thousands(report->num_files), bytes_text(report->num_bytes), with_thousands(report->num_presence_rows)));
  console.info(fmt::format("      {}", seconds_text(console.now_seconds() - begin_s)));
  return report;
}

/// By way of a folder: the world is made as for files, and truth.json says at the end that all of it is there.
Result<SimulateReport> CommandSimulate::write_to(ObjectStore& store, Session& session) const {
  const Settings& settings = configuration_.settings;
  if (Status reached = reach_store(settings, environment_, StoreUse::kRead, {}); !reached) return std::move(reached).error();
  const Result<std::unique_ptr<ScratchFolder>> work = ScratchFolder::make();
  if (!work) return work.error();
  const Interrupt::Writing writing(session.interrupt());  // a signal must not leave the folder behind
  Result<SimulateReport> report = write((*work)->path(), session);
  if (!report) return report;
  Result<std::vector<FileEntry>> files = list_files((*work)->path());
  if (!files) return std::move(files).error();
  if (Status free = check_that_nothing_else_is_there(store, *files); !free) return std::move(free).error();
  const auto truth =
      std::stable_partition(files->begin(), files->end(), [](const FileEntry& file) { return file.key.starts_with("raw/"); });
  const std::vector<FileEntry> last(truth, files->end());
  files->erase(truth, files->end());
  Console& console = session.console();
  console.begin_progress("uploading", ProgressUnit::kBytes);
  const UploadOptions options{.parallel = settings.storage.parallel,
                              .progress = [&](std::uint64_t done, std::uint64_t total) { console.update_progress(done, total); },
                              .cancelled = [&] { return session.interrupt().requested(); }};
  Status uploaded = upload_files(store, *files, options);
  console.end_progress();
  if (uploaded.ok()) uploaded = upload_files(store, last, {});
  if (!uploaded) return std::move(uploaded).error();
  return report;
}

}  // namespace vieweratlas
