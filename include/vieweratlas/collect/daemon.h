#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/status.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// Told by run_collector from its own thread; must return soon.
class DaemonEvents {
 public:
  virtual ~DaemonEvents() = default;
  /// Each second.
  virtual void on_status(const CollectorStatus& status) = 0;
  /// After one or more rounds were stored; `num_rounds` since the start.
  virtual void on_rounds_stored(std::uint64_t num_rounds) = 0;
};

/// What a collector works with besides its options; the defaults are those of files.
struct CollectorParts {
  std::string version;  ///< of the program, for its status and its requests
  /// Where rounds go, the state of daily snapshots, and where the list of people to forget comes from; null = files below data_dir.
  /// Journals, status and lock are files in any case. Must outlive the call.
  ObjectStore* store = nullptr;
  std::stop_source store_calls{std::nostopstate};  ///< ends calls of `store` when the time for the end is over
};

/// Collects live chats until `stop`, a limit of `options`, or an error that time does not heal; then closes the open round and
/// stores it, within CollectOptions::finish. Helix, a disk or a store that fail for a while do not end it: see CollectorStatus.
///
/// One collector at a time works on a data folder; state/status.json below it is written anew each few seconds.
/// Errors: denied (token, rights, folder in use), invalid_argument, not_found (channels file), unavailable (the round could not be
/// stored at the end: it is in the journal and the next start stores it), limit_exceeded (disk full).
[[nodiscard]] Status run_collector(const CollectOptions& options, const Clock& clock, Logger& log, const std::stop_token& stop,
                                   DaemonEvents& events, CollectorParts parts);

/// Where the collector of a data folder leaves its status.
[[nodiscard]] std::filesystem::path status_file(const std::filesystem::path& data_dir);

}  // namespace vieweratlas
