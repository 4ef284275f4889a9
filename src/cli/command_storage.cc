#include "cli/command_storage.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/interrupt.h"
#include "cli/json_writer.h"
#include "cli/progress.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/transfer.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxShownKey = 2048;  // all of a key, with its blanks escaped

/// What a running collector of one machine keeps beside its data: an open round, locks, its state, its log.
bool belongs_to_one_machine(std::string_view key) {
  constexpr std::array<std::string_view, 5> kStates{"state/journal/", "state/status.json", "state/collector.number", "state/analysis.log",
                                                    "state/doctor-"};
  for (const std::string_view state : kStates) {
    if (key.starts_with(state)) return true;
  }
  const bool is_top_log = key.ends_with(".log") && key.find('/') == std::string_view::npos;
  return is_top_log || (key.starts_with("state/") && key.ends_with(".lock"));
}

/// The database's own files, when they lie in the folder that is copied.
bool is_database(const StoreOptions& folder, const StoreOptions& database, std::string_view key) {
  if (folder.kind != StoreKind::kFile || database.kind != StoreKind::kSqlite) return false;
  const std::string path = fs::absolute(folder.folder / key).lexically_normal().string();
  const std::string file = fs::absolute(database.sqlite_file).lexically_normal().string();
  return path == file || path == file + "-wal" || path == file + "-shm";
}

/// Places that are one are to look like one, whatever links lead there.
StoreOptions with_real_path(StoreOptions options) {
  fs::path& path = options.kind == StoreKind::kSqlite ? options.sqlite_file : options.folder;
  if (options.kind == StoreKind::kS3 || path.empty()) return options;
  std::error_code problem;
  fs::path real = fs::weakly_canonical(fs::absolute(path, problem), problem);
  if (!problem) path = std::move(real);
  return options;
}

std::string as_text(const TransferReport& report, bool dry_run) {
  std::string text = fmt::format("{} {} objects ({}); {} were there, of which {} were compared\n", dry_run ? "would copy" : "copied",
                                 with_thousands(report.num_copied), bytes_text(report.num_copied_bytes),
                                 with_thousands(report.num_known + report.num_compared), with_thousands(report.num_compared));
  if (report.num_left_out > 0) text += fmt::format("{} belong to this machine alone and stay\n", with_thousands(report.num_left_out));
  if (report.num_refused > 0) text += fmt::format("{} have names that a store does not take\n", with_thousands(report.num_refused));
  for (const TransferProblem& problem : report.problems) text += fmt::format("not copied: {}\n", printable(problem.error.message, 2000));
  return text;
}

std::string as_json(const TransferReport& report, bool dry_run) {
  JsonWriter json;
  json.begin_object();
  const bool complete = report.num_failed == 0 && !report.stopped;
  json.field("status", dry_run ? "dry_run" : complete ? "ok" : "incomplete");
  json.field("objects", report.num_objects);
  json.field("bytes", report.num_bytes);
  json.field("copied", report.num_copied);
  json.field("copied_bytes", report.num_copied_bytes);
  json.field("known", report.num_known);
  json.field("compared", report.num_compared);
  json.field("left_out", report.num_left_out);
  json.field("refused", report.num_refused);
  json.field("failed", report.num_failed);
  json.begin_array("problems");
  for (const TransferProblem& problem : report.problems) json.item(problem.error.message);
  json.end_array();
  json.end_object();
  return json.finish();
}

}  // namespace

Status CommandTransfer::setup(const CommandLine& line, const Environment& environment) {
  environment_ = environment;
  Result<Configuration> configuration = configuration_for(line, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  const StorageSettings& storage = configuration_.settings.storage;
  const bool is_export = direction_ == Direction::kExport;
  const std::string& place = is_export ? storage.transfer_to : storage.transfer_from;
  if (place.empty()) {
    return Error{ErrorCode::kInvalidArgument, is_export ? "storage export needs a place: --to FOLDER, sqlite:FILE or s3://BUCKET/PREFIX"
                                                        : "storage import needs a place: --from FOLDER, sqlite:FILE or s3://BUCKET/PREFIX"};
  }
  const Result<StoreOptions> other = parse_place(place, configuration_.settings, environment_, {});
  if (!other) return other.error();
  std::error_code ignored;  // what cannot be looked at is not there
  if (!is_export && other->kind == StoreKind::kFile && !fs::is_directory(other->folder, ignored)) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("there is no folder {}", printable(other->folder.string(), 1000))};
  }
  if (!is_export && other->kind == StoreKind::kSqlite && !fs::exists(other->sqlite_file, ignored)) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("there is no file {}", printable(other->sqlite_file.string(), 1000))};
  }
  const Result<StoreOptions> mine = store_options(configuration_.settings, environment_, {});
  return mine ? Status() : Status(mine.error());
}

