#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {

/// An application at Twitch's OAuth interface. Requests carry the secret only when there is one: public clients have none.
struct OAuthClient {
  std::string id_url;  ///< "https://id.twitch.tv/oauth2", without a slash at the end
  std::string client_id;
  Secret client_secret;
};

/// Requests of the OAuth interface. Secrets stand in headers and bodies, never in the address.
[[nodiscard]] HttpRequest validate_request(const OAuthClient& client, const Secret& token);
[[nodiscard]] HttpRequest app_token_request(const OAuthClient& client);
[[nodiscard]] HttpRequest refresh_request(const OAuthClient& client, const Secret& refresh_token);
[[nodiscard]] HttpRequest device_code_request(const OAuthClient& client, std::span<const std::string> scopes);
[[nodiscard]] HttpRequest device_token_request(const OAuthClient& client, const Secret& device_code, std::span<const std::string> scopes);
[[nodiscard]] HttpRequest revoke_request(const OAuthClient& client, const Secret& token);

/// What a token is.
struct ValidatedToken {
  std::string client_id;
  std::string login;    ///< empty for an app token
  std::string user_id;  ///< empty for an app token
  std::vector<std::string> scopes;
  std::optional<std::chrono::seconds> expires_in;
};

/// A new token.
struct GrantedToken {
  Secret access;
  Secret refresh;  ///< empty where there is none: app tokens
  std::vector<std::string> scopes;
  std::optional<std::chrono::seconds> expires_in;
};

/// What somebody has to enter in a browser so that a device gets a token.
struct DeviceCode {
  Secret device_code;
  std::string user_code;
  std::string verification_uri;
  std::chrono::seconds expires_in{1800};
  std::chrono::seconds interval{5};  ///< shortest time between two questions for the token
};

enum class DeviceState : std::uint8_t { kGranted, kPending, kSlowDown, kExpired, kDenied };

struct DeviceAnswer {
  DeviceState state = DeviceState::kPending;
  GrantedToken token;  ///< when granted
};

/// Answers of the OAuth interface. Errors of all: denied (the platform says no; its words stand in the message), not_found
/// (404), unavailable (other 4xx, 5xx), corrupt_data (no JSON, or what is needed is missing). Answers are never quoted when they may
/// hold a token.
[[nodiscard]] Result<ValidatedToken> parse_validation(const HttpResponse& response);
[[nodiscard]] Result<GrantedToken> parse_token(const HttpResponse& response);
[[nodiscard]] Result<DeviceCode> parse_device_code(const HttpResponse& response);
[[nodiscard]] Result<DeviceAnswer> parse_device_answer(const HttpResponse& response);

/// The error that an answer other than 2xx stands for: "Twitch answers 401: ...". `what` was asked.
[[nodiscard]] Error error_of(const HttpResponse& response, std::string_view what);

}  // namespace vieweratlas
