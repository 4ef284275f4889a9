#include "support/fake_twitch/oauth.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "support/fake_twitch/json.h"

#include "vieweratlas/core/random.h"

namespace fake_twitch {
namespace {

/// Errors of id.twitch.tv have a status and a message, and nothing named as RFC 6749 does.
HttpAnswer problem(int status, std::string_view message) {
  JsonWriter out;
  out.open('{').field("status", status).field("message", message).close('}');
  HttpAnswer answer;
  answer.status = status;
  answer.body = out.take();
  return answer;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    if (end != 0) {
      found.emplace_back(text.substr(0, end));
    }
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return found;
}

void write_scopes(JsonWriter& out, std::string_view name, const std::vector<std::string>& scopes) {
  out.key(name).open('[');
  for (const std::string& scope : scopes) {
    out.text(scope);
  }
  out.close(']');
}

}  // namespace

HttpAnswer OAuth::answer(const HttpRequest& request) {
  const std::string_view path = request.path;
  if (path.ends_with("/validate")) {
    return validate(request);
  }
  if (request.method != "POST") {
    return problem(404, "not found");
  }
  if (path.ends_with("/token")) {
    return token(request);
  }
  if (path.ends_with("/device")) {
    return device(request);
  }
  return path.ends_with("/revoke") ? revoke(request) : problem(404, "not found");
}

HttpAnswer OAuth::validate(const HttpRequest& request) {
  const std::string header = request.header("authorization");
  const std::size_t blank = header.find(' ');
  const std::string scheme = header.substr(0, blank);
  const Token* token = blank == std::string::npos ? nullptr : world_.token(std::string_view(header).substr(blank + 1));
  if (header.empty()) {
    return problem(401, "missing authorization token");
  }
  if (token == nullptr || (scheme != "OAuth" && scheme != "Bearer")) {
    return problem(401, "invalid access token");
  }
  JsonWriter out;
  out.open('{').field("client_id", token->client_id);
  if (!token->login.empty()) {
    out.field("login", token->login).field("user_id", token->user_id);
  }
  write_scopes(out, "scopes", token->scopes);
  out.field("expires_in", token->ends == 0 ? 0 : std::max<Millis>(0, (token->ends - now_ms()) / 1000)).close('}');
  HttpAnswer answer;
  answer.body = out.take();
  return answer;
}

HttpAnswer OAuth::token(const HttpRequest& request) {
  const std::string grant = request.field("grant_type");
  if (grant == "client_credentials") {
    return client_credentials(request);
  }
  if (grant == "refresh_token") {
    return refresh(request);
  }
  if (grant == "urn:ietf:params:oauth:grant-type:device_code") {
    return device_token(request);
  }
  return problem(400, "missing grant type");
}

HttpAnswer OAuth::client_credentials(const HttpRequest& request) {
  const Application* application = world_.application(request.field("client_id"));
  if (application == nullptr) {
    return problem(400, "invalid client");
  }
  if (application->secret.empty() || application->secret != request.field("client_secret")) {
    return problem(403, "invalid client secret");
  }
  const Token& made = world_.mint(application->id, "", "", {}, world_.settings.app_token_life_s);
  JsonWriter out;
  out.open('{')
      .field("access_token", made.text)
      .field("expires_in", world_.settings.app_token_life_s)
      .field("token_type", "bearer")
      .close('}');
  HttpAnswer answer;
  answer.body = out.take();
  return answer;
}

HttpAnswer OAuth::user_token(const Refresh& grant) {
  const Token& made = world_.mint(grant.client_id, grant.login, grant.user_id, grant.scopes, world_.settings.token_life_s);
  JsonWriter out;
  out.open('{').field("access_token", made.text).field("expires_in", world_.settings.token_life_s);
  out.field("refresh_token", world_.mint_refresh(made));
  write_scopes(out, "scope", made.scopes);
  out.field("token_type", "bearer").close('}');
  HttpAnswer answer;
  answer.body = out.take();
  return answer;
}

HttpAnswer OAuth::refresh(const HttpRequest& request) {
  const auto found = world_.refreshes.find(request.field("refresh_token"));
  if (found == world_.refreshes.end()) {
    return problem(400, "Invalid refresh token");
  }
  if (found->second.client_id != request.field("client_id")) {
    return problem(403, "invalid client");
  }
  const Refresh grant = found->second;
  if (world_.settings.rotate_refresh != 0) {
    world_.refreshes.erase(found);
  }
  return user_token(grant);
}

HttpAnswer OAuth::device(const HttpRequest& request) {
  const std::string client = request.field("client_id");
  if (world_.application(client) == nullptr) {
    return problem(400, "invalid client");
  }
  std::string scopes = request.field("scopes");
  if (scopes.empty()) {
    scopes = request.field("scope");
  }
  const std::string code = "devicecode" + std::to_string(vieweratlas::mix64(world_.seed + devices_.size()));
  devices_[code] = Device{client, words(scopes), 0, now_ms() + world_.settings.device_life_s * 1000, ""};
  JsonWriter out;
  out.open('{').field("device_code", code).field("expires_in", world_.settings.device_life_s);
  out.field("interval", world_.settings.device_interval_s).field("user_code", "ABCD" + std::to_string(1000 + devices_.size()));
  out.field("verification_uri", "https://www.twitch.tv/activate?public=true&device-code=ABCD").close('}');
  HttpAnswer answer;
  answer.body = out.take();
  return answer;
}

HttpAnswer OAuth::device_token(const HttpRequest& request) {
  const auto found = devices_.find(request.field("device_code"));
  if (found == devices_.end() || now_ms() >= found->second.ends) {
    return problem(400, "invalid device code");
  }
  Device& device = found->second;
  if (device.client_id != request.field("client_id")) {
    return problem(400, "invalid client");
  }
  ++device.polls;
  const bool by_polls = world_.settings.device_polls >= 0 && device.polls > world_.settings.device_polls;
  if (device.approved_by.empty() && !by_polls) {
    return problem(400, "authorization_pending");
  }
  const std::string login = device.approved_by.empty() ? approver_ : device.approved_by;
  const Refresh grant{device.client_id, login, world_.user_id(login), device.scopes};
  devices_.erase(found);
  return user_token(grant);
}

HttpAnswer OAuth::revoke(const HttpRequest& request) {
  const auto found = world_.tokens.find(request.field("token"));
  if (found == world_.tokens.end() || found->second.client_id != request.field("client_id")) {
    return problem(400, "Invalid token");
  }
  found->second.revoked = true;
  HttpAnswer answer;
  answer.type = "text/plain";
  return answer;
}

void OAuth::approve(const std::string& login) {
  approver_ = login;
  for (auto& [code, device] : devices_) {
    device.approved_by = login;
  }
}

void OAuth::deny() { devices_.clear(); }

}  // namespace fake_twitch
