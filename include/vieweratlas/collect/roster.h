#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "vieweratlas/collect/helix_client.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
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
  std::uint64_t num_wrong = 0;     ///< entries of an own list that are no names
  std::uint64_t num_unusable = 0;  ///< entries of Helix without id or login
  std::string stopped_by;          ///< name_of(PagerStop); "list" of an own list
};

/// Asks Helix for the roster: the channels of an own list that are live, or the most watched ones, after filters, less those that
/// opted out, and of these the part that belongs to the shard. Channels once chosen stay until they are missing twice or have
/// fallen 20 % below the cut, so that rooms do not flap. Files are read anew each time.
///
/// Without a token an own list is handed back as it is, without facts, ids and filters by facts: anonymous listening needs no more.
/// Thread-compatible; counters() is thread-safe.
class RosterSource {
 public:
  /// All references must outlive it; without a `sleeper` it really waits between retries.
  RosterSource(const CollectOptions& options, HttpClient& http, TokenKeeper& tokens, const Clock& clock, Logger& log,
               Sleeper* sleeper = nullptr);
  ~RosterSource();

  /// Errors: denied (token), unavailable (after the retries of docs/collecting.md), corrupt_data (damaged answers), limit_exceeded,
  /// not_found (channels file, opt-out file), invalid_argument (no such game, an own list without a single name), cancelled. The
  /// earlier roster stays good.
  [[nodiscard]] Result<Roster> refresh(const std::stop_token& stop);
  [[nodiscard]] HelixCounters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vieweratlas
