#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/secret.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/oauth.h"

namespace vieweratlas {
namespace {

/// A POST whose body is a form.
HttpRequest form(const OAuthClient& client, std::string_view path,
                 const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = client.id_url + std::string(path);
  request.headers.push_back({.name = "Content-Type", .value = "application/x-www-form-urlencoded"});
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    if (!request.body.empty()) request.body += '&';
    request.body += fmt::format("{}={}", name, percent_encoded(value));
  }
  return request;
}

}  // namespace

HttpRequest validate_request(const OAuthClient& client, const Secret& token) {
  HttpRequest request;
  request.url = client.id_url + "/validate";
  request.headers.push_back({.name = "Authorization", .value = fmt::format("OAuth {}", token.reveal())});
  return request;
}

HttpRequest app_token_request(const OAuthClient& client) {
  return form(client, "/token",
              {{"client_id", client.client_id}, {"client_secret", client.client_secret.reveal()}, {"grant_type", "client_credentials"}});
}

HttpRequest refresh_request(const OAuthClient& client, const Secret& refresh_token) {
  return form(client, "/token",
              {{"client_id", client.client_id},
               {"client_secret", client.client_secret.reveal()},
               {"grant_type", "refresh_token"},
               {"refresh_token", refresh_token.reveal()}});
}

HttpRequest device_code_request(const OAuthClient& client, std::span<const std::string> scopes) {
  return form(client, "/device", {{"client_id", client.client_id}, {"scopes", fmt::format("{}", fmt::join(scopes, " "))}});
}

HttpRequest device_token_request(const OAuthClient& client, const Secret& device_code, std::span<const std::string> scopes) {
  return form(client, "/token",
              {{"client_id", client.client_id},
               {"client_secret", client.client_secret.reveal()},
               {"scopes", fmt::format("{}", fmt::join(scopes, " "))},
               {"device_code", device_code.reveal()},
               {"grant_type", "urn:ietf:params:oauth:grant-type:device_code"}});
}

HttpRequest revoke_request(const OAuthClient& client, const Secret& token) {
  return form(client, "/revoke", {{"client_id", client.client_id}, {"token", token.reveal()}});
}

}  // namespace vieweratlas
