#include "collect/token_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "collect/patient_exchange.h"
#include "collect/token_store.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/oauth.h"
#include "vieweratlas/twitch/token_record.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::string_view kChatScope = "chat:read";

Error denied(std::string sentence) { return Error{ErrorCode::kDenied, std::move(sentence)}; }

/// What to do about a token that Twitch refuses.
std::string_view remedy(TokenOrigin origin) {
  switch (origin) {
    case TokenOrigin::kOption:
      return "it has expired, was revoked, or is no access token (a leading \"oauth:\" is taken away, it does no harm); set a new one, or "
             "remove it and run `vieweratlas login`";
    case TokenOrigin::kLogin: return "run `vieweratlas login` again";
    case TokenOrigin::kApp: return "check TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET";
  }
  return "";
}

Error refused(TokenOrigin origin, const Error& reason) {
  if (reason.code != ErrorCode::kDenied) return reason;
  return denied(fmt::format("Twitch does not accept {} ({}): {}", name_of(origin), reason.message, remedy(origin)));
}

}  // namespace

std::string_view name_of(TokenOrigin origin) {
  switch (origin) {
    case TokenOrigin::kOption: return "TWITCH_OAUTH_TOKEN";
    case TokenOrigin::kLogin: return "the login in tokens.json";
    case TokenOrigin::kApp: return "the application";
  }
  return "";
}

TokenSource::TokenSource(const CollectOptions& options, HttpClient& http, const Clock& clock, Logger& log, Sleeper& sleeper)
    : options_(options),
      http_(http),
      clock_(clock),
      log_(log),
      sleeper_(sleeper),
      store_(options.private_dir),
      client_{.id_url = options.endpoints.id_url,
              .client_id = options.credentials.client_id,
              .client_secret = options.credentials.client_secret} {}

bool TokenSource::has(TokenOrigin origin) const {
  switch (origin) {
    case TokenOrigin::kOption: return !options_.credentials.token.empty();
    case TokenOrigin::kLogin: return store_.exists();
    case TokenOrigin::kApp: return !client_.client_id.empty() && !client_.client_secret.empty();
  }
  return false;
}

Result<HeldToken> TokenSource::get(TokenOrigin origin, bool need_chat, const std::stop_token& stop) {
  switch (origin) {
    case TokenOrigin::kOption: return validated(origin, options_.credentials.token, need_chat, stop);
    case TokenOrigin::kLogin: return login_token(need_chat, stop);
    case TokenOrigin::kApp: return app_token(need_chat, stop);
  }
  return Error{};
}

Result<HeldToken> TokenSource::renewed(const HeldToken& old, bool need_chat, const std::stop_token& stop) {
  switch (old.origin) {
    case TokenOrigin::kOption: return denied(fmt::format("{} cannot be renewed: {}", name_of(old.origin), remedy(old.origin)));
    case TokenOrigin::kLogin: return renewed_login(old.access, need_chat, stop);
    case TokenOrigin::kApp: return app_token(need_chat, stop);
  }
  return Error{};
}

Result<HeldToken> TokenSource::validated(TokenOrigin origin, const Secret& token, bool need_chat, const std::stop_token& stop) {
  const Result<HttpResponse> response = send(validate_request(client_, token), "validating the token", stop);
  if (!response) return response.error();
  Result<ValidatedToken> facts = parse_validation(*response);
  if (!facts) return refused(origin, facts.error());
  if (Status checked = check(origin, *facts, need_chat); !checked.ok()) return std::move(checked).error();
  HeldToken held{.origin = origin, .access = token, .client_id = facts->client_id};
  held.facts = {.login = facts->login, .user_id = facts->user_id, .scopes = facts->scopes, .expires = std::nullopt};
  if (facts->expires_in) {
    const std::chrono::milliseconds life = *facts->expires_in;
    held.facts.expires = clock_.steady() + life;
    held.renew_at = clock_.steady() + life * 9 / 10;
  }
  return held;
}

Status TokenSource::check(TokenOrigin origin, const ValidatedToken& token, bool need_chat) const {
  if (!client_.client_id.empty() && token.client_id != client_.client_id) {
    return denied(fmt::format(
        "{} was made for another application than TWITCH_CLIENT_ID names (its client id is {}): {}", name_of(origin),
        printable(token.client_id, 60),
        origin == TokenOrigin::kLogin ? "run `vieweratlas login` again" : "give both of the same application, or no client id"));
  }
  if (!need_chat) return {};
  if (token.login.empty()) {
    return denied(fmt::format("{} is an app token, which cannot log in to chats: run `vieweratlas login`", name_of(origin)));
  }
  if (std::find(token.scopes.begin(), token.scopes.end(), kChatScope) == token.scopes.end()) {
    return denied(fmt::format("{} lacks the scope {} (it has: {}): run `vieweratlas login`, or make a token with that scope",
                              name_of(origin), kChatScope,
                              token.scopes.empty() ? "none" : printable(fmt::format("{}", fmt::join(token.scopes, " ")), 120)));
  }
  return {};
}

