#include "cli/command_forget.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
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
#include "cli/lake_command.h"
#include "cli/privacy_rules.h"
#include "cli/progress.h"
#include "cli/results.h"
#include "cli/scratch_folder.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"
#include "cli/version.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/lake/care.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/viewer_table.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/privacy/forget.h"
#include "vieweratlas/privacy/forget_in_store.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/privacy/viewer_number.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnlogged = "these viewers are forgotten, but the audit log has no record of it";

std::string as_text(const ForgetReport& report, const LakeForgetReport& lake, bool dry_run, const std::vector<std::string>& maps) {
  std::string text = dry_run ? "would take" : "took";
  text += fmt::format(" {} rows out of {} of {} files\n", with_thousands(report.num_rows), with_thousands(report.num_files_changed),
                      with_thousands(report.num_files));
  if (!lake.days.empty()) {
    text += fmt::format("{} {} rows out of {} days of the lake\n", dry_run ? "would take" : "took", with_thousands(lake.num_rows),
                        with_thousands(lake.days.size()));
  }
  if (!dry_run) text += fmt::format("{} new on the list of forgotten viewers\n", with_thousands(report.num_tombstones_new));
  if (report.num_linked_ids + report.num_linked_logins > 0) {
    text += fmt::format("found in the data beside the given names: {} ids, {} logins\n", with_thousands(report.num_linked_ids),
                        with_thousands(report.num_linked_logins));
  }
  for (const std::string& folder : maps) {
    text += fmt::format("still counted in the sums of {}: run vieweratlas analyze again, and replace published copies\n",
                        printable(folder, 4000));
  }
  return text;
}

struct Done {
  bool dry_run = false;
  bool is_logged = true;
};

std::string as_json(const ForgetReport& report, const LakeForgetReport& lake, Done done, const std::vector<std::string>& maps) {
  JsonWriter json;
  json.begin_object();
  json.field("status", done.dry_run ? "dry_run" : report.problems.empty() && lake.problems.empty() && done.is_logged ? "ok" : "incomplete");
  json.field("files", report.num_files);
  json.field("files_changed", report.num_files_changed);
  json.field("rows_removed", report.num_rows);
  json.field("lake_days_changed", static_cast<std::uint64_t>(lake.days.size()));
  json.field("lake_rows_removed", lake.num_rows);
  json.field("tombstones_new", report.num_tombstones_new);
  json.field("linked_ids", report.num_linked_ids);
  json.field("linked_logins", report.num_linked_logins);
  json.field("left_overs_removed", report.num_left_overs);
  json.flag("logged", done.is_logged && !done.dry_run);
  json.begin_object("problems");
  for (const Losses* problems : {&report.problems, &lake.problems}) {
    for (const auto& [reason, entry] : problems->by_reason()) json.field(reason, entry.count);
  }
  json.end_object();
  json.begin_array("stale_maps");
  for (const std::string& folder : maps) json.item(folder);
  json.end_array();
  json.end_object();
  return json.finish();
}

/// Days may know people by plain names or by pseudonyms.
LakeForgetting lake_forgetting(const std::vector<Person>& people, const ForgottenList& before, const ForgottenList& after,
                               const ViewerKey& viewer_key) {
  const ViewerNumbering number = viewer_numbering(viewer_key, kPlatform);
  LakeForgetting who{.viewers = {}, .list_before = before.digest(), .list_after = after.digest(), .is_complete = true};
  const auto add = [&](std::string_view name) { who.viewers.push_back(number(ViewerTable::key_of(name))); };
  ForgottenList known = before;
  for (const Person& person : people) {
    const std::string& name = person.id.empty() ? person.login : person.id;
    const std::optional<Pseudonym> stored = Pseudonym::from_hex(name);
    if (stored) who.is_complete = false;  // the plain name is not known
    add(name);
    const Pseudonym pseudonym = stored              ? *stored
                                : person.id.empty() ? viewer_key.of_login(kPlatform, name)
                                                    : viewer_key.of_id(kPlatform, name);
    add(pseudonym.hex());
    known.add(person.id.empty() ? std::span<const Pseudonym>() : std::span(&pseudonym, 1),
              person.id.empty() ? std::span(&pseudonym, 1) : std::span<const Pseudonym>());
  }
  for (const Pseudonym& id : after.ids()) add(id.hex());
  for (const Pseudonym& login : after.logins()) add(login.hex());
  who.is_complete = who.is_complete && known.digest() == who.list_after;
  return who;
}

