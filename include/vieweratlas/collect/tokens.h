#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {

/// What a token turned out to be when it was validated.
struct TokenFacts {
  std::string login;    ///< empty for an app token
  std::string user_id;  ///< empty for an app token
  std::vector<std::string> scopes;
  std::optional<SteadyTime> expires;  ///< empty = no end was named
};

/// Holds the token in use: reads it from options or from tokens.json, validates it at start and each hour, refreshes it at 90 %
/// of its life or when somebody met a 401, one at a time, and stores a rotated refresh token (temporary file, fsync, rename)
/// before it is used. Thread-safe.
class TokenKeeper {
 public:
  /// All references must outlive it.
  TokenKeeper(const CollectOptions& options, HttpClient& http, const Clock& clock, Logger& log);
  ~TokenKeeper();

  /// Gets a token that works, or says why there is none: scope missing, "oauth:" mistake, client id of another application,
  /// expired. `need_chat`: it must be a user token with chat:read. Errors: denied, unavailable, invalid_argument, cancelled.
  [[nodiscard]] Status start(bool need_chat, std::stop_token stop);
  /// To be called now and then (each second is fine): hourly validation, refresh ahead of the end.
  [[nodiscard]] Status tick(std::stop_token stop);
  /// The bare token.
  [[nodiscard]] Secret token() const;
  [[nodiscard]] TokenFacts facts() const;
  /// `rejected` met a 401: refreshes or mints anew unless somebody else has already done so. Errors as of start.
  [[nodiscard]] Status renew(const Secret& rejected, std::stop_token stop);
  /// Seconds until the next validation; for metrics.
  [[nodiscard]] std::chrono::seconds until_validation() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vieweratlas
