#include "cli/command_lake.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/console.h"
#include "cli/interrupt.h"
#include "cli/json_writer.h"
#include "cli/lake_command.h"
#include "cli/privacy_rules.h"
#include "cli/progress.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/version.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/lake/care.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/privacy/retention.h"
#include "vieweratlas/privacy/viewer_number.h"

namespace vieweratlas {
namespace {

struct LakeSums {
  std::array<std::uint64_t, 4> num_days{};  ///< by state
  std::uint64_t num_rows = 0;
  std::uint64_t num_bytes = 0;
  std::uint64_t num_raw_bytes = 0;  ///< of the days that have tables
};

LakeSums sums_of(const std::vector<LakeDay>& days) {
  LakeSums sums;
  for (const LakeDay& day : days) {
    ++sums.num_days.at(static_cast<std::size_t>(day.state));
    sums.num_rows += day.num_rows;
    sums.num_bytes += day.num_bytes;
    if (day.state != DayState::kMissing) sums.num_raw_bytes += day.num_raw_bytes;
  }
  return sums;
}

std::uint64_t days_in(const LakeSums& sums, DayState state) { return sums.num_days.at(static_cast<std::size_t>(state)); }

std::string stats_text(const std::vector<LakeDay>& days) {
  if (days.empty()) return "the lake is empty, and there are no raw files with dates; vieweratlas compact fills it\n";
  std::string text = fmt::format("{:<10}  {:<8}  {:>12}  {:>10}  {:>9}  {:>10}  {:>10}  {}\n", "day", "state", "rows", "snapshots",
                                 "channels", "tables", "raw", "sources");
  for (const LakeDay& day : days) {
    std::string sources;
    for (const LakeTable& table : day.presence) {
      sources += fmt::format("{}{} {}", sources.empty() ? "" : ", ", printable(table.source), with_thousands(table.num_rows));
    }
    text += fmt::format("{:<10}  {:<8}  {:>12}  {:>10}  {:>9}  {:>10}  {:>10}  {}\n", format_day(day.day), name_of(day.state),
                        with_thousands(day.num_rows), with_thousands(day.num_snapshots), with_thousands(day.num_channels),
                        bytes_text(day.num_bytes), bytes_text(day.num_raw_bytes), sources);
  }
  const LakeSums sums = sums_of(days);
  text += fmt::format("{} days with {} rows in {} of tables; their raw files have {}\n",
                      with_thousands(days.size() - days_in(sums, DayState::kMissing)), with_thousands(sums.num_rows),
                      bytes_text(sums.num_bytes), bytes_text(sums.num_raw_bytes));
  const std::uint64_t to_do = days_in(sums, DayState::kMissing) + days_in(sums, DayState::kStale);
  if (to_do > 0) {
    text += fmt::format("{} days are missing or stale (today's day is while it lasts): vieweratlas compact\n", with_thousands(to_do));
  }
  return text;
}

void write_day(JsonWriter& json, const LakeDay& day) {
  json.begin_object(format_day(day.day));
  json.field("state", name_of(day.state));
  json.field("rows", day.num_rows);
  json.field("snapshots", day.num_snapshots);
  json.field("channels", day.num_channels);
  json.field("logins", day.num_logins);
  json.field("bytes", day.num_bytes);
  json.field("raw_files", day.num_raw_files);
  json.field("raw_bytes", day.num_raw_bytes);
  json.begin_object("sources");
  for (const LakeTable& table : day.presence) json.field(table.source.empty() ? "unknown" : table.source, table.num_rows);
  json.end_object();
  json.end_object();
}

std::string stats_json(const std::vector<LakeDay>& days) {
  const LakeSums sums = sums_of(days);
  JsonWriter json;
  json.begin_object();
  json.field("status", "ok");
  json.field("rows", sums.num_rows);
  json.field("bytes", sums.num_bytes);
  json.field("raw_bytes", sums.num_raw_bytes);
  json.begin_object("states");
  for (const DayState state : {DayState::kCurrent, DayState::kStale, DayState::kRawGone, DayState::kMissing}) {
    json.field(name_of(state), days_in(sums, state));
  }
  json.end_object();
  json.begin_object("days");
  for (const LakeDay& day : days) write_day(json, day);
  json.end_object();
  json.end_object();
  return json.finish();
}

std::string verify_text(const VerifyReport& report, bool deep) {
  std::string text = fmt::format("{} days, {} tables, {} rows of presence, {}: {}\n", with_thousands(report.num_days),
                                 with_thousands(report.num_tables), with_thousands(report.num_rows), bytes_text(report.num_bytes),
                                 report.problems.empty() ? "all as they should be" : "not all as they should be");
  if (deep) text += fmt::format("{} days compared with their raw files\n", with_thousands(report.num_days_compared));
  if (report.num_left_overs > 0) {
    text += fmt::format("{} files of earlier runs, which the next compact removes\n", with_thousands(report.num_left_overs));
  }
  return text;
}

std::string verify_json(const VerifyReport& report) {
  JsonWriter json;
  json.begin_object();
  json.field("status", report.problems.empty() ? "ok" : "damaged");
  json.field("days", report.num_days);
  json.field("tables", report.num_tables);
  json.field("rows", report.num_rows);
  json.field("bytes", report.num_bytes);
  json.field("days_compared", report.num_days_compared);
  json.field("left_overs", report.num_left_overs);
  json.begin_object("problems");
  for (const auto& [reason, entry] : report.problems.by_reason()) json.field(reason, entry.count);
  json.end_object();
  json.end_object();
  return json.finish();
}

UtcTime now() { return std::chrono::floor<std::chrono::seconds>(SystemClock().utc()); }

/// DAYS or a date. Errors: invalid_argument.
Result<UtcTime> cutoff_of(const Settings& settings) {
  const std::string& text = settings.lake.older_than;
  std::uint32_t days = settings.collection.retention_days;
  if (!text.empty()) {
    if (const std::optional<DayNumber> day = parse_day(text)) return UtcTime(std::chrono::days(*day));
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), days);
    if (problem != std::errc() || end != text.data() + text.size()) days = 0;
  }
  constexpr std::uint32_t kMaxDays = 36'500;
  if (days == 0 || days > kMaxDays) {
    return Error{ErrorCode::kInvalidArgument,
                 "lake purge needs to know what is too old: give --older-than DAYS or a date such as 2026-11-22, or set "
                 "collection.retention_days"};
  }
  return now() - std::chrono::days(days);
}

}  // namespace