Result<HeldToken> TokenSource::login_token(bool need_chat, const std::stop_token& stop) {
  const Result<std::optional<TokenRecord>> record = store_.load();
  if (!record) return record.error();
  if (!*record) return denied("there is no tokens.json any more: run `vieweratlas login`");
  Result<HeldToken> held = validated(TokenOrigin::kLogin, (*record)->access, need_chat, stop);
  if (held.ok() || held.error().code != ErrorCode::kDenied) return held;
  return renewed_login((*record)->access, need_chat, stop);
}

Result<HeldToken> TokenSource::renewed_login(const Secret& old, bool need_chat, const std::stop_token& stop) {
  const Result<TokenStore::Lock> lock = store_.lock(sleeper_, stop);
  if (!lock) return lock.error();
  const Result<std::optional<TokenRecord>> record = store_.load();
  if (!record) return record.error();
  if (!*record) return denied("there is no tokens.json any more: run `vieweratlas login`");
  if ((*record)->access.reveal() != old.reveal()) {  // another process was faster
    Result<HeldToken> held = validated(TokenOrigin::kLogin, (*record)->access, need_chat, stop);
    if (held.ok() || held.error().code != ErrorCode::kDenied) return held;
  }
  const Result<TokenRecord> fresh = refreshed(**record, stop);
  if (!fresh) return fresh.error();
  return validated(TokenOrigin::kLogin, fresh->access, need_chat, stop);
}

Result<TokenRecord> TokenSource::refreshed(const TokenRecord& record, const std::stop_token& stop) {
  if (record.refresh.empty()) return denied("the login in tokens.json has ended and cannot be renewed: run `vieweratlas login` again");
  OAuthClient client = client_;
  if (!client.client_id.empty() && client.client_id != record.client_id) {
    return denied("the login in tokens.json was made for another application than TWITCH_CLIENT_ID names: run `vieweratlas login` again");
  }
  client.client_id = record.client_id;
  const Result<HttpResponse> response = send(refresh_request(client, record.refresh), "renewing the token", stop);
  if (!response) return response.error();
  Result<GrantedToken> granted = parse_token(*response);
  if (!granted) return refused(TokenOrigin::kLogin, granted.error());
  TokenRecord fresh = record;
  fresh.access = std::move(granted->access);
  if (!granted->refresh.empty()) fresh.refresh = std::move(granted->refresh);
  if (!granted->scopes.empty()) fresh.scopes = std::move(granted->scopes);
  fresh.expires.reset();
  if (granted->expires_in) fresh.expires = std::chrono::floor<std::chrono::seconds>(clock_.utc()) + *granted->expires_in;
  // The old refresh token is used up: what cannot be stored is lost with this process, and still good until then.
  if (const Status saved = store_.save(fresh); !saved.ok()) {
    log_.error(fmt::format("the renewed token cannot be stored ({}); after the next start `vieweratlas login` will be needed",
                           saved.error().message));
  }
  return fresh;
}

Result<HeldToken> TokenSource::app_token(bool need_chat, const std::stop_token& stop) {
  if (need_chat) {
    return denied("chats need the token of an account, a client secret is not enough: run `vieweratlas login`, or set TWITCH_OAUTH_TOKEN");
  }
  const Result<HttpResponse> response = send(app_token_request(client_), "asking for an app token", stop);
  if (!response) return response.error();
  Result<GrantedToken> granted = parse_token(*response);
  if (!granted) return refused(TokenOrigin::kApp, granted.error());
  HeldToken held{.origin = TokenOrigin::kApp, .access = std::move(granted->access), .client_id = client_.client_id};
  if (granted->expires_in) {
    const std::chrono::milliseconds life = *granted->expires_in;
    held.facts.expires = clock_.steady() + life;
    held.renew_at = clock_.steady() + life * 9 / 10;
  }
  return held;
}

Result<HttpResponse> TokenSource::send(const HttpRequest& request, std::string_view what, const std::stop_token& stop) {
  return send_patiently(http_, request, what, sleeper_, log_, stop);
}

}  // namespace vieweratlas::collect_internal
