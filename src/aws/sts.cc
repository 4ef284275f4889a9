#include "aws/sts.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "aws/credentials_json.h"
#include "aws/library.h"
#include "aws/lookup.h"
#include "aws/signature.h"

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

/// The text of the first element `name`, whose content is plain: keys, times, codes and sentences.
std::string element_text(std::string_view xml, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const std::size_t begin = xml.find(open);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = xml.substr(begin + open.size());
  const std::size_t end = rest.find("</" + std::string(name) + ">");
  if (end == std::string_view::npos || rest.substr(0, end).find('<') != std::string_view::npos) return {};
  return std::string(trim(rest.substr(0, end)));
}

std::string service_url(const AwsSearch& search, const std::string& region, bool& is_named) {
  const AwsSearch::Endpoint endpoint = search.endpoint("STS", "https://sts." + region + "." + std::string(aws_domain_of(region)));
  is_named = endpoint.is_named_by_operator;
  return endpoint.url + "/";
}

std::string form_of(std::string_view action, const AwsRole& role) {
  std::string form = "Action=" + std::string(action) + "&Version=2011-06-15&RoleArn=" + percent_encoded(role.arn) +
                     "&RoleSessionName=" + percent_encoded(role.session_name.empty() ? "vieweratlas" : role.session_name);
  if (!role.external_id.empty()) form += "&ExternalId=" + percent_encoded(role.external_id);
  if (!role.duration_s.empty()) form += "&DurationSeconds=" + percent_encoded(role.duration_s);
  return form;
}

Error refused(const HttpResponse& answer, const AwsRole& role) {
  const std::string code = element_text(answer.body, "Code");
  const std::string why = element_text(answer.body, "Message");
  std::string said = code.empty() ? "HTTP " + std::to_string(answer.status) : printable(code, 80);
  if (!why.empty()) said += ": " + printable(why, 300);
  const bool is_passing = answer.status == 429 || answer.status >= 500 || code == "Throttling" || code == "IDPCommunicationError";
  return {is_passing ? ErrorCode::kUnavailable : ErrorCode::kDenied,
          "AWS's security token service did not give the role " + printable(role.arn, 160) + " (" + said +
              "); check the role's trust policy and " +
              (code == "ExpiredToken" || code == "ExpiredTokenException" ? "renew the session" : "the caller's rights")};
}

Result<AwsCredentials> exchange(const AwsSearch& search, HttpRequest request, const AwsRole& role) {
  Result<HttpResponse> answer = search.ask(std::move(request), kTimeout);
  if (!answer) return std::move(answer).error().with_context("asking for the role " + printable(role.arn, 160));
  if (answer->status != 200) return refused(*answer, role);
  return credentials_from_sts_xml(answer->body, "the role " + printable(role.arn, 160));
}

}  // namespace

Result<AwsCredentials> credentials_from_sts_xml(std::string_view xml, std::string source) {
  const std::optional<UtcTime> expires = parse_time(element_text(xml, "Expiration"));
  AwsCredentials credentials{.access_key_id = element_text(xml, "AccessKeyId"),
                             .secret_access_key = Secret(element_text(xml, "SecretAccessKey")),
                             .session_token = Secret(element_text(xml, "SessionToken")),
                             .expires = expires ? std::optional<UtcMillis>(*expires) : std::nullopt,
                             .source = std::move(source)};
  if (!expires || !is_sendable(credentials) || credentials.session_token.empty()) {
    return Error{ErrorCode::kCorruptData,
                 "the answer of AWS's security token service for " + credentials.source + " holds no credentials with a time of expiry"};
  }
  return credentials;
}

Result<AwsCredentials> assume_role(const AwsSearch& search, const AwsRole& role, const AwsCredentials& credentials,
                                   const std::string& region) {
  HttpRequest request{.method = HttpMethod::kPost,
                      .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                      .body = form_of("AssumeRole", role)};
  request.url = service_url(search, region, request.allow_unencrypted);
  Status signature =
      sign_aws_request(request, aws_sha256_hex(request.body), credentials, {.region = region, .service = "sts"}, search.now());
  if (!signature) return std::move(signature).error();
  return exchange(search, std::move(request), role);
}

Result<AwsCredentials> assume_role_with_web_identity(const AwsSearch& search, const AwsRole& role, const std::filesystem::path& token_file,
                                                     const std::string& region) {
  const Result<std::string> text = read_file(token_file);
  if (!text) return Error(text.error()).with_context("the web identity token of the role " + printable(role.arn, 160));
  const std::string_view token = trim(*text);
  if (token.empty() || token.size() > 20'000) {  // more the service does not take
    return Error{ErrorCode::kCorruptData,
                 printable(token_file.string()) + " must hold one web identity token of 20,000 characters at most and nothing else"};
  }
  HttpRequest request{.method = HttpMethod::kPost,
                      .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                      .body = form_of("AssumeRoleWithWebIdentity", role) + "&WebIdentityToken=" + percent_encoded(token)};
  request.url = service_url(search, region, request.allow_unencrypted);
  return exchange(search, std::move(request), role);
}

Result<AwsLookup> look_for_web_identity(const AwsSearch& search) {
  const std::string file = search.setting("AWS_WEB_IDENTITY_TOKEN_FILE");
  const std::string arn = search.setting("AWS_ROLE_ARN");
  if (file.empty()) return AwsLookup::none("AWS_WEB_IDENTITY_TOKEN_FILE is not set");
  if (arn.empty()) {
    return Error{ErrorCode::kInvalidArgument, "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not; set both, or neither"};
  }
  const Result<std::string> region = search.region();
  if (!region) return region.error();
  Result<AwsCredentials> credentials =
      assume_role_with_web_identity(search, {.arn = arn, .session_name = search.setting("AWS_ROLE_SESSION_NAME")}, file, *region);
  if (!credentials) return std::move(credentials).error();
  return AwsLookup{.found = *std::move(credentials)};
}

}  // namespace vieweratlas::aws_internal
