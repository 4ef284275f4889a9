#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_store.h"

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
  std::uint64_t late = 0;                     ///< of another round than the open ones and the next; counted in the open round
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
  std::uint64_t unjournaled = 0;          ///< sightings that a crash would lose now, because no journal can be written
  std::uint64_t retries = 0;              ///< of journals and stores that failed
  std::uint64_t memory_bytes = 0;         ///< of the open rounds and the remembered messages
};

/// What a recorder uses besides the options; the defaults are those of a collector.
struct RecorderParts {
  ObjectStore* store = nullptr;  ///< where rounds go; null = files below data_dir. Must outlive the recorder
  /// Ends the calls of `store` when finish() runs out of time, so that a store that does not answer keeps nobody from ending.
  std::stop_source store_calls{std::nostopstate};
  /// For tests: asked before a journal is made, written, synced or removed ("create", "write", "sync", "remove"); an error is what the
  /// disk would have said. Empty = nothing fails. Called from the recorder's threads.
  std::function<Status(std::string_view step)> disk_fault;
  std::uint32_t first_part = 1;  ///< from which parts of a window are counted; not 1 where another collector writes into the store
};

/// Writes what was seen: each event goes into an append-only journal (fsync each second at most), rounds are kept in memory, and
/// a round whose window is over becomes snapshots under raw/. After a crash the journal is read back: an unfinished round goes
/// on, a finished one is stored, nothing is counted twice. A journal or a store that cannot be written is tried again for ever; until
/// then rounds are kept in memory (twice max_viewers at most), `problem` and `unjournaled` say so, and no journal is removed. Storing has
/// a thread of its own: a slow store delays nothing else.
///
/// An event belongs to the round of its time: the open one, the next, or the one before during the 15 seconds that follow its
/// window. Pieces of observation are to be told within these. Who is on the list of people to forget is not recorded.
///
/// The sink's methods are called from the network's thread and never wait: they fill a bounded queue for the writer's thread;
/// what finds it full is lost and counted. Sink methods and counters() are thread-safe.
class Recorder : public PresenceSink {
 public:
  /// Reads the journals below `options.data_dir`/state/journal. References must outlive it. `viewers` makes pseudonyms.
  /// Errors: denied, limit_exceeded (disk full), corrupt_data (a journal of another version; the list of people to forget; the state of
  /// daily snapshots), invalid_argument (the list of people to forget belongs to another viewer key).
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> open(const CollectOptions& options, const ViewerKey& viewers, const Clock& clock,
                                                              Logger& log, RecorderParts parts = {});
  /// Told by the collector before a round ends and at the end; the newest counts for the record of the round.
  virtual void summarise(const RoundSummary& summary) = 0;
  /// How many rounds were stored since the start. Thread-safe, does not wait.
  [[nodiscard]] virtual std::uint64_t rounds_stored() const = 0;
  [[nodiscard]] virtual RecorderCounters counters() const = 0;
  /// Drains the queue (nothing more may be told), closes the open round (`close_round`; else it stays in the journal for the next start),
  /// stores what waits, again and again while the store is unavailable, ends the threads. At most `deadline` long. Errors: those that kept
  /// a round from being stored; the journal is kept then.
  [[nodiscard]] virtual Status finish(bool close_round, SteadyTime deadline) = 0;
};

}  // namespace vieweratlas
