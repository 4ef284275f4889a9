#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "twitch/json_value.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/oauth.h"

namespace vieweratlas {
namespace {

using twitch_internal::JsonValue;

bool is_success(const HttpResponse& response) { return response.status >= 200 && response.status < 300; }

Error incomplete(std::string_view what) {
  return Error{ErrorCode::kCorruptData, fmt::format("{}: Twitch's answer is not as documented; try again, and check id_url", what)};
}

/// The answer's object. The text itself is not quoted in errors, since it may hold a token.
Result<JsonValue> object_of(const HttpResponse& response, std::string_view what) {
  Result<JsonValue> json = JsonValue::parse(response.body);
  if (!json.ok() || !json->is_object()) return incomplete(what);
  return json;
}

std::vector<std::string> scopes_of(const JsonValue& value) {
  std::vector<std::string> scopes;
  for (const JsonValue& item : value.items()) {
    if (std::string scope = item.text(); !scope.empty()) scopes.push_back(std::move(scope));
  }
  // Other servers write them as one text, as the standard says.
  const std::string text = value.text();
  for (const std::string_view scope : split(text, ' ')) {
    if (!scope.empty()) scopes.emplace_back(scope);
  }
  return scopes;
}

/// A life of zero means that the token does not end.
std::optional<std::chrono::seconds> life_of(const JsonValue& value) {
  constexpr std::uint64_t kLongest = 10ULL * 365 * 86400;
  const std::optional<std::uint64_t> seconds = value.count();
  if (!seconds || *seconds == 0) return std::nullopt;
  return std::chrono::seconds(std::min(*seconds, kLongest));
}

/// True for what may stand in a header or a form as a token.
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

Result<GrantedToken> token_of(const HttpResponse& response, std::string_view what) {
  const Result<JsonValue> json = object_of(response, what);
  if (!json) return json.error();
  GrantedToken token{.access = Secret((*json)["access_token"].text()),
                     .refresh = Secret((*json)["refresh_token"].text()),
                     .scopes = scopes_of((*json)["scope"]),
                     .expires_in = life_of((*json)["expires_in"])};
  if (!is_token(token.access.reveal())) return incomplete(what);
  if (!token.refresh.empty() && !is_token(token.refresh.reveal())) return incomplete(what);
  return token;
}

}  // namespace

Error error_of(const HttpResponse& response, std::string_view what) {
  std::string words;
  if (const Result<JsonValue> json = JsonValue::parse(response.body); json.ok()) {
    words = (*json)["message"].text();
    if (words.empty()) words = (*json)["error"].text();
  }
  ErrorCode code = ErrorCode::kUnavailable;  // 429, 5xx; also 400: a cursor that has expired is no mistake of the user's
  if (response.status == 401 || response.status == 403) code = ErrorCode::kDenied;
  if (response.status == 404) code = ErrorCode::kNotFound;
  if (response.status < 400) code = ErrorCode::kCorruptData;  // 3xx: redirects are not obeyed
  return Error{code, words.empty() ? fmt::format("{}: Twitch answers {}", what, response.status)
                                   : fmt::format("{}: Twitch answers {} \"{}\"", what, response.status, printable(words, 120))};
}

Result<ValidatedToken> parse_validation(const HttpResponse& response) {
  constexpr std::string_view kWhat = "validating the token";
  if (!is_success(response)) return error_of(response, kWhat);
  const Result<JsonValue> json = object_of(response, kWhat);
  if (!json) return json.error();
  ValidatedToken token{.client_id = (*json)["client_id"].text(),
                       .login = to_lower((*json)["login"].text()),
                       .user_id = (*json)["user_id"].text(),
                       .scopes = scopes_of((*json)["scopes"]),
                       .expires_in = life_of((*json)["expires_in"])};
  if (token.client_id.empty()) return incomplete(kWhat);
  return token;
}

Result<GrantedToken> parse_token(const HttpResponse& response) {
  constexpr std::string_view kWhat = "asking for a token";
  if (is_success(response)) return token_of(response, kWhat);
  Error error = error_of(response, kWhat);
  // "Invalid refresh token", "invalid client secret", "invalid client": the platform's no to the credentials comes as 400.
  if (response.status == 400) error.code = ErrorCode::kDenied;
  return error;
}

Result<DeviceCode> parse_device_code(const HttpResponse& response) {
  constexpr std::string_view kWhat = "asking for a device code";
  if (!is_success(response)) {
    Error error = error_of(response, kWhat);
    if (response.status == 400) error.code = ErrorCode::kDenied;
    return error;
  }
  const Result<JsonValue> json = object_of(response, kWhat);
  if (!json) return json.error();
  DeviceCode code{.device_code = Secret((*json)["device_code"].text()),
                  .user_code = (*json)["user_code"].text(),
                  .verification_uri = (*json)["verification_uri"].text()};
  if (!is_token(code.device_code.reveal()) || code.user_code.empty() || code.verification_uri.empty()) return incomplete(kWhat);
  if (const auto life = life_of((*json)["expires_in"])) code.expires_in = *life;
  if (const auto interval = life_of((*json)["interval"])) code.interval = std::min(*interval, std::chrono::seconds(60));
  return code;
}

Result<DeviceAnswer> parse_device_answer(const HttpResponse& response) {
  constexpr std::string_view kWhat = "waiting for the code to be entered";
  if (is_success(response)) {
    Result<GrantedToken> token = token_of(response, kWhat);
    if (!token) return std::move(token).error();
    return DeviceAnswer{.state = DeviceState::kGranted, .token = *std::move(token)};
  }
  // Twitch tells the state in `message`, the standard (RFC 8628) in `error`; both are known.
  constexpr std::array<std::pair<std::string_view, DeviceState>, 6> kStates{{
      {"authorization_pending", DeviceState::kPending},
      {"slow_down", DeviceState::kSlowDown},
      {"expired_token", DeviceState::kExpired},
      {"invalid device code", DeviceState::kExpired},
      {"access_denied", DeviceState::kDenied},
      {"authorization_declined", DeviceState::kDenied},
  }};
  if (const Result<JsonValue> json = JsonValue::parse(response.body); json.ok() && response.status < 500) {
    for (const std::string& words : {(*json)["message"].text(), (*json)["error"].text()}) {
      for (const auto& [text, state] : kStates) {
        if (equals_ignoring_case(trim(words), text)) return DeviceAnswer{.state = state, .token = {}};
      }
    }
  }
  Error error = error_of(response, kWhat);
  if (response.status == 400) error.code = ErrorCode::kDenied;
  return error;
}

}  // namespace vieweratlas