Result<TransferReport> CommandTransfer::copy(Session& session, const std::stop_token& stop) const {
  const Settings& settings = configuration_.settings;
  const bool is_export = direction_ == Direction::kExport;
  const Result<StoreOptions> mine = store_options(settings, environment_, stop);
  if (!mine) return mine.error();
  const Result<StoreOptions> other =
      parse_place(is_export ? settings.storage.transfer_to : settings.storage.transfer_from, settings, environment_, stop);
  if (!other) return other.error();
  const StoreOptions source = with_real_path(is_export ? *mine : *other);
  StoreOptions target = with_real_path(is_export ? *other : *mine);
  // Nothing is made by looking: a folder that is not there is as empty as a database that is not there.
  std::error_code ignored;
  if (settings.talk.dry_run && target.kind == StoreKind::kSqlite && !fs::exists(target.sqlite_file, ignored)) {
    target = {.kind = StoreKind::kFile, .folder = target.sqlite_file};
  }
  for (const StoreOptions& place : {source, target}) {
    if (Status reached = reach_place(place); !reached) return std::move(reached).error();
  }
  Result<std::unique_ptr<ObjectStore>> from = open_store(source);
  if (!from) return std::move(from).error();
  Result<std::unique_ptr<ObjectStore>> to = open_store(target);
  if (!to) return std::move(to).error();
  const StoreOptions own = with_real_path(*mine);
  Console& console = session.console();
  console.begin_progress("copying", ProgressUnit::kFiles);
  Result<TransferReport> report =
      transfer(**from, **to,
               {.prefix = settings.storage.transfer_prefix,
                .dry_run = settings.talk.dry_run,
                .num_parallel = settings.storage.parallel,
                .stop = stop,
                .leaves_out =
                    [&](std::string_view key) {
                      return belongs_to_one_machine(key) || is_database(source, target, key) || is_database(source, own, key);
                    },
                .progress = [&](const TransferProgress& progress) { console.update_progress(progress.num_objects, 0); }});
  console.end_progress();
  return report;
}

Status CommandTransfer::run() {
  Session session(configuration_, environment_, "stopped");
  std::stop_source stop;
  const Interrupt::Serving serving(session.interrupt(), stop, [&] { session.console().warning("stopping"); });
  session.tell_settings();
  const Result<TransferReport> report = copy(session, stop.get_token());
  if (!report) return report.error();
  print_result(wants_json() ? as_json(*report, configuration_.settings.talk.dry_run)
                            : as_text(*report, configuration_.settings.talk.dry_run));
  if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "stopped; the same command goes on where this one was"};
  if (report->num_failed == 0) return {};
  const TransferProblem& first = report->problems.front();
  return Error{told_by_server(first.error).code,
               fmt::format("{} objects could not be copied{}, such as: {}", with_thousands(report->num_failed),
                           report->stopped ? ", and the rest was not tried" : "", first.error.message)};
}

Status CommandObjects::setup(const CommandLine& line, const Environment& environment) {
  environment_ = environment;
  arguments_ = line.arguments;
  const std::size_t num_needed = work_ == Work::kList ? 0 : 2;
  if (arguments_.size() < num_needed) {
    return Error{ErrorCode::kInvalidArgument, work_ == Work::kGet
                                                  ? "storage get needs the object's name and a file: storage get NAME FILE"
                                                  : "storage put needs a file and the object's name: storage put FILE NAME"};
  }
  const std::string name = arguments_.empty() ? std::string() : arguments_[work_ == Work::kPut ? 1 : 0];
  if (work_ == Work::kList ? !is_object_prefix(name) : !is_object_key(name)) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("\"{}\" {}: names are UTF-8 in parts divided by '/', together 1,024 bytes at most, of which none is empty, begins "
                    "with a dot, ends like a temporary file or is longer than 200 bytes",
                    printable(name), work_ == Work::kList ? "begins no name of a stored object" : "is no name for a stored object")};
  }
  CommandLine options = line;  // the words are names, and no configuration file
  options.arguments.clear();
  Result<Configuration> configuration = configuration_for(options, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  const Result<StoreOptions> store = store_options(configuration_.settings, environment_, {});
  return store ? Status() : Status(store.error());
}

Status CommandObjects::run() {
  Session session(configuration_, environment_, "stopped");
  std::stop_source stop;
  const Interrupt::Serving serving(session.interrupt(), stop, [&] { session.console().warning("stopping"); });
  Result<StoreOptions> options = store_options(configuration_.settings, environment_, stop.get_token());
  if (!options) return std::move(options).error();
  options->sqlite_patience = kLittlePatience;
  if (Status reached = reach_place(*options); !reached) return reached;
  Result<std::unique_ptr<ObjectStore>> store = open_store(*options);
  if (!store) return std::move(store).error();
  Status done = work(**store);
  return done.ok() || options->kind != StoreKind::kS3 ? std::move(done) : told_by_server(std::move(done).error());
}

Status CommandObjects::work(ObjectStore& store) const {
  if (work_ == Work::kList) return list(store);
  if (work_ == Work::kPut) return store.put_file(arguments_[1], arguments_[0] == "-" ? "/dev/stdin" : arguments_[0]);
  const Result<StoredObject> object = store.get_file(arguments_[0], arguments_[1] == "-" ? "/dev/stdout" : arguments_[1]);
  return object ? Status() : Status(object.error());
}

Status CommandObjects::list(const ObjectStore& store) const {
  const Result<std::vector<StoredObject>> objects = store.list(arguments_.empty() ? std::string() : arguments_.front());
  if (!objects) return objects.error();
  std::string text;
  JsonWriter json;
  json.begin_object();
  for (const StoredObject& object : *objects) {
    const std::string time = format_iso(UtcTime(std::chrono::seconds(object.modified_s)));
    if (!wants_json()) {
      text += fmt::format("{:>12} {} {}\n", object.num_bytes, time, printable(object.key, kMaxShownKey));
      continue;
    }
    json.begin_object(object.key);
    json.field("bytes", object.num_bytes);
    json.field("modified", time);
    json.field("version", object.version);
    json.end_object();
  }
  json.end_object();
  print_result(wants_json() ? json.finish() : text);
  return {};
}

}  // namespace vieweratlas
