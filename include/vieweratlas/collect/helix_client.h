#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/helix.h"

namespace vieweratlas {

struct HelixCounters {
  std::uint64_t requests = 0;
  std::uint64_t retries = 0;
  std::uint64_t rate_limited = 0;  ///< answers 429
  std::int64_t points_left = -1;   ///< Ratelimit-Remaining; -1 = not told yet
};

/// Asks Helix within its limits: slows down when few points are left, waits after 429, tries again after 5xx, lost connections and
/// damaged answers, and has the token renewed once after 401. All waits end when `stop` is asked for.
/// Thread-compatible; counters() is thread-safe.
class HelixClient {
 public:
  /// All references must outlive it; without a `sleeper` it really waits.
  HelixClient(const CollectOptions& options, HttpClient& http, TokenKeeper& tokens, const Clock& clock, Logger& log,
              Sleeper* sleeper = nullptr);
  ~HelixClient();

  /// Errors of all: denied (no token, or the platform refuses it, also after renewal), unavailable (after the retries, 429 too; 400 at
  /// once), corrupt_data (answers are damaged, also after the retries), not_found, limit_exceeded, cancelled.
  [[nodiscard]] Result<HelixPage<HelixStream>> streams(const StreamsQuery& query, const std::stop_token& stop);
  /// At most 100 logins and ids together.
  [[nodiscard]] Result<HelixPage<HelixUser>> users(const std::vector<std::string>& logins, const std::vector<std::string>& ids,
                                                   const std::stop_token& stop);
  /// At most 100 names and ids together.
  [[nodiscard]] Result<HelixPage<HelixGame>> games(const std::vector<std::string>& names, const std::vector<std::string>& ids,
                                                   const std::stop_token& stop);
  [[nodiscard]] Result<HelixPage<HelixVideo>> videos(const VideosQuery& query, const std::stop_token& stop);

  [[nodiscard]] HelixCounters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vieweratlas
