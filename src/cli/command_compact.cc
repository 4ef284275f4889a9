#include "cli/command_compact.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

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
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/privacy/forget.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas {
namespace {

std::string as_text(const CompactReport& report, bool dry_run) {
  std::string text;
  if (report.days.empty()) {
    text = fmt::format("nothing to do: {} days are up to date\n", with_thousands(report.num_days_current));
  } else {
    text = fmt::format("{} {} days ({} to {}); {} were up to date\n", dry_run ? "would write" : "wrote", with_thousands(report.days.size()),
                       format_day(report.days.front()), format_day(report.days.back()), with_thousands(report.num_days_current));
  }
  if (!dry_run && !report.days.empty()) {
    text +=
        fmt::format("{} rows in, {} kept, {} duplicates; {} of tables\n", with_thousands(report.num_rows_in),
                    with_thousands(report.num_rows_out), with_thousands(report.num_duplicate_rows), bytes_text(report.num_bytes_written));
  }
  if (report.num_forgotten_rows > 0)
    text += fmt::format("{} rows of forgotten viewers left out\n", with_thousands(report.num_forgotten_rows));
  if (report.num_days_raw_gone > 0) {
    text += fmt::format("{} days stay as they are: raw files of theirs are gone\n", with_thousands(report.num_days_raw_gone));
  }
  if (report.num_left_overs > 0) text += fmt::format("{} files of earlier runs removed\n", with_thousands(report.num_left_overs));
  return text;
}

std::string as_json(const CompactReport& report, bool dry_run) {
  JsonWriter json;
  json.begin_object();
  json.field("status", dry_run ? "dry_run" : "ok");
  json.begin_array("days");
  for (const DayNumber day : report.days) json.item(format_day(day));
  json.end_array();
  json.field("days_current", report.num_days_current);
  json.field("days_raw_gone", report.num_days_raw_gone);
  json.field("days_empty", report.num_days_empty);
  json.field("files", report.num_files);
  json.field("files_read", report.num_files_read);
  json.field("files_left", report.num_files_left);
  json.field("files_membership", report.num_files_membership);
  json.field("rows_in", report.num_rows_in);
  json.field("rows_out", report.num_rows_out);
  json.field("duplicate_rows", report.num_duplicate_rows);
  json.field("forgotten_rows", report.num_forgotten_rows);
  json.field("number_collisions", report.num_number_collisions);
  json.field("bytes_written", report.num_bytes_written);
  json.field("left_overs_removed", report.num_left_overs);
  json.begin_object("losses");
  for (const auto& [reason, entry] : report.losses.by_reason()) json.field(reason, entry.count);
  json.end_object();
  json.end_object();
  return json.finish();
}

}  // namespace

Status CommandCompact::run() {
  Session session(configuration_, environment_, "stopped; the lake is as it was");
  Console& console = session.console();
  const Result<ViewerKey> key = lake_key(settings(), environment_);
  if (!key) return key.error();
  Result<LakeTools> tools = open_lake(settings(), environment_);
  if (!tools) return std::move(tools).error();
  const Result<ForgottenList> forgotten = forgotten_of(settings(), *tools->store, *key);
  if (!forgotten) return forgotten.error();

  const LakeChangeOptions change = lake_change_options(settings(), *tools);
  CompactOptions options;
  options.since = range_.since;
  options.until = range_.until;
  options.now = change.now;
  options.today = static_cast<DayNumber>(std::chrono::floor<std::chrono::days>(change.now()).time_since_epoch().count());
  options.scratch = change.scratch;
  options.platform = change.platform;
  options.version = kVersion;
  options.owner = change.owner;
  options.owner_is_gone = change.owner_is_gone;
  if (!forgotten->empty()) options.refuse = viewer_test(*forgotten, &*key, kPlatform);
  options.forgotten_list = forgotten->digest();
  options.dry_run = settings().talk.dry_run;
  options.progress = [&](DayNumber, std::uint64_t done, std::uint64_t total) { console.update_progress(done, total); };
  options.cancelled = [&] { return session.interrupt().requested(); };

  ThreadPool pool(settings().talk.threads);
  const Interrupt::Writing writing(session.interrupt());
  console.begin_progress("compacting days", ProgressUnit::kFiles);
  const Result<CompactReport> report = compact(*tools->store, *tools->raw, *key, options, pool);
  console.end_progress();
  if (!report) return report.error();
  if (!report->stale_lock.empty()) console.warning("took over the lock of " + report->stale_lock + ", which is gone");
  if (!report->lock_problem.empty()) console.warning(report->lock_problem);
  for (const auto& [reason, entry] : report->losses.by_reason()) {
    console.warning(fmt::format("{} x {}: {}", with_thousands(entry.count), reason, entry.example));
  }
  print_result(wants_json() ? as_json(*report, options.dry_run) : as_text(*report, options.dry_run));
  return {};
}

}  // namespace vieweratlas
