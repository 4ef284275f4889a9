#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas {

/// The channels to listen to now, most watched first, with what Helix says of them.
struct Roster {
  std::vector<ChannelFacts> channels;
  std::uint64_t num_pages = 0;
  std::uint64_t num_duplicates = 0;  ///< seen on more than one page, merged by id
  std::uint64_t num_opted_out = 0;
  std::uint64_t num_filtered = 0;  ///< by language, game, viewers
  std::uint64_t num_offline = 0;   ///< of an own list
  std::string stopped_by;          ///< "limit", "end", "repeated_cursor", "no_new_channels", "viewers_rise", "page_budget"
};

struct HelixCounters {
  std::uint64_t requests = 0;
  std::uint64_t retries = 0;
  std::uint64_t rate_limited = 0;  ///< answers 429
  std::int64_t points_left = -1;   ///< Ratelimit-Remaining; -1 = not told yet
};

/// Asks Helix for the roster. Keeps channels that left the top for two refreshes or until they are 20 % below the cut, so that
/// rooms do not flap. Thread-compatible; counters() is thread-safe.
class RosterSource {
 public:
  /// All references must outlive it.
  RosterSource(const CollectOptions& options, HttpClient& http, TokenKeeper& tokens, const Clock& clock, Logger& log);
  ~RosterSource();

  /// Errors: denied (token), unavailable (after the retries of docs/collecting.md), limit_exceeded, not_found (channels file),
  /// cancelled. The earlier roster stays good.
  [[nodiscard]] Result<Roster> refresh(std::stop_token stop);
  [[nodiscard]] HelixCounters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vieweratlas
