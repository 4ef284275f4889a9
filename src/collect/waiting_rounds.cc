#include "collect/waiting_rounds.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
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

bool is_empty(const Round& round) { return round.channels().empty() && round.losses().empty() && !round.summary(); }

/// "2026-11-22": the day that a round belongs to is that of its begin.
std::string day_of(const RoundHeader& header) {
  return format_iso(std::chrono::floor<std::chrono::seconds>(header.window.begin)).substr(0, std::string_view("2026-11-22").size());
}

}  // namespace

WaitingRounds::WaitingRounds(const CollectOptions& options, ObjectStore& store, DailyState daily, DiskFault fault, Logger& log)
    : options_(options), store_(store), daily_(std::move(daily)), fault_(std::move(fault)), log_(log) {}

void WaitingRounds::add(WaitingRound round) { waiting_.push_back(std::move(round)); }

bool WaitingRounds::holds(const RoundHeader& header) const {
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const WaitingRound& waiting) {
    return waiting.header.window == header.window && waiting.header.shard == header.shard && waiting.header.shards == header.shards &&
           waiting.header.part == header.part;
  });
}

std::uint64_t WaitingRounds::num_viewers_in_memory() const {
  std::uint64_t sum = 0;
  for (const WaitingRound& waiting : waiting_) sum += waiting.round ? waiting.round->viewers().size() : 0;
  return sum;
}

std::uint64_t WaitingRounds::num_unjournaled() const {
  std::uint64_t sum = 0;
  for (const WaitingRound& waiting : waiting_) sum += !waiting.is_journal_complete && waiting.round ? waiting.round->num_sightings() : 0;
  return sum;
}

void WaitingRounds::tick(SteadyTime now, bool at_once, const ForgottenList& forgotten) {
  if (!leftovers_.empty()) remove_leftovers();
  if (waiting_.empty() || (!at_once && !backoff_.is_due(now))) return;
  if (problem_) ++counters_.retries;
  while (!waiting_.empty()) {
    WaitingRound& waiting = waiting_.front();
    Status stored = store(waiting, forgotten);
    if (!stored) {
      if (!problem_) log_.error("a round waits to be stored: " + stored.error().message);
      problem_ = std::move(stored).error();
      backoff_.fail(now);
      for (WaitingRound& other : waiting_) {
        if (other.is_journal_complete) other.round.reset();
      }
      return;
    }
    waiting_.pop_front();
  }
  if (problem_) log_.info("all rounds that waited are stored");
  problem_.reset();
  backoff_.succeed();
}

Status WaitingRounds::store(WaitingRound& waiting, const ForgottenList& forgotten) {
  bool has_files = false;
  if (!waiting.round) {
    // A round that comes from a journal alone may have been stored, from more than the journal holds, by a process that ended before
    // it could remove it: what is stored is never replaced by less.
    const Result<bool> stored = is_stored(waiting.header);
    if (!stored) return stored.error();
    has_files = *stored;
  }
  if (!has_files) {
    if (Status loaded = load(waiting); !loaded) return loaded;
    if (!is_empty(*waiting.round)) {
      if (Status written = write_files(waiting, forgotten); !written) return written;
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

/// True when all of the round's files are there. With daily snapshots they may be there and not be marked: then it is not stored.
Result<bool> WaitingRounds::is_stored(const RoundHeader& header) const {
  if (options_.round.daily_snapshot) return daily_.last_round() == name_of(header);
  for (const RoundFormat format : options_.round.formats) {
    Result<bool> exists = store_.exists(run_record_key(header, format));
    if (!exists.ok() || !*exists) return exists;
  }
  return true;
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
  counters_.recovered_sightings += round->num_sightings();
  counters_.torn_bytes += reading->torn_bytes;
  waiting.round = std::move(round);
  return {};
}

Status WaitingRounds::write_files(const WaitingRound& waiting, const ForgottenList& forgotten) {
  const RoundOptions& options = options_.round;
  const std::string name = name_of(waiting.header);
  const std::string day = day_of(waiting.header);
  RoundFilesOptions files{.formats = options.formats, .leaves_out = {}};
  if (options.daily_snapshot) {
    if (daily_.last_round() == name) return {};  // it was stored; only its journal was not removed
    files.leaves_out = [&](std::string_view channel) { return daily_.has(channel, day); };
  }
  Result<RoundFilesReport> report = store_round(*waiting.round, files, forgotten, store_);
  if (!report) return std::move(report).error().with_context("storing " + name);
  if (options.daily_snapshot) {
    Status marked = daily_.mark(report->channels, day, name, options_.data_dir / "state" / "daily_collection_state.json");
    if (!marked) return std::move(marked).error();
  }
  log_.info("stored " + name + ": " + with_thousands(report->channels.size()) + " channels, " + with_thousands(report->num_viewers) +
            " viewers, " + with_thousands(report->num_bytes) + " bytes");
  return {};
}

}  // namespace vieweratlas::collect_internal
