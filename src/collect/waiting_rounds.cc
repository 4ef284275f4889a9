#include "collect/waiting_rounds.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/daily_state.h"
#include "collect/journal.h"
#include "collect/round.h"
#include "collect/round_files.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::size_t kStoredKept = 1000;

bool is_empty(const Round& round) { return round.channels().empty() && round.losses().empty() && !round.summary(); }

/// "2026-11-22": the day that a round belongs to is that of its begin.
std::string day_of(const RoundHeader& header) {
  return format_iso(std::chrono::floor<std::chrono::seconds>(header.window.begin)).substr(0, std::string_view("2026-11-22").size());
}

}  // namespace

WaitingRounds::WaitingRounds(const CollectOptions& options, ObjectStore& store, DailyState daily, DiskFault fault, Logger& log)
    : options_(options), store_(store), daily_(std::move(daily)), fault_(std::move(fault)), log_(log) {}

void WaitingRounds::add(WaitingRound round) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(round));
}

void WaitingRounds::obey(ForgottenList forgotten) {
  const std::lock_guard lock(mutex_);
  forgotten_ = std::move(forgotten);
}

std::uint64_t WaitingRounds::size() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

bool WaitingRounds::knows(const RoundHeader& header) const {
  const std::lock_guard lock(mutex_);
  return stored_.contains(name_of(header)) || std::any_of(waiting_.begin(), waiting_.end(), [&](const WaitingRound& waiting) {
           return name_of(waiting.header) == name_of(header);
         });
}

std::uint64_t WaitingRounds::num_viewers_in_memory() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const WaitingRound& waiting : waiting_) sum += waiting.round ? waiting.round->viewers().size() : 0;
  return sum;
}

std::uint64_t WaitingRounds::num_unjournaled() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const WaitingRound& waiting : waiting_) sum += !waiting.is_journal_complete && waiting.round ? waiting.round->num_sightings() : 0;
  return sum;
}

std::optional<Error> WaitingRounds::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

WaitingCounters WaitingRounds::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void WaitingRounds::tick(SteadyTime now, bool at_once) {
  if (!leftovers_.empty()) remove_leftovers();
  if (!at_once && !backoff_.is_due(now)) return;
  ForgottenList forgotten;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return;
    if (problem_) ++counters_.retries;
    forgotten = forgotten_;
  }
  while (WaitingRound* const next = begin_next()) {
    Status stored = store(*next, forgotten);
    const bool goes_on = stored.ok();
    finish_next(std::move(stored), now);
    if (!goes_on) return;
  }
  backoff_.succeed();
}

/// The oldest round; references into the queue stay good while others add to its end.
WaitingRound* WaitingRounds::begin_next() {
  const std::lock_guard lock(mutex_);
  if (!waiting_.empty()) return &waiting_.front();
  if (problem_) log_.info("all rounds that waited are stored");
  problem_.reset();
  return nullptr;
}

void WaitingRounds::finish_next(Status stored, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (stored.ok()) {
    stored_.insert(name_of(waiting_.front().header));
    if (stored_.size() > kStoredKept) stored_.erase(stored_.begin());
    waiting_.pop_front();
    return;
  }
  if (!problem_) log_.error("a round waits to be stored: " + stored.error().message);
  problem_ = std::move(stored).error();
  backoff_.fail(now);
  for (WaitingRound& other : waiting_) {
    if (other.is_journal_complete) other.round.reset();
  }
}

Status WaitingRounds::store(WaitingRound& waiting, const ForgottenList& forgotten) {
  Stored is_there = Stored::kNo;
  if (!waiting.round) {
    // A round that comes from a journal alone may have been stored, from more than the journal holds, by a process that ended before
    // it could remove it: what is stored is never replaced by less.
    const Result<Stored> looked = is_stored(waiting.header);
    if (!looked) return looked.error();
    is_there = *looked;
  }
  if (is_there != Stored::kYes) {
    if (Status loaded = load(waiting); !loaded) return loaded;
    if (!is_empty(*waiting.round)) {
      if (Status written = write_files(waiting, is_there == Stored::kUnknown, forgotten); !written) return written;
      const std::lock_guard lock(mutex_);
      ++counters_.stored;
    }
  }
  Status removed = remove_journal(waiting.journal, fault_);
  if (!removed) {
    log_.warning("the journal of a stored round stays: " + removed.error().message);
    leftovers_.push_back(waiting.journal);
  }
  return {};
}

void WaitingRounds::remove_leftovers() {
  std::erase_if(leftovers_, [&](const std::filesystem::path& journal) { return remove_journal(journal, fault_).ok(); });
}

/// Whether all of the round's files are there. With daily snapshots they may be there and not be marked: then it is not stored. It is
/// asked by listing, which is what a collector may do that must not read what it has written; one that may not even list does not know.
Result<WaitingRounds::Stored> WaitingRounds::is_stored(const RoundHeader& header) const {
  if (options_.round.daily_snapshot) return daily_.last_round() == name_of(header) ? Stored::kYes : Stored::kNo;
  for (const RoundFormat format : options_.round.formats) {
    const std::string key = run_record_key(header, format);
    const Result<ObjectPage> page = store_.list_page(key, {}, 1);
    if (!page && page.error().code == ErrorCode::kDenied) return Stored::kUnknown;
    if (!page) return page.error();
    if (page->objects.empty() || page->objects.front().key != key) return Stored::kNo;
  }
  return Stored::kYes;
}

/// Reads a round that is in its journal only.
Status WaitingRounds::load(WaitingRound& waiting) {
  if (waiting.round) return {};
  auto round = std::make_unique<Round>(waiting.header);
  Result<JournalReading> reading =
      read_journal_file(waiting.journal, [&](const RoundHeader&, std::string_view records) { return apply_records(records, *round, {}); });
  if (!reading) return std::move(reading).error();
  if (reading->torn_bytes > 0) {
    log_.warning("cut off " + with_thousands(reading->torn_bytes) + " torn bytes at the end of " + printable(waiting.journal.string()));
  }
  const std::lock_guard lock(mutex_);
  counters_.recovered_sightings += round->num_sightings();
  counters_.torn_bytes += reading->torn_bytes;
  waiting.round = std::move(round);
  return {};
}

Status WaitingRounds::write_files(const WaitingRound& waiting, bool only_what_is_absent, const ForgottenList& forgotten) {
  const RoundOptions& options = options_.round;
  const std::string name = name_of(waiting.header);
  const std::string day = day_of(waiting.header);
  RoundFilesOptions files{.formats = options.formats, .leaves_out = {}, .only_what_is_absent = only_what_is_absent};
  if (options.daily_snapshot) {
    if (daily_.last_round() == name) return {};  // it was stored; only its journal was not removed
    files.leaves_out = [&](std::string_view channel) { return daily_.has(channel, day); };
  }
  Result<RoundFilesReport> report = store_round(*waiting.round, files, forgotten, store_);
  if (!report) return std::move(report).error().with_context("storing " + name);
  if (options.daily_snapshot) {
    Status marked = daily_.mark(report->channels, day, name, store_);
    if (!marked) return std::move(marked).error();
  }
  log_.info("stored " + name + ": " + with_thousands(report->channels.size()) + " channels, " + with_thousands(report->num_viewers) +
            " viewers, " + with_thousands(report->num_bytes) + " bytes");
  return {};
}

}  // namespace vieweratlas::collect_internal