AuditEntry audit_entry(const ForgetReport& report, const LakeForgetReport& lake, std::uint64_t num_people) {
  return {.time = std::chrono::floor<std::chrono::seconds>(SystemClock().utc()),
          .action = "forget",
          .counts = {{"people", num_people},
                     {"tombstones_new", report.num_tombstones_new},
                     {"files_changed", report.num_files_changed},
                     {"rows_removed", report.num_rows},
                     {"lake_days_changed", lake.days.size()},
                     {"lake_rows_removed", lake.num_rows},
                     {"problems", report.problems.total()}},
          .folder = {},
          .version = kVersion};
}

}  // namespace

Status CommandForget::setup(const CommandLine& line, const Environment& environment) {
  environment_ = environment;
  CommandLine rest = line;
  rest.arguments.clear();
  for (const std::string& word : line.arguments) {
    if (is_configuration_file(word)) {
      if (!rest.arguments.empty()) return Error{ErrorCode::kInvalidArgument, "forget takes one configuration file"};
      rest.arguments.push_back(word);
      continue;
    }
    Result<Person> person = parse_person(word);
    if (!person) return std::move(person).error();
    people_.push_back(*std::move(person));
  }
  Result<Configuration> configuration = configuration_for(rest, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  return add_people_of_file();
}

Status CommandForget::add_people_of_file() {
  const fs::path& file = configuration_.settings.collection.forget_from;
  if (file.empty()) return {};
  Result<std::vector<std::string>> names = read_name_list(file == "-" ? fs::path("/dev/stdin") : file);
  if (!names) return std::move(names).error().with_context("reading whom to forget");
  for (const std::string& name : *names) {
    Result<Person> person = parse_person(name);
    if (!person) return std::move(person).error().with_context(printable(file.string()));
    people_.push_back(*std::move(person));
  }
  if (people_.empty()) return Error{ErrorCode::kInvalidArgument, printable(file.string()) + " names nobody"};
  return {};
}

/// The key of the installation; one is made when there is none, so that people can be forgotten before they are ever recorded.
Result<ViewerKey> CommandForget::key() const {
  const Result<fs::path> path = viewer_key_path(configuration_.settings, environment_);
  if (!path) return path.error();
  if (!configuration_.settings.talk.dry_run) return ViewerKey::load_or_create(*path);
  Result<ViewerKey> key = ViewerKey::load(*path);
  if (key.ok() || key.error().code != ErrorCode::kNotFound) return key;
  return ViewerKey::from_bytes(std::array<std::uint8_t, 32>{});  // no data has pseudonyms of a key that is not there
}

Status CommandForget::run() {
  const Settings& settings = configuration_.settings;
  const bool in_files = settings.storage.type == StoreKind::kFile;
  const fs::path& data_dir = settings.analysis.folder;
  std::error_code ignored;
  if (in_files && !fs::is_directory(data_dir, ignored)) {
    return Error{ErrorCode::kNotFound, "there is no data folder " + printable(data_dir.string()) + "; name it with --logs-dir"};
  }
  if (in_files && people_.empty() && !fs::exists(forgotten_path(data_dir), ignored)) {
    return Error{ErrorCode::kInvalidArgument, "nobody is named and nobody is forgotten yet; usage: vieweratlas forget USER..."};
  }
  Session session(configuration_, environment_, "stopped");
  Console& console = session.console();
  const Result<ViewerKey> viewer_key = key();
  if (!viewer_key) return viewer_key.error();
  const Result<ForgottenList> before = list_of(*viewer_key);
  if (!before) return before.error();
  const Interrupt::Writing writing(session.interrupt());
  console.begin_progress("looking", ProgressUnit::kFiles);
  const ForgetOptions options{.data_dir = data_dir,
                              .platform = std::string(kPlatform),
                              .dry_run = settings.talk.dry_run,
                              .progress = [&](std::uint64_t done, std::uint64_t total) { console.update_progress(done, total); },
                              .cancelled = [&] { return session.interrupt().requested(); }};
  ThreadPool pool(settings.talk.threads);
  const Result<ForgetReport> report = in_files ? forget(people_, *viewer_key, options, pool) : forget_elsewhere(*viewer_key, options, pool);
  console.end_progress();
  if (!report) return report.error();
  for (const auto& [reason, entry] : report->problems.by_reason()) {
    console.warning(fmt::format("{} x {}: {}", with_thousands(entry.count), reason, entry.example));
  }
  const Result<LakeForgetReport> lake = forget_curated(*viewer_key, *before, report->found, session);
  if (!lake) {
    const Status logged = options.dry_run ? Status() : log_it(audit_entry(*report, {}, people_.size()));
    if (!logged) console.warning(fmt::format("{}: {}", kUnlogged, logged.error().message));
    return Error(lake.error()).with_context("the raw files are done, but not the lake; run again");
  }
  if (!lake->lock_problem.empty()) console.warning(lake->lock_problem);
  for (const auto& [reason, entry] : lake->problems.by_reason()) {
    console.warning(fmt::format("{} x {}: {}", with_thousands(entry.count), reason, entry.example));
  }
  return finish(*report, *lake);
}

/// As it is before anybody is put on it.
Result<ForgottenList> CommandForget::list_of(const ViewerKey& viewer_key) const {
  const Settings& settings = configuration_.settings;
  if (settings.storage.type == StoreKind::kFile) return ForgottenList::load(forgotten_path(settings.analysis.folder), viewer_key.id());
  if (Status reached = reach_store(settings, environment_, StoreUse::kRead, {}); !reached) return std::move(reached).error();
  const Result<std::unique_ptr<ObjectStore>> store = store_for(settings, environment_, {});
  return store ? load_forgotten(**store, viewer_key.id()) : Result<ForgottenList>(store.error());
}

Result<LakeForgetReport> CommandForget::forget_curated(const ViewerKey& viewer_key, const ForgottenList& before,
                                                       const std::vector<Person>& found, Session& session) const {
  const Settings& settings = configuration_.settings;
  const Result<LakeTools> tools = open_lake(settings, environment_);
  if (!tools) return tools.error();
  LakeForgetReport nothing;
  const Result<std::vector<LakeManifest>> manifests = read_manifests(*tools->store, &nothing.problems);
  if (!manifests) return manifests.error();
  if (manifests->empty()) return nothing;
  const Result<ForgottenList> after = forgotten_of(settings, *tools->store, viewer_key);
  if (!after) return after.error();
  std::vector<Person> people = people_;
  people.insert(people.end(), found.begin(), found.end());
  const LakeForgetting who = lake_forgetting(people, before, *after, viewer_key);
  LakeChangeOptions options = lake_change_options(settings, *tools);
  options.cancelled = [&] { return session.interrupt().requested(); };
  return forget_in_lake(*tools->store, who, options);
}

/// Into the audit log of the place that was worked on.
Status CommandForget::log_it(const AuditEntry& entry) const {
  const Settings& settings = configuration_.settings;
  if (settings.storage.type == StoreKind::kFile) return append_audit(audit_path(settings.analysis.folder), entry);
  Result<std::unique_ptr<ObjectStore>> store = store_for(settings, environment_, {});
  return store ? append_audit(**store, entry) : Status(store.error());
}

/// In a store that is not files, by way of a folder.
Result<ForgetReport> CommandForget::forget_elsewhere(const ViewerKey& key, ForgetOptions options, ThreadPool& pool) {
  const Settings& settings = configuration_.settings;
  Result<std::unique_ptr<ObjectStore>> store = store_for(settings, environment_, {});
  if (!store) return std::move(store).error();
  const Result<std::unique_ptr<ScratchFolder>> work = ScratchFolder::make();
  if (!work) return work.error();
  options.data_dir = (*work)->path();
  return forget_in_store(people_, key, **store, options, pool);
}

Status CommandForget::finish(const ForgetReport& report, const LakeForgetReport& lake) const {
  const bool dry_run = configuration_.settings.talk.dry_run;
  const fs::path& data_dir = configuration_.settings.analysis.folder;
  std::vector<std::string> maps;
  if (report.num_rows + lake.num_rows > 0) {
    Result<std::vector<std::string>> folders = exported_folders(audit_path(data_dir));
    if (folders) maps = *std::move(folders);
  }
  Status logged = dry_run ? Status() : log_it(audit_entry(report, lake, people_.size()));
  print_result(wants_json() ? as_json(report, lake, {.dry_run = dry_run, .is_logged = logged.ok()}, maps)
                            : as_text(report, lake, dry_run, maps));
  if (dry_run) return {};
  if (!logged) return std::move(logged).error().with_context(kUnlogged);
  if (report.problems.empty() && !lake.problems.empty()) {
    return Error{ErrorCode::kUnavailable, fmt::format("{} days of the lake are damaged and may still have these viewers; remove their "
                                                      "curated/presence/dt=.../_manifest.json and run vieweratlas compact, which makes "
                                                      "them anew from their raw files",
                                                      with_thousands(lake.problems.total()))};
  }
  if (report.problems.empty()) return {};
  return Error{ErrorCode::kUnavailable,
               fmt::format("{} files could not be read or rewritten and may still name these viewers; repair or remove "
                           "them and run again",
                           with_thousands(report.problems.total()))};
}

}  // namespace vieweratlas
