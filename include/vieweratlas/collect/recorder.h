#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas {

/// What the record of a round says of the whole: filled by the collector when the round closes.
struct RoundSummary {
  std::uint64_t channels_wanted = 0;
  std::uint64_t channels_confirmed = 0;
  std::map<std::string, std::uint64_t> channels_failed;  ///< by reason
};

struct RecorderCounters {
  std::uint64_t sightings = 0;                ///< counted
  std::uint64_t duplicates = 0;               ///< by message id
  std::uint64_t late = 0;                     ///< came after their round had closed; counted in the open round
  std::uint64_t refused = 0;                  ///< of people to forget
  std::map<std::string, std::uint64_t> lost;  ///< by reason: mirrors, parse errors, queue_full, memory_full ...
  std::uint64_t queue_depth = 0;
  std::uint64_t viewers_in_round = 0;
  std::uint64_t channels_in_round = 0;
  std::uint64_t rounds_closed = 0;   ///< stored
  std::uint64_t rounds_waiting = 0;  ///< closed, not yet stored: disk full, no rights
  std::uint64_t journal_bytes = 0;
  std::int64_t writer_lag_ms = 0;         ///< age of the oldest event that is not in the journal
  std::string problem;                    ///< one sentence while something cannot be written, else empty
  std::uint64_t recovered_sightings = 0;  ///< read back from a journal at start
  std::uint64_t journal_bytes_torn = 0;   ///< at the end of a journal after a crash
};

/// Writes what was seen: each event goes into an append-only journal (fsync each second at most), rounds are kept in memory, and
/// a round whose window is over becomes snapshots under raw/. After a crash the journal is read back: an unfinished round goes
/// on, a finished one is stored, nothing is counted twice.
///
/// The sink's methods are called from the network's thread and never wait: they fill a bounded queue for the writer's thread;
/// what finds it full is lost and counted. Sink methods and counters() are thread-safe.
class Recorder : public PresenceSink {
 public:
  /// Reads the journals below `options.data_dir`/state/journal. References must outlive it. `viewers` makes pseudonyms.
  /// Errors: denied, limit_exceeded (disk full), corrupt_data (a journal of another version).
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> open(const CollectOptions& options, const ViewerKey& viewers, const Clock& clock,
                                                              Logger& log);
  /// Told by the collector before a round ends and at the end; the newest counts for the record of the round.
  virtual void summarise(const RoundSummary& summary) = 0;
  /// Closes and stores the rounds that are over at `now`; returns how many are stored since the start. Thread-safe, does not wait.
  virtual std::uint64_t rounds_stored() const = 0;
  [[nodiscard]] virtual RecorderCounters counters() const = 0;
  /// Drains the queue, closes the open round (`close_round`; else it stays in the journal for the next start), stores it, ends the
  /// writer. At most `deadline` long. Errors: those that kept a round from being stored; the journal is kept then.
  [[nodiscard]] virtual Status finish(bool close_round, SteadyTime deadline) = 0;
};

}  // namespace vieweratlas