Status CommandLakeStats::run() {
  const Result<LakeTools> tools = open_lake(settings(), environment_);
  if (!tools) return tools.error();
  const Result<std::vector<LakeDay>> days = lake_days(*tools->store, *tools->raw);
  if (!days) return days.error();
  print_result(wants_json() ? stats_json(*days) : stats_text(*days));
  return {};
}

Status CommandLakeVerify::run() {
  Session session(configuration_, environment_, "stopped; nothing was changed");
  Console& console = session.console();
  const Result<LakeTools> tools = open_lake(settings(), environment_);
  if (!tools) return tools.error();
  ThreadPool pool(settings().talk.threads);
  DeepVerify deep;
  if (settings().lake.deep) {
    const Result<ViewerKey> key = lake_key(settings(), environment_);
    if (!key) return key.error();
    deep = {.raw = tools->raw.get(), .number = viewer_numbering(*key, kPlatform), .key_id = key->id(), .pool = &pool};
  }
  const VerifyOptions options{.since = range_.since,
                              .until = range_.until,
                              .scratch = tools->scratch->path(),
                              .progress = [&](std::uint64_t done, std::uint64_t total) { console.update_progress(done, total); },
                              .cancelled = [&] { return session.interrupt().requested(); }};
  const Interrupt::Writing writing(session.interrupt());
  console.begin_progress("checking days", ProgressUnit::kFiles);
  const Result<VerifyReport> report = verify_lake(*tools->store, options, settings().lake.deep ? &deep : nullptr);
  console.end_progress();
  if (!report) return report.error();
  for (const auto& [reason, entry] : report->problems.by_reason()) {
    console.warning(fmt::format("{} x {}: {}", with_thousands(entry.count), reason, entry.example));
  }
  print_result(wants_json() ? verify_json(*report) : verify_text(*report, settings().lake.deep));
  if (report->problems.empty()) return {};
  return Error{ErrorCode::kCorruptData,
               fmt::format("the lake has {} problems; a damaged day is made anew from its raw files by vieweratlas compact, once its "
                           "curated/presence/dt=.../_manifest.json is removed",
                           with_thousands(report->problems.total()))};
}

