#include "vieweratlas/collect/device_login.h"

#include <array>
#include <chrono>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

#include "collect/patient_exchange.h"
#include "collect/token_store.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/oauth.h"
#include "vieweratlas/twitch/token_record.h"

namespace vieweratlas {
namespace {

using collect_internal::cancelled;
using std::chrono::seconds;

const std::array<std::string, 1>& scopes() {
  static const std::array<std::string, 1> kScopes{"chat:read"};
  return kScopes;
}

/// Asks for the token until somebody has entered the code.
Result<GrantedToken> wait_for_token(const OAuthClient& client, const DeviceCode& code, HttpClient& http, const Clock& clock,
                                    Sleeper& sleeper, const std::stop_token& stop) {
  const SteadyTime end = clock.steady() + code.expires_in;
  seconds interval = code.interval;
  const Error expired{ErrorCode::kDenied,
                      "the code was not entered in time, or was declined in the browser; run `vieweratlas login` again"};
  while (clock.steady() < end) {
    if (!sleeper.sleep(interval, stop)) return cancelled();
    const Result<HttpResponse> response = http.send(device_token_request(client, code.device_code, scopes()), stop);
    // A lost connection says nothing about the code: it stays good until its end.
    if (!response.ok() && response.error().code == ErrorCode::kUnavailable) continue;
    if (!response) return response.error();
    Result<DeviceAnswer> answer = parse_device_answer(*response);
    if (!answer.ok() && answer.error().code == ErrorCode::kUnavailable) continue;
    if (!answer) return std::move(answer).error();
    switch (answer->state) {
      case DeviceState::kGranted: return std::move(answer->token);
      case DeviceState::kPending: break;
      case DeviceState::kSlowDown: interval += seconds(5); break;  // RFC 8628, section 3.5
      case DeviceState::kExpired:                                  // also the answer for a code that was declined
      case DeviceState::kDenied: return expired;
    }
  }
  return expired;
}

}  // namespace

Result<TokenRecord> login_with_device(const CollectOptions& options, HttpClient& http, const Clock& clock, Sleeper& sleeper,
                                      const std::function<void(const DeviceCode&)>& show, const std::stop_token& stop) {
  const OAuthClient client{
      .id_url = options.endpoints.id_url, .client_id = options.credentials.client_id, .client_secret = options.credentials.client_secret};
  if (client.client_id.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "a login needs the client id of an application: register one at https://dev.twitch.tv/console/apps (type: public) and set "
                 "TWITCH_CLIENT_ID"};
  }
  const Result<HttpResponse> response = http.send(device_code_request(client, scopes()), stop);
  if (!response) return response.error();
  const Result<DeviceCode> code = parse_device_code(*response);
  if (!code) return code.error();
  show(*code);
  Result<GrantedToken> token = wait_for_token(client, *code, http, clock, sleeper, stop);
  if (!token) return std::move(token).error();

  const Result<HttpResponse> validation = http.send(validate_request(client, token->access), stop);
  if (!validation) return validation.error();
  Result<ValidatedToken> facts = parse_validation(*validation);
  if (!facts) return std::move(facts).error();
  TokenRecord record{.client_id = client.client_id,
                     .login = std::move(facts->login),
                     .user_id = std::move(facts->user_id),
                     .scopes = std::move(facts->scopes),
                     .access = std::move(token->access),
                     .refresh = std::move(token->refresh)};
  if (token->expires_in) record.expires = std::chrono::floor<seconds>(clock.utc()) + *token->expires_in;
  const collect_internal::TokenStore store(options.private_dir);
  const auto lock = store.lock(sleeper, stop);
  if (!lock) return lock.error();
  if (Status saved = store.save(record); !saved.ok()) return std::move(saved).error();
  return record;
}

}  // namespace vieweratlas
