#include "presence/read_curated.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/build_incidence.h"
#include "presence/curated_aliases.h"
#include "presence/curated_plan.h"
#include "presence/curated_rows.h"
#include "presence/curated_snapshots.h"
#include "presence/facts.h"
#include "presence/file_reading.h"
#include "presence/intake.h"
#include "presence/loss_log.h"
#include "presence/membership_runs.h"
#include "presence/read_files.h"
#include "presence/resolve.h"
#include "presence/snapshot_file.h"
#include "presence/viewer_partitions.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/viewer_table.h"

// Reading goes on the assumption that the plan's days fit; what contradicts it is found on the way, and those days are read from their raw
// files in another attempt. A contradiction costs time, never a wrong number.

namespace vieweratlas::presence_internal {
namespace {

// Contradictions come at once, not one after the other; after so many attempts everything is read raw.
constexpr int kMaxAttempts = 6;

constexpr std::string_view kUnwantedViewer = "it has a viewer under two names, or one who is to be forgotten";

std::string text_of(DayNumber day) { return format_iso(UtcTime(std::chrono::days(day))).substr(0, 10); }

Digest parse_digest(std::string_view text) {
  Digest digest;
  constexpr std::size_t kPrefix = 9;  // "xxh3-128:"
  constexpr std::size_t kDigits = 16;
  if (text.size() != kPrefix + 2 * kDigits) return digest;
  const char* at = text.data() + kPrefix;
  std::from_chars(at, at + kDigits, digest.high, 16);
  std::from_chars(at + kDigits, at + 2 * kDigits, digest.low, 16);
  return digest;
}

/// Days that do not fit, with the reason. Thread-safe.
class Demotions {
 public:
  void add(DayNumber day, std::string_view reason) {
    const std::lock_guard lock(mutex_);
    reasons_.try_emplace(day, reason);
  }
  void add(const std::set<DayNumber>& days, std::string_view reason) {
    for (const DayNumber day : days) add(day, reason);
  }
  [[nodiscard]] const std::map<DayNumber, std::string>& reasons() const { return reasons_; }

 private:
  std::mutex mutex_;
  std::map<DayNumber, std::string> reasons_;
};

class Attempt {
 public:
  Attempt(const std::vector<InputFile>& files, PresenceInput* input, const CuratedReading& curated, const ReadOptions& options,
          const ReadLimits& limits, ThreadPool& pool, const CuratedPlan& plan)
      : files_(files), input_(input), curated_(curated), options_(options), limits_(limits), pool_(pool), plan_(plan) {}

  /// nullopt when days do not fit: demotions() tells which.
  Result<std::optional<Presence>> run() {
    using Step = Status (Attempt::*)();
    constexpr std::array<Step, 7> kSteps{&Attempt::read_raw_files, &Attempt::load_days,    &Attempt::put_together, &Attempt::settle_names,
                                         &Attempt::read_tables,    &Attempt::add_raw_rows, &Attempt::report};
    for (const Step step : kSteps) {
      if (Status status = (this->*step)(); !status) return std::move(status).error();
      if (!demotions_.reasons().empty() || needs_key_) return std::optional<Presence>();
    }
    finish();
    return std::optional(std::move(presence_));
  }

  [[nodiscard]] const Demotions& demotions() const { return demotions_; }
  /// The numbers of curated days cannot be compared with names.
  [[nodiscard]] bool needs_key() const { return needs_key_; }

 private:
  struct DayData {
    std::vector<DaySnapshot> snapshots;
    std::vector<DayAlias> aliases;
  };
  struct Table {
    DayNumber day = 0;
    const std::string* source = nullptr;
  };

  Status read_raw_files();
  Status load_days();
  Status put_together();
  Status settle_names();
  Status read_tables();
  Status add_raw_rows();
  Status report();
  void finish();