Status CommandLakePurge::setup(const CommandLine& line, const Environment& environment) {
  if (Status done = LakeCommand::setup(line, environment); !done) return done;
  const Result<UtcTime> cutoff = cutoff_of(settings());
  if (!cutoff) return cutoff.error();
  cutoff_ = *cutoff;
  return {};
}

Status CommandLakePurge::run() {
  Session session(configuration_, environment_, "stopped; what is removed stays removed");
  const Result<LakeTools> tools = open_lake(settings(), environment_);
  if (!tools) return tools.error();
  const bool dry_run = settings().talk.dry_run;
  const auto first_kept = static_cast<DayNumber>(std::chrono::floor<std::chrono::days>(cutoff_).time_since_epoch().count());
  const Interrupt::Writing writing(session.interrupt());
  LakeChangeOptions options = lake_change_options(settings(), *tools);
  options.cancelled = [&] { return session.interrupt().requested(); };
  const Result<LakePurgeReport> lake = purge_lake(*tools->store, first_kept, options);
  if (!lake) return lake.error();
  if (!lake->lock_problem.empty()) session.console().warning(lake->lock_problem);
  const Result<PurgeReport> raw = purge_older_than(*tools->store, cutoff_, dry_run ? PurgeMode::kLook : PurgeMode::kRemove);
  if (!raw) return raw.error();
  if (wants_json()) {
    JsonWriter json;
    json.begin_object();
    json.field("status", dry_run ? "dry_run" : raw->problems.empty() ? "ok" : "incomplete");
    json.field("cutoff", format_iso(cutoff_));
    json.field("days", lake->num_days);
    json.field("tables", lake->num_tables);
    json.field("bytes", lake->num_bytes);
    json.field("days_kept", lake->num_days_kept);
    json.field("raw_files", raw->num_files);
    json.field("raw_bytes", raw->num_bytes);
    json.field("raw_kept", raw->num_kept);
    json.field("raw_undated", raw->num_undated);
    json.field("not_removed", raw->problems.total());
    json.end_object();
    print_result(json.finish());
  } else {
    print_result(fmt::format("{} {} days of the lake ({} in {} tables) and {} raw files ({}); {} days and {} files are younger\n",
                             dry_run ? "would remove" : "removed", with_thousands(lake->num_days), bytes_text(lake->num_bytes),
                             with_thousands(lake->num_tables), with_thousands(raw->num_files), bytes_text(raw->num_bytes),
                             with_thousands(lake->num_days_kept), with_thousands(raw->num_kept)));
  }
  if (!dry_run && lake->num_days + raw->num_files > 0) {
    const AuditEntry entry{.time = options.now(),
                           .action = "purge",
                           .counts = {{"lake_days", lake->num_days},
                                      {"lake_tables", lake->num_tables},
                                      {"lake_bytes", lake->num_bytes},
                                      {"files", raw->num_files},
                                      {"bytes", raw->num_bytes}},
                           .folder = {},
                           .version = kVersion};
    if (Status logged = append_audit(*tools->store, entry); !logged) {
      return std::move(logged).error().with_context("what is too old is removed, but the audit log has no record of it");
    }
  }
  if (raw->problems.empty()) return {};
  const auto& [reason, entry] = *raw->problems.by_reason().begin();
  return Error{ErrorCode::kDenied, fmt::format("{} files could not be removed, such as: {}", with_thousands(entry.count), entry.example)};
}

}  // namespace vieweratlas
