// Credentials of an EC2 instance. Only version 2 of the metadata service is spoken: a token is asked for first, which a request that
// somebody tricked a program into cannot do.

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "aws/credentials_json.h"
#include "aws/lookup.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::aws_internal {
namespace {

using namespace std::chrono_literals;

/// On an instance it answers within milliseconds; elsewhere this is what looking costs, twice.
constexpr std::chrono::milliseconds kTimeout{1'000};
/// How long credentials that the service hands out too late are still tried: while it is disturbed, AWS goes on accepting them.
constexpr std::chrono::minutes kGrace{10};
constexpr std::string_view kRolePath = "/latest/meta-data/iam/security-credentials/";

std::string metadata_address(const AwsSearch& search) {
  std::string named = search.setting("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  while (named.ends_with('/')) named.pop_back();
  if (!named.empty()) return named;
  const bool is_ipv6 = equals_ignoring_case(search.setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"), "ipv6");
  return is_ipv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
}

HttpRequest request_for(const std::string& url, std::string_view token) {
  return {.url = url, .headers = {{"x-aws-ec2-metadata-token", std::string(token)}}, .allow_unencrypted = true};
}

bool is_one_line(std::string_view text) {
  return !text.empty() && text.size() <= 4096 && text.find_first_of("\r\n\t ") == std::string_view::npos && is_utf8(text);
}

Error unexpected(const HttpResponse& answer, std::string_view what) {
  return {answer.status >= 500 ? ErrorCode::kUnavailable : ErrorCode::kDenied,
          "the instance metadata service answered " + std::to_string(answer.status) + " when asked for " + std::string(what) +
              "; check that the instance has a role and its metadata service is on"};
}

/// The role's name; empty = the instance has none.
Result<std::string> role_name(const AwsSearch& search, const std::string& address, std::string_view token) {
  Result<HttpResponse> answer = search.ask(request_for(address + std::string(kRolePath), token), kTimeout);
  if (!answer) return std::move(answer).error().with_context("asking the instance metadata service for its role");
  if (answer->status == 404) return std::string();
  std::string name(trim(std::string_view(answer->body).substr(0, answer->body.find('\n'))));
  if (answer->status != 200 || (!name.empty() && !is_one_line(name))) return unexpected(*answer, "its role");
  return name;
}

}  // namespace

Result<AwsLookup> look_at_instance(const AwsSearch& search) {
  if (equals_ignoring_case(search.setting("AWS_EC2_METADATA_DISABLED"), "true")) {
    return AwsLookup::none("AWS_EC2_METADATA_DISABLED is true");
  }
  const std::string address = metadata_address(search);
  const HttpRequest ask_token{.method = HttpMethod::kPut,
                              .url = address + "/latest/api/token",
                              .headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}},
                              .allow_unencrypted = true};
  Result<HttpResponse> token = search.ask(ask_token, kTimeout);
  if (!token.ok()) {
    if (token.error().code != ErrorCode::kUnavailable) return std::move(token).error();
    return AwsLookup::none(printable(address) + " does not answer (this is no EC2 instance, or its hop limit keeps containers out)");
  }
  // Anything may listen at that address elsewhere; only what behaves like the service is one.
  if (token->status != 200 || !is_one_line(token->body)) {
    return AwsLookup::none(printable(address) + " gave no token (HTTP " + std::to_string(token->status) + ")");
  }
  const Result<std::string> role = role_name(search, address, token->body);
  if (!role) return role.error();
  if (role->empty()) return AwsLookup::none("the instance has no role");

  Result<HttpResponse> answer = search.ask(request_for(address + std::string(kRolePath) + percent_encoded(*role), token->body), kTimeout);
  if (!answer) return std::move(answer).error().with_context("asking the instance metadata service for credentials");
  if (answer->status != 200) return unexpected(*answer, "credentials of the role " + printable(*role));
  Result<AwsCredentials> credentials = credentials_from_json(answer->body, kContainerJson, "the instance's role " + printable(*role));
  if (!credentials) return std::move(credentials).error();
  if (credentials->expires && *credentials->expires <= search.now()) credentials->expires = search.now() + kGrace;
  return AwsLookup{.found = *std::move(credentials)};
}

}  // namespace vieweratlas::aws_internal
