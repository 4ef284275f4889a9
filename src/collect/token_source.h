#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "collect/token_store.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/oauth.h"
#include "vieweratlas/twitch/token_record.h"

namespace vieweratlas::collect_internal {

/// Where a token comes from, by falling precedence.
enum class TokenOrigin { kOption, kLogin, kApp };

/// A token that was validated.
struct HeldToken {
  TokenOrigin origin = TokenOrigin::kOption;
  Secret access;
  std::string client_id;
  TokenFacts facts;
  std::optional<SteadyTime> renew_at;  ///< 90 % of its life
};

/// Gets tokens, each from its origin, and keeps nothing. Used by one thread at a time.
class TokenSource {
 public:
  TokenSource(const CollectOptions& options, HttpClient& http, const Clock& clock, Logger& log, Sleeper& sleeper);

  [[nodiscard]] bool has(TokenOrigin origin) const;
  /// A token that works now; a stored login that has expired is renewed.
  [[nodiscard]] Result<HeldToken> get(TokenOrigin origin, bool need_chat, const std::stop_token& stop);
  /// One in place of `old`, which does not work or will soon end.
  [[nodiscard]] Result<HeldToken> renewed(const HeldToken& old, bool need_chat, const std::stop_token& stop);
  /// What Twitch says of `token` now.
  [[nodiscard]] Result<HeldToken> validated(TokenOrigin origin, const Secret& token, bool need_chat, const std::stop_token& stop);

 private:
  [[nodiscard]] Result<HeldToken> login_token(bool need_chat, const std::stop_token& stop);
  [[nodiscard]] Result<HeldToken> renewed_login(const Secret& old, bool need_chat, const std::stop_token& stop);
  [[nodiscard]] Result<TokenRecord> refreshed(const TokenRecord& record, const std::stop_token& stop);
  [[nodiscard]] Result<HeldToken> app_token(bool need_chat, const std::stop_token& stop);
  [[nodiscard]] Status check(TokenOrigin origin, const ValidatedToken& token, bool need_chat) const;
  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request, std::string_view what, const std::stop_token& stop);

  const CollectOptions& options_;
  HttpClient& http_;
  const Clock& clock_;
  Logger& log_;
  Sleeper& sleeper_;
  TokenStore store_;
  OAuthClient client_;
};

/// "TWITCH_OAUTH_TOKEN", "the login in tokens.json", "the app token": the subject of messages.
[[nodiscard]] std::string_view name_of(TokenOrigin origin);

}  // namespace vieweratlas::collect_internal
