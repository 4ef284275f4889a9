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

/// Collects live chats until `stop`, a limit of `options`, or an error that time does not heal; then closes the open round and
/// stores it, within 10 seconds. Helix or a disk that fail for a while do not end it: see CollectorStatus.
///
/// One collector at a time works on a data folder; state/status.json below it is written anew each few seconds.
/// Errors: denied (token, rights, folder in use), invalid_argument, not_found (channels file), unavailable (the round could not be
/// stored at the end: it is in the journal and the next start stores it), limit_exceeded (disk full).
[[nodiscard]] Status run_collector(const CollectOptions& options, std::string version, const Clock& clock, Logger& log,
                                   std::stop_token stop, DaemonEvents& events);

/// Where the collector of a data folder leaves its status.
[[nodiscard]] std::filesystem::path status_file(const std::filesystem::path& data_dir);

}  // namespace vieweratlas
