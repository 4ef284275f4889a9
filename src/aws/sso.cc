#include "aws/sso.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "aws/credentials_json.h"
#include "aws/library.h"
#include "aws/lookup.h"
#include "aws/profiles.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/aws/region.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/private_file.h"

namespace vieweratlas::aws_internal {
namespace {

constexpr std::chrono::milliseconds kTimeout{4'000};
constexpr std::int64_t kLongestLifeS = 90LL * 24 * 3600;  // of a session: what AWS allows

/// What a profile says of its session.
struct SsoSession {
  std::string cache_key;  // names the file of the token
  std::string region;
  std::string account;
  std::string role;
  bool has_name = false;  // as only sessions have that can be renewed
};

SsoSession session_of(const AwsProfiles& profiles, const std::string& profile) {
  SsoSession session{.account = profiles.value(profile, "sso_account_id"), .role = profiles.value(profile, "sso_role_name")};
  if (const std::string name = profiles.value(profile, "sso_session"); !name.empty()) {
    session.has_name = true;
    session.cache_key = name;
    session.region = profiles.sso_session_value(name, "sso_region");
  } else {
    session.cache_key = profiles.value(profile, "sso_start_url");
    session.region = profiles.value(profile, "sso_region");
  }
  return session;
}

std::string log_in(const std::string& profile) { return "; run `aws sso login --profile " + printable(profile, 80) + "`"; }

/// `text` between quotation marks, as JSON has it. What is written here is visible ASCII.
std::string json_text(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  return json + '"';
}

/// An object of texts.
std::string json_of(const std::vector<std::pair<std::string_view, std::string>>& members) {
  std::string json;
  for (const auto& [name, value] : members) {
    if (!value.empty()) json += (json.empty() ? "{" : ",") + json_text(name) + ":" + json_text(value);
  }
  return json + "}";
}

/// What renewing took from the session's file, and puts back there.
struct Registration {
  std::string client_id;
  std::string client_secret;
  std::string refresh_token;
  std::string until;  // of the client

  [[nodiscard]] bool is_usable(UtcMillis now) const {
    const std::optional<UtcTime> end = parse_time(until);
    const auto is_visible = [](std::string_view text) {
      return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
    };
    return is_visible(client_id) && is_visible(client_secret) && is_visible(refresh_token) && (!end || now < UtcMillis(*end));
  }
};

/// A new token for a session that is over, asked for as AWS's own tools do, and put into the session's file for them. Empty when AWS wants
/// a person to log in again. Errors: unavailable.
Result<Secret> renewed_token(const AwsSearch& search, const SsoSession& session, const std::filesystem::path& file,
                             const std::string& text) {
  Registration client{.client_id = json_member(text, "clientId"),
                      .client_secret = json_member(text, "clientSecret"),
                      .refresh_token = json_member(text, "refreshToken"),
                      .until = json_member(text, "registrationExpiresAt")};
  if (!session.has_name || !client.is_usable(search.now())) return Secret();
  const AwsSearch::Endpoint endpoint =
      search.endpoint("SSO_OIDC", "https://oidc." + session.region + "." + std::string(aws_domain_of(session.region)));
  HttpRequest request{.method = HttpMethod::kPost,
                      .url = endpoint.url + "/token",
                      .headers = {{"Content-Type", "application/json"}},
                      .body = json_of({{"clientId", client.client_id},
                                       {"clientSecret", client.client_secret},
                                       {"grantType", "refresh_token"},
                                       {"refreshToken", client.refresh_token}}),
                      .allow_unencrypted = endpoint.is_named_by_operator};
  Result<HttpResponse> answer = search.ask(std::move(request), kTimeout);
  if (!answer) return std::move(answer).error().with_context("renewing the SSO session " + printable(session.cache_key, 80));
  if (answer->status == 429 || answer->status >= 500) {
    return Error{ErrorCode::kUnavailable, "renewing the SSO session " + printable(session.cache_key, 80) + ": AWS answered " +
                                              std::to_string(answer->status) + "; try again later"};
  }
  std::string token = json_member(answer->body, "accessToken");
  std::int64_t life_s = 0;
  const std::string life = json_member(answer->body, "expiresIn");
  const auto [end, problem] = std::from_chars(life.data(), life.data() + life.size(), life_s);
  if (answer->status != 200 || problem != std::errc() || life_s <= 0 || life_s > kLongestLifeS) return Secret();
  if (std::string next = json_member(answer->body, "refreshToken"); !next.empty()) client.refresh_token = std::move(next);
  const UtcTime expires = std::chrono::floor<std::chrono::seconds>(search.now()) + std::chrono::seconds(life_s);
  // Where the file cannot be replaced the token serves this run alone.
  static_cast<void>(replace_private_file(file, json_of({{"startUrl", json_member(text, "startUrl")},
                                                        {"region", session.region},
                                                        {"accessToken", token},
                                                        {"expiresAt", format_iso(expires)},
                                                        {"clientId", client.client_id},
                                                        {"clientSecret", client.client_secret},
                                                        {"registrationExpiresAt", client.until},
                                                        {"refreshToken", client.refresh_token}})));
  return Secret(token);
}

/// The token of the session, renewed where that needs nobody.
Result<Secret> session_token(const AwsSearch& search, const SsoSession& session, const std::string& profile) {
  const std::filesystem::path file = aws_folder(search) / "sso" / "cache" / (aws_sha1_hex(session.cache_key) + ".json");
  const Result<std::string> text = read_file(file);
  if (!text) {
    if (text.error().code != ErrorCode::kNotFound) return Error(text.error()).with_context("the SSO session of the AWS profile " + profile);
    return Error{ErrorCode::kDenied,
                 "nobody is logged in to the SSO session of the AWS profile " + printable(profile, 80) + log_in(profile)};
  }
  std::string until = json_member(*text, "expiresAt");
  if (until.ends_with("UTC")) until.replace(until.size() - 3, 3, "Z");  // older versions of the tool
  const std::optional<UtcTime> expires = parse_time(until);
  Secret token(json_member(*text, "accessToken"));
  if (!expires || token.empty()) {
    return Error{ErrorCode::kCorruptData, printable(file.string()) + " holds no SSO session" + log_in(profile)};
  }
  if (UtcMillis(*expires) <= search.now()) {
    Result<Secret> renewed = renewed_token(search, session, file, *text);
    if (!renewed || !renewed->empty()) return renewed;
    return Error{ErrorCode::kDenied,
                 "the SSO session of the AWS profile " + printable(profile, 80) + " expired at " + format_iso(*expires) + log_in(profile)};
  }
  return token;
}

}  // namespace

Result<AwsCredentials> sso_credentials(const AwsSearch& search, const AwsProfiles& profiles, const std::string& profile) {
  const SsoSession session = session_of(profiles, profile);
  const bool is_region = session.region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (session.cache_key.empty() || session.region.empty() || session.account.empty() || session.role.empty() || !is_region) {
    return Error{ErrorCode::kInvalidArgument, "the AWS profile " + printable(profile, 80) +
                                                  " needs sso_account_id, sso_role_name and an sso_session with sso_region; run `aws "
                                                  "configure sso`"};
  }
  const Result<Secret> token = session_token(search, session, profile);
  if (!token) return token.error();
  const AwsSearch::Endpoint endpoint =
      search.endpoint("SSO", "https://portal.sso." + session.region + "." + std::string(aws_domain_of(session.region)));
  HttpRequest request{.url = endpoint.url + "/federation/credentials?role_name=" + percent_encoded(session.role) +
                             "&account_id=" + percent_encoded(session.account),
                      .headers = {{"x-amz-sso_bearer_token", std::string(token->reveal())}},
                      .allow_unencrypted = endpoint.is_named_by_operator};
  Result<HttpResponse> answer = search.ask(std::move(request), kTimeout);
  if (!answer) return std::move(answer).error().with_context("asking for the SSO role " + printable(session.role, 80));
  if (answer->status != 200) {
    const std::string why = json_member(answer->body, "message");
    return Error{answer->status >= 500 || answer->status == 429 ? ErrorCode::kUnavailable : ErrorCode::kDenied,
                 "AWS did not give the SSO role " + printable(session.role, 80) + " of account " + printable(session.account, 40) +
                     " (HTTP " + std::to_string(answer->status) + (why.empty() ? "" : ", " + printable(why, 200)) + ")" + log_in(profile)};
  }
  return credentials_from_json(answer->body, kSsoJson,
                               "the SSO role " + printable(session.role, 80) + " of the AWS profile " + printable(profile, 80));
}

}  // namespace vieweratlas::aws_internal
