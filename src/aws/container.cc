// Credentials of a container: the agent of ECS at a fixed address, or whatever a full URI names (EKS Pod Identity, a proxy beside us).

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "aws/credentials_json.h"
#include "aws/lookup.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas::aws_internal {
namespace {

constexpr std::chrono::milliseconds kTimeout{2'000};
/// Where a token may go unencrypted: this machine, and the two addresses at which ECS and EKS answer from within it.
constexpr std::array<std::string_view, 5> kTrustedHosts = {"localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};

bool is_trusted_without_tls(std::string_view url) {
  if (!url.starts_with("http://")) return false;
  url.remove_prefix(7);
  std::string_view host = url.substr(0, std::min(url.find_first_of("/?#"), url.size()));
  const std::size_t colon = host.find(':', host.starts_with('[') ? std::min(host.find(']'), host.size() - 1) : 0);
  host = host.substr(0, colon);
  const bool is_loopback_number = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_loopback_number || std::any_of(kTrustedHosts.begin(), kTrustedHosts.end(),
                                           [&](std::string_view trusted) { return equals_ignoring_case(host, trusted); });
}

/// What the authorization header says; the file is read each time, since it is replaced while we run. Empty = no header.
Result<std::string> authorization(const AwsSearch& search) {
  const std::string file = search.setting("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (file.empty()) return search.setting("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  Result<std::string> text = read_file(file);
  if (!text) return std::move(text).error().with_context("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  std::string token(trim(*text));
  const bool is_line = std::none_of(token.begin(), token.end(), [](char c) { return static_cast<unsigned char>(c) < 32; });
  if (token.empty() || !is_line) {
    return Error{ErrorCode::kCorruptData,
                 "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: " + printable(file) + " must hold one token and nothing else"};
  }
  return token;
}

Error refused(const HttpResponse& answer, const std::string& url) {
  std::string why = json_member(answer.body, "message");
  if (why.empty()) why = json_member(answer.body, "Message");
  return {answer.status >= 500 || answer.status == 429 ? ErrorCode::kUnavailable : ErrorCode::kDenied,
          "the container's credentials endpoint " + printable(url, 200) + " answered " + std::to_string(answer.status) +
              (why.empty() ? "" : " (" + printable(why, 200) + ")") + "; check the task's or pod's role"};
}

}  // namespace

Result<AwsLookup> look_in_container(const AwsSearch& search) {
  const std::string relative = search.setting("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const std::string full = search.setting("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (relative.empty() && full.empty()) return AwsLookup::none("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set");
  if (!relative.empty() && !relative.starts_with('/')) {
    return Error{ErrorCode::kInvalidArgument,
                 "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is '" + printable(relative) + "'; it must begin with /"};
  }
  const std::string url = relative.empty() ? full : "http://169.254.170.2" + relative;
  if (!url.starts_with("https://") && !is_trusted_without_tls(url)) {
    return Error{ErrorCode::kInvalidArgument, "AWS_CONTAINER_CREDENTIALS_FULL_URI is " + printable(url, 200) +
                                                  "; it must be https://, or http:// at this machine, 169.254.170.2, 169.254.170.23 or "
                                                  "[fd00:ec2::23]"};
  }
  HttpRequest request{.url = url, .headers = {{"Accept", "application/json"}}, .allow_unencrypted = true};
  Result<std::string> token = authorization(search);
  if (!token) return std::move(token).error();
  if (!token->empty()) request.headers.push_back({"Authorization", *std::move(token)});
  Result<HttpResponse> answer = search.ask(std::move(request), kTimeout);
  if (!answer) return std::move(answer).error().with_context("asking for the container's AWS credentials");
  if (answer->status != 200) return refused(*answer, url);
  Result<AwsCredentials> credentials = credentials_from_json(answer->body, kContainerJson, "the container endpoint " + printable(url, 200));
  if (!credentials) return std::move(credentials).error();
  return AwsLookup{.found = *std::move(credentials)};
}

}  // namespace vieweratlas::aws_internal
