#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "vieweratlas/collect/collector.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/roster.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::collect_internal {

/// All that waits for answers of Helix and of the token service, on a thread of its own: the roster each few minutes, the token's
/// validation each hour, a new token when chat refuses the old one.
class RosterWorker {
 public:
  struct State {
    std::optional<UtcMillis> roster_time;
    std::uint64_t roster_channels = 0;
    std::string roster_problem;
    std::string token_login;
    std::string token_problem;
    std::optional<std::chrono::seconds> until_validation;
    HelixCounters helix;
    std::optional<Error> hopeless;  ///< chat takes no login of ours any more
  };

  /// All references must outlive it.
  RosterWorker(const CollectOptions& options, HttpClient& http, const Clock& clock, Logger& log);

  /// Looks for a token and for the first roster; patient with a platform that does not answer, not with wrong credentials.
  /// Errors: denied, invalid_argument, not_found, cancelled.
  [[nodiscard]] Result<std::vector<ChannelFacts>> start(std::stop_token stop);
  [[nodiscard]] IrcIdentity identity() const;
  /// The thread's body: returns when `stop` is asked for.
  void run(IrcCollector& chat, std::stop_token stop);
  /// Thread-safe.
  [[nodiscard]] State state() const;

 private:
  [[nodiscard]] bool uses_token() const;
  void refresh_roster(IrcCollector& chat, std::stop_token stop);
  void mind_token(IrcCollector& chat, std::stop_token stop);
  void renew_for_chat(IrcCollector& chat, std::stop_token stop);
  void note_token();

  const CollectOptions& options_;
  const Clock& clock_;
  Logger& log_;
  TokenKeeper tokens_;
  RosterSource source_;
  SteadyTime next_refresh_{};
  SteadyTime next_renewal_{};

  mutable std::mutex mutex_;
  State state_;  // guarded by mutex_
};

}  // namespace vieweratlas::collect_internal
