#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
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

/// Holds the token in use. There may be several to choose from: the token of the options, the one that `vieweratlas login` stored in
/// tokens.json of the private folder, and an app token for a client secret, which cannot log in to chats. The first that works is
/// used; one that does not is told in a warning. Tokens are validated at start and each hour, renewed at 90 % of their life or when
/// somebody met a 401, by one thread at a time and one process at a time; a rotated refresh token is stored (temporary file, fsync,
/// rename) before the new token is used. Tokens go to the addresses of the options only. Thread-safe.
class TokenKeeper {
 public:
  /// All references must outlive it; without a `sleeper` it really waits between retries.
  TokenKeeper(const CollectOptions& options, HttpClient& http, const Clock& clock, Logger& log, Sleeper* sleeper = nullptr);
  ~TokenKeeper();

  /// Whether there is anything to try: a token, a stored login, or a client id with its secret. Asks nobody.
  [[nodiscard]] bool has_credentials() const;
  /// Gets a token that works, or says why there is none: scope missing, "oauth:" mistake, client id of another application,
  /// expired. `need_chat`: it must be a user token with chat:read. Errors: denied (also tokens.json that others can read),
  /// unavailable (after retries at once, after 5, 15 and 45 s), corrupt_data, cancelled.
  [[nodiscard]] Status start(bool need_chat, const std::stop_token& stop);
  /// To be called now and then (each second is fine): hourly validation, renewal ahead of the end. An error is told once; it is
  /// tried again a minute later, and `problem` keeps it meanwhile. Errors as of start.
  [[nodiscard]] Status tick(const std::stop_token& stop);
  /// The bare token; empty before a start that went well.
  [[nodiscard]] Secret token() const;
  /// The client id that the token was made for, as Helix wants to see it beside the token.
  [[nodiscard]] std::string client_id() const;
  [[nodiscard]] TokenFacts facts() const;
  /// `rejected` met a 401: renews the token unless somebody else has already done so. Errors as of start.
  [[nodiscard]] Status renew(const Secret& rejected, const std::stop_token& stop);
  /// Seconds until the next validation; for metrics.
  [[nodiscard]] std::chrono::seconds until_validation() const;
  /// One sentence while the token does not work or cannot be validated, else empty; for the health check.
  [[nodiscard]] std::string problem() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vieweratlas
