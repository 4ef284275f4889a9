#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
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
///
/// tick() is for one thread, which may wait for the store as long as that takes; the others are thread-safe and do not wait for it.
class WaitingRounds {
 public:
  /// References must outlive it.
  WaitingRounds(const CollectOptions& options, ObjectStore& store, DailyState daily, DiskFault fault, Logger& log);

  void add(WaitingRound round);
  /// Who is not to be stored.
  void obey(ForgottenList forgotten);
  /// Tries to store what waits, when it is time to (`at_once`: now).
  void tick(SteadyTime now, bool at_once);

  [[nodiscard]] std::uint64_t size() const;
  /// A round of this name waits, or is one of the last thousand that were stored.
  [[nodiscard]] bool knows(const RoundHeader& header) const;
  /// Of the rounds that are in memory.
  [[nodiscard]] std::uint64_t num_viewers_in_memory() const;
  [[nodiscard]] std::uint64_t num_unjournaled() const;
  [[nodiscard]] std::optional<Error> problem() const;
  [[nodiscard]] WaitingCounters counters() const;

 private:
  enum class Stored : std::uint8_t { kYes, kNo, kUnknown };

  [[nodiscard]] WaitingRound* begin_next();
  void finish_next(Status stored, SteadyTime now);
  [[nodiscard]] Status store(WaitingRound& waiting, const ForgottenList& forgotten);
  [[nodiscard]] Status load(WaitingRound& waiting);
  [[nodiscard]] Result<Stored> is_stored(const RoundHeader& header) const;
  void remove_leftovers();
  [[nodiscard]] Status write_files(const WaitingRound& waiting, bool only_what_is_absent, const ForgottenList& forgotten);

  const CollectOptions& options_;
  ObjectStore& store_;
  DailyState daily_;
  DiskFault fault_;
  Logger& log_;
  std::vector<std::filesystem::path> leftovers_;  // journals of stored rounds that could not be removed; tick()'s
  Backoff backoff_;                               // tick()'s

  mutable std::mutex mutex_;
  std::deque<WaitingRound> waiting_;  // guarded by mutex_, as are the following; the front's content is changed by tick() only
  ForgottenList forgotten_;
  std::set<std::string> stored_;  // names of rounds
  std::optional<Error> problem_;
  WaitingCounters counters_;
};

}  // namespace vieweratlas::collect_internal
