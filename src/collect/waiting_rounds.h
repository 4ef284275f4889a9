#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "collect/backoff.h"
#include "collect/daily_state.h"
#include "collect/journal.h"
#include "collect/round.h"
#include "collect/round_files.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {

/// A round that is over and is not stored yet.
struct WaitingRound {
  RoundHeader header;
  std::unique_ptr<Round> round;      ///< null: in the journal only
  std::filesystem::path journal;     ///< is removed when the round is stored
  bool is_journal_complete = false;  ///< it holds all of the round; else it is out of date, or was never made
};

struct WaitingCounters {
  std::uint64_t stored = 0;
  std::uint64_t retries = 0;
  std::uint64_t recovered_sightings = 0;
  std::uint64_t torn_bytes = 0;
};

/// Stores rounds one after the other, the oldest first, and tries again as long as it takes. The journal is removed only when the
/// store has said that everything is there. A round that cannot be stored and is whole in its journal is not kept in memory.
/// Thread-compatible.
class WaitingRounds {
 public:
  /// References must outlive it.
  WaitingRounds(const CollectOptions& options, ObjectStore& store, DailyState daily, DiskFault fault, Logger& log);

  void add(WaitingRound round);
  /// Tries to store what waits, when it is time to (`at_once`: now).
  void tick(SteadyTime now, bool at_once, const ForgottenList& forgotten);

  [[nodiscard]] std::uint64_t size() const { return waiting_.size(); }
  [[nodiscard]] bool holds(const RoundHeader& header) const;
  /// Of the rounds that are in memory.
  [[nodiscard]] std::uint64_t num_viewers_in_memory() const;
  [[nodiscard]] std::uint64_t num_unjournaled() const;
  [[nodiscard]] const std::optional<Error>& problem() const { return problem_; }
  [[nodiscard]] const WaitingCounters& counters() const { return counters_; }

 private:
  [[nodiscard]] Status store(WaitingRound& waiting, const ForgottenList& forgotten);
  [[nodiscard]] Status load(WaitingRound& waiting);
  [[nodiscard]] Result<bool> is_stored(const RoundHeader& header) const;
  void remove_leftovers();
  [[nodiscard]] Status write_files(const WaitingRound& waiting, const ForgottenList& forgotten);

  const CollectOptions& options_;
  ObjectStore& store_;
  DailyState daily_;
  DiskFault fault_;
  Logger& log_;
  std::deque<WaitingRound> waiting_;
  std::vector<std::filesystem::path> leftovers_;  // journals of stored rounds that could not be removed
  Backoff backoff_;
  std::optional<Error> problem_;
  WaitingCounters counters_;
};

}  // namespace vieweratlas::collect_internal
