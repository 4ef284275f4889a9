#include "cli/command_purge.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/json_writer.h"
#include "cli/progress.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"
#include "cli/version.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/retention.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

std::string as_text(const PurgeReport& report, bool dry_run) {
  std::string text = fmt::format("{} {} files ({}); {} younger kept\n", dry_run ? "would remove" : "removed",
                                 with_thousands(report.num_files), bytes_text(report.num_bytes), with_thousands(report.num_kept));
  if (report.num_undated > 0) {
    text += fmt::format("{} files tell no date and are kept\n", with_thousands(report.num_undated));
  }
  return text;
}

std::string as_json(const PurgeReport& report, bool dry_run, UtcTime cutoff) {
  JsonWriter json;
  json.begin_object();
  json.field("status", dry_run ? "dry_run" : report.problems.empty() && !report.unlogged ? "ok" : "incomplete");
  json.field("cutoff", format_iso(cutoff));
  json.field("files", report.num_files);
  json.field("bytes", report.num_bytes);
  json.field("folders", report.num_folders);
  json.field("kept", report.num_kept);
  json.field("undated", report.num_undated);
  json.field("not_removed", report.problems.total());
  json.flag("logged", !dry_run && report.num_files > 0 && !report.unlogged);
  json.end_object();
  return json.finish();
}

}  // namespace

Status CommandPurge::setup(const CommandLine& line, const Environment& environment) {
  environment_ = environment;
  Result<Configuration> configuration = configuration_for(line, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  if (configuration_.settings.collection.retention_days > 0) return {};
  return Error{ErrorCode::kInvalidArgument,
               "purge needs to know what is too old: give --older-than DAYS, or set collection.retention_days"};
}

Status CommandPurge::run() {
  const Settings& settings = configuration_.settings;
  const bool dry_run = settings.talk.dry_run;
  const std::uint32_t days = settings.collection.retention_days;
  const UtcTime now = std::chrono::floor<std::chrono::seconds>(SystemClock().utc());
  const UtcTime cutoff = now - std::chrono::days(days);
  Result<PurgeReport> report = PurgeReport{};
  if (settings.storage.type == StoreKind::kFile) {
    report = dry_run ? purge_older_than(settings.analysis.folder, cutoff, PurgeMode::kLook)
                     : purge_by_retention(settings.analysis.folder, days, now, kVersion);
  } else {
    if (Status reached = reach_store(settings, environment_, StoreUse::kRead, {}); !reached) return reached;
    const Result<std::unique_ptr<ObjectStore>> store = store_for(settings, environment_, {});
    if (!store) return store.error();
    report = dry_run ? purge_older_than(**store, cutoff, PurgeMode::kLook) : purge_by_retention(**store, days, now, kVersion);
  }
  if (!report) return report.error();
  print_result(wants_json() ? as_json(*report, dry_run, cutoff) : as_text(*report, dry_run));
  if (report->unlogged) {
    return Error(report->unlogged->problem).with_context("what is too old is removed, but the audit log has no record of it");
  }
  if (report->problems.empty()) return {};
  const auto& [reason, entry] = *report->problems.by_reason().begin();
  return Error{ErrorCode::kDenied, fmt::format("{} files could not be removed, such as: {}", with_thousands(entry.count), entry.example)};
}

}  // namespace vieweratlas