  Result<DayData> load_day(DayNumber day) const;
  Status read_table(const Table& table);
  /// A damaged day is read from its raw files; other errors end the reading.
  Status take_error(DayNumber day, const Error& error);
  /// Somebody under another name may be to be forgotten by the login beside it.
  [[nodiscard]] bool has_refused(const std::vector<DayAlias>& aliases) const {
    const std::vector<std::int64_t>& refused = curated_.refused;
    return !refused.empty() && std::any_of(aliases.begin(), aliases.end(), [&](const DayAlias& alias) {
      return std::binary_search(refused.begin(), refused.end(), alias.login);
    });
  }
  [[nodiscard]] std::int64_t number_of(const ViewerTable::Key& key) const { return curated_.number(key); }

  const std::vector<InputFile>& files_;
  PresenceInput* const input_;
  const CuratedReading& curated_;
  const ReadOptions& options_;
  const ReadLimits& limits_;
  ThreadPool& pool_;
  const CuratedPlan& plan_;
  Demotions demotions_;
  bool needs_key_ = false;

  std::vector<InputFile> raw_files_;
  ReadingOptions reading_options_;
  std::unique_ptr<FileReading> reading_;
  std::unique_ptr<CuratedSnapshots> snapshots_;
  std::unique_ptr<CuratedAliases> aliases_;
  Resolution resolution_;
  std::vector<std::uint32_t> chatters_of_snapshot_;
  CuratedSnapshots::Fit fit_;
  MembershipRuns runs_;
  std::mutex mutex_;
  std::uint64_t num_curated_rows_ = 0;  // guarded by mutex_ while tables are read
  std::uint64_t num_raw_rows_ = 0;
  std::uint64_t num_raw_duplicates_ = 0;
  Presence presence_;
};

Status Attempt::take_error(DayNumber day, const Error& error) {
  if (error.code != ErrorCode::kCorruptData && error.code != ErrorCode::kNotFound) {
    return Error{error}.with_context("reading the curated day " + text_of(day));
  }
  demotions_.add(day, "its tables cannot be used (" + error.message + ")");
  return {};
}

Status Attempt::read_raw_files() {
  std::vector<StoredObject> objects;
  for (const std::uint32_t i : plan_.to_read) {
    raw_files_.push_back(files_[i]);
    objects.push_back(files_[i].object);
  }
  if (input_ != nullptr) input_->will_open(objects);
  reading_options_ = {.refuse = options_.refuse,
                      .since = options_.since,
                      .until = options_.until,
                      .wanted_logins = options_.wanted_logins,
                      .wants_day = {},
                      .progress = options_.progress};
  reading_ = std::make_unique<FileReading>(raw_files_, input_, reading_options_, limits_);
  for (const auto& [day, ignored] : plan_.days) reading_->shared().curated_days.push_back(day);
  reading_->shared().passes_over = plan_.passes_over;
  reading_->run(pool_);
  if (reading_->failure()) return *reading_->failure();
  for (const Intake* intake : reading_->intakes()) {
    demotions_.add(intake->curated_days_met(), "a file that came or changed later has snapshots of it");
  }
  needs_key_ = !curated_.number && (reading_->shared().partitions.num_viewers() > 0 || !options_.wanted_logins.empty() || options_.refuse);
  return {};
}

Result<Attempt::DayData> Attempt::load_day(DayNumber day) const {
  DayData data;
  Result<std::vector<DaySnapshot>> snapshots = curated_.days->snapshots(day);
  if (!snapshots) return std::move(snapshots).error();
  Result<std::vector<DayAlias>> aliases = curated_.days->aliases(day);
  if (!aliases) return std::move(aliases).error();
  data.snapshots = *std::move(snapshots);
  data.aliases = *std::move(aliases);
  for (const DaySnapshot& snapshot : data.snapshots) {
    if (day_of(snapshot.time_s) != day) return Error{ErrorCode::kCorruptData, "it has snapshots of another day"};
  }
  return data;
}

Status Attempt::load_days() {
  std::vector<std::int64_t> wanted;
  for (const std::string& login : options_.wanted_logins) wanted.push_back(number_of(ViewerTable::key_of(login)));
  std::sort(wanted.begin(), wanted.end());
  aliases_ = std::make_unique<CuratedAliases>(std::move(wanted));
  snapshots_ = std::make_unique<CuratedSnapshots>(reading_->shared());
  std::vector<DayNumber> days;
  for (const auto& [day, ignored] : plan_.days) days.push_back(day);
  // A handful at a time: the logins of a day are many, and few of them are kept.
  for (std::size_t begin = 0; begin < days.size(); begin += pool_.threads()) {
    const std::size_t size = std::min<std::size_t>(pool_.threads(), days.size() - begin);
    std::vector<std::optional<Result<DayData>>> loaded(size);
    pool_.parallel_for(size, 1,
                       [&](std::size_t i, std::size_t /*end*/, unsigned /*worker*/) { loaded[i].emplace(load_day(days[begin + i])); });
    for (std::size_t i = 0; i < size; ++i) {
      Result<DayData>& data = *loaded[i];
      if (!data) {
        if (Status taken = take_error(days[begin + i], data.error()); !taken) return taken;
        continue;
      }
      if (has_refused(data->aliases)) demotions_.add(days[begin + i], kUnwantedViewer);
      aliases_->add(days[begin + i], data->aliases);
      snapshots_->add(days[begin + i], std::move(data->snapshots));
    }
  }
  return {};
}

Status Attempt::put_together() {
  std::vector<const Intake*> intakes = reading_->intakes();
  intakes.push_back(&snapshots_->intake());
  resolution_ = resolve(gather(intakes), reading_->shared().num_records.load(),
                        {.since = options_.since, .until = options_.until, .last = options_.last}, options_.exclude_channels);
  std::int64_t since_s = std::numeric_limits<std::int64_t>::min();
  std::int64_t until_s = std::numeric_limits<std::int64_t>::max();
  if (options_.since) since_s = options_.since->time_since_epoch().count();
  if (options_.until) until_s = options_.until->time_since_epoch().count();
  if (options_.last && resolution_.last_in_input) since_s = first_second_of_last(*resolution_.last_in_input, *options_.last);
  std::set<DayNumber> inside;
  for (const auto& [day, ignored] : plan_.days) {
    const DayInWindow place = day_in_window(day, since_s, until_s);
    if (place == DayInWindow::kWhole) inside.insert(day);
    if (place == DayInWindow::kPart) demotions_.add(day, "the window has a part of it only");
  }
  chatters_of_snapshot_.assign(resolution_.snapshots.size(), 0);
  fit_ = snapshots_->fit(resolution_, inside, chatters_of_snapshot_, pool_);
  demotions_.add(fit_.misfits, "a channel of it was renamed meanwhile, so that its snapshots belong together in another way");
  return {};
}

Status Attempt::settle_names() {
  const std::vector<ViewerAlias> raw = reading_->aliases();
  if (curated_.number) {
    for (const ViewerAlias& alias : raw) aliases_->add_raw(number_of(alias.login), number_of(alias.id));
  }
  demotions_.add(aliases_->settle(), "what it says of a viewer's login and id differs from what others say");
  if (!demotions_.reasons().empty()) return {};
  reading_->release_workers();
  if (!raw.empty()) move_to_ids(reading_->shared().partitions, raw, reading_->shared().num_records.load());
  return {};
}

Status Attempt::read_table(const Table& table) {
  Result<std::unique_ptr<DayRowSource>> source = curated_.days->rows(table.day, *table.source);
  if (!source) return take_error(table.day, source.error());
  if (!fit_.channels.contains(table.day)) {
    const Result<bool> has_refused = has_any_of(**source, curated_.refused);
    if (!has_refused) return take_error(table.day, has_refused.error());
    if (*has_refused) demotions_.add(table.day, kUnwantedViewer);
    return {};
  }
  Result<CuratedRows> rows = read_curated_rows(**source, fit_.channels.at(table.day), *aliases_, curated_.refused);
  if (!rows) return take_error(table.day, rows.error());
  if (!rows->fits) demotions_.add(table.day, kUnwantedViewer);
  {
    const std::lock_guard lock(mutex_);
    num_curated_rows_ += rows->num_presence_rows;
  }
  runs_.add(std::move(rows->run));
  runs_.add(std::move(rows->moved));
  return {};
}

Status Attempt::read_tables() {
  std::vector<Table> tables;
  for (const auto& [number, day] : plan_.days) {
    // Who is to be forgotten is counted outside of the window, too.
    if (!fit_.channels.contains(number) && curated_.refused.empty()) continue;
    for (const std::string& source : day->sources) tables.push_back({.day = number, .source = &source});
  }
  std::vector<std::optional<Error>> problems(tables.size());
  pool_.parallel_for(tables.size(), 1, [&](std::size_t i, std::size_t /*end*/, unsigned /*worker*/) {
    if (Status read = read_table(tables[i]); !read) problems[i] = std::move(read).error();
  });
  for (const std::optional<Error>& problem : problems) {
    if (problem) return *problem;
  }
  return {};
}

Status Attempt::add_raw_rows() {
  const std::vector<Slice> slices = slice_rows(reading_->shared().partitions, resolution_, chatters_of_snapshot_, pool_);
  for (const Slice& slice : slices) {
    num_raw_rows_ += slice.num_presence_rows;
    num_raw_duplicates_ += slice.num_duplicate_rows;
  }
  pool_.parallel_for(slices.size(), 1, [&](std::size_t s, std::size_t /*end*/, unsigned /*worker*/) {
    const Slice& slice = slices[s];
    MembershipRun run;
    run.reserve(slice.channels.size());
    std::uint32_t membership = 0;
    for (std::size_t i = 0; i < slice.viewers.size(); ++i) {
      const std::int64_t viewer = number_of(slice.viewers[i]);
      // Raw files hold rows of a login that only a curated day knows the viewer of.
      if (aliases_->viewer_of(viewer)) demotions_.add(aliases_->days_of(viewer), "it knows the id of a login that raw files have rows of");
      for (; membership < slice.ends[i]; ++membership) {
        run.push_back({.viewer = viewer, .channel = slice.channels[membership], .count = slice.counts[membership]});
      }
    }
    tidy(run);
    runs_.add(std::move(run));
  });
  return {};
}

Status Attempt::report() {
  LossLog losses = reading_->losses();
  losses.renumber(plan_.to_read);
  LossLog set_aside;
  std::vector<FileSummary> summaries(files_.size());
  for (std::size_t i = 0; i < plan_.to_read.size(); ++i) summaries[plan_.to_read[i]] = reading_->summaries()[i];
  for (std::uint32_t i = 0; i < files_.size(); ++i) {
    if (std::binary_search(plan_.to_read.begin(), plan_.to_read.end(), i)) continue;
    if (plan_.facts[i] == nullptr) continue;  // not to be opened
    const FileFacts& facts = *plan_.facts[i];
    summaries[i] = {.num_snapshots = facts.num_snapshots,
                    .num_bytes = facts.num_bytes_read,
                    .digest = parse_digest(facts.digest),
                    .is_blank = facts.is_blank,
                    .was_opened = true};
    losses.add(facts.losses, i, files_[i].object.key);
    set_aside.add(facts.set_aside, i, files_[i].object.key);
  }
  ReadReport& report = presence_.report;
  report_files(files_, summaries, std::move(losses), std::move(set_aside), report);
  report.num_refused_rows = reading_->num_refused_rows();
  report_snapshots(resolution_, report);
  report.num_presence_rows = num_raw_rows_ + num_curated_rows_;
  report.num_duplicate_rows = num_raw_duplicates_ + fit_.num_duplicate_rows;
  report.curated.num_days = fit_.channels.size();
  report.curated.num_files_not_opened = files_.size() - plan_.to_read.size();
  return {};
}

void Attempt::finish() {
  BuiltIncidence built;
  build_from_runs(runs_.take(), static_cast<std::uint32_t>(resolution_.channels.size()), built, pool_);
  add_facts(resolution_, chatters_of_snapshot_, pool_);
  presence_.channels = std::move(resolution_.channels);
  presence_.incidence = std::move(built.incidence);
  for (std::uint32_t c = 0; c < presence_.channels.size(); ++c) presence_.channels[c].audience = presence_.incidence.row(c).size();
  presence_.viewers = ViewerTable(std::move(built.viewers), aliases_->as_keys(), curated_.number);
}

/// One line on days that were not taken from their tables.
void note_raw_days(const std::map<DayNumber, std::string>& reasons, CuratedUse& use) {
  use.num_days_raw = reasons.size();
  if (reasons.empty()) return;
  const auto& [day, reason] = *reasons.begin();
  use.notes.push_back(with_thousands(reasons.size()) + " curated days are read from their raw files, such as " + text_of(day) + ": " +
                      reason);
}

Error only_error(const std::map<DayNumber, std::string>& reasons) {
  constexpr std::string_view kRemedy = "; set analysis.curated to auto, or make the days anew with \"vieweratlas compact\"";
  if (reasons.empty()) {
    return {ErrorCode::kNoData,
            "No compacted day can be used: the window has parts of days only, their key is another one, or people in them were forgotten" +
                std::string(kRemedy)};
  }
  const auto& [day, reason] = *reasons.begin();
  return {ErrorCode::kInvalidArgument,
          "the day " + text_of(day) + " cannot be read from its tables alone: " + reason + std::string(kRemedy)};
}

}  // namespace

Result<Presence> read_with_curated_days(const std::vector<InputFile>& files, PresenceInput* input, const CuratedReading& curated,
                                        const ReadOptions& options, const ReadLimits& limits, ThreadPool& pool) {
  const Result<std::vector<CuratedDay>> days = curated.days->list();
  if (!days) return days.error();
  std::map<DayNumber, std::string> reasons;
  CuratedUse use;
  for (int i = 0; i < kMaxAttempts; ++i) {
    std::set<DayNumber> raw_days;
    for (const auto& [day, reason] : reasons) raw_days.insert(day);
    CuratedPlan plan = plan_curated(files, *days, raw_days, options);
    if (curated.only) {
      if (plan.days.empty() || !reasons.empty()) return only_error(reasons);
      plan.to_read.clear();
      plan.passes_over.clear();
    }
    if (plan.days.empty()) break;
    Attempt attempt(files, input, curated, options, limits, pool, plan);
    Result<std::optional<Presence>> presence = attempt.run();
    if (!presence) return std::move(presence).error();
    if (*presence) {
      note_raw_days(reasons, (*presence)->report.curated);
      if (options.strict && !(*presence)->report.losses.empty()) return strict_error((*presence)->report.losses);
      return **std::move(presence);
    }
    if (attempt.needs_key() && curated.only) {
      return Error{ErrorCode::kInvalidArgument,
                   "the key that the lake's viewers are numbered with is not at hand, so that nobody can be told by name; --private-dir "
                   "names its folder"};
    }
    if (attempt.needs_key()) {
      use.notes.emplace_back("the key that the lake's viewers are numbered with is not at hand: everything is read from raw files");
      break;
    }
    reasons.insert(attempt.demotions().reasons().begin(), attempt.demotions().reasons().end());
  }
  if (input != nullptr) {
    std::vector<StoredObject> objects;
    for (const InputFile& file : files) objects.push_back(file.object);
    input->will_open(objects);
  }
  Result<Presence> presence = read_files(files, input, options, limits, pool);
  if (!presence) return presence;
  note_raw_days(reasons, use);
  presence->report.curated = std::move(use);
  return presence;
}

}  // namespace vieweratlas::presence_internal
