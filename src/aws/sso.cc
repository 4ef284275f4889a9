#include "aws/sso.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

namespace vieweratlas::aws_internal {
namespace {

constexpr std::chrono::milliseconds kTimeout{4'000};

/// What a profile says of its session.
struct SsoSession {
  std::string cache_key;  // names the file of the token
  std::string region;
  std::string account;
  std::string role;
};

SsoSession session_of(const AwsProfiles& profiles, const std::string& profile) {
  SsoSession session{.account = profiles.value(profile, "sso_account_id"), .role = profiles.value(profile, "sso_role_name")};
  if (const std::string name = profiles.value(profile, "sso_session"); !name.empty()) {
    session.cache_key = name;
    session.region = profiles.sso_session_value(name, "sso_region");
  } else {
    session.cache_key = profiles.value(profile, "sso_start_url");
    session.region = profiles.value(profile, "sso_region");
  }
  return session;
}

std::string log_in(const std::string& profile) { return "; run `aws sso login --profile " + printable(profile, 80) + "`"; }

/// The token of the session, unless it is over.
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
