#include "vieweratlas/aws/credentials.h"

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "aws/credentials_json.h"
#include "aws/lookup.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

using aws_internal::AwsLookup;
using aws_internal::AwsSearch;

struct Source {
  std::string_view name;
  Result<AwsLookup> (*look)(const AwsSearch& search);
};

/// In AWS's order.
constexpr std::array<Source, 5> kSources = {{
    {"environment", aws_internal::look_in_environment},
    {"web identity", aws_internal::look_for_web_identity},
    {"profile files", [](const AwsSearch& search) { return aws_internal::look_in_profile(search, {}); }},
    {"container", aws_internal::look_in_container},
    {"EC2 instance", aws_internal::look_at_instance},
}};

class CredentialsChain final : public AwsCredentialsSource {
 public:
  CredentialsChain(AwsCredentialsOptions options, std::unique_ptr<HttpClient> http)
      : options_(std::move(options)), http_(std::move(http)) {}

  Result<AwsCredentials> fetch(UtcMillis now, const std::stop_token& stop) override {
    const AwsSearch search(options_, *http_, clock_, now, stop);
    if (!options_.profile.empty()) return of_profile(search);
    std::string looked_in;
    for (const Source& source : kSources) {
      Result<AwsLookup> lookup = source.look(search);
      if (!lookup) return std::move(lookup).error();
      if (lookup->found) return *std::move(lookup->found);
      looked_in += std::string(looked_in.empty() ? "" : ", ") + std::string(source.name) + " (" + lookup->why_none + ")";
    }
    return Error{ErrorCode::kDenied, "no AWS credentials: looked in " + looked_in +
                                         "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile by AWS_PROFILE, or give "
                                         "this machine a role"};
  }

 private:
  Result<AwsCredentials> of_profile(const AwsSearch& search) const {
    Result<AwsLookup> lookup = aws_internal::look_in_profile(search, options_.profile);
    if (!lookup) return std::move(lookup).error();
    if (lookup->found) return *std::move(lookup->found);
    return Error{ErrorCode::kDenied,
                 "no AWS credentials: " + lookup->why_none + "; run `aws configure --profile " + printable(options_.profile, 80) + "`"};
  }

  AwsCredentialsOptions options_;
  std::unique_ptr<HttpClient> http_;
  SystemClock clock_;
};

}  // namespace

namespace aws_internal {

Result<AwsLookup> look_in_environment(const AwsSearch& search) {
  AwsCredentials credentials{.access_key_id = search.setting("AWS_ACCESS_KEY_ID"),
                             .secret_access_key = Secret(search.setting("AWS_SECRET_ACCESS_KEY")),
                             .session_token = Secret(search.setting("AWS_SESSION_TOKEN")),
                             .expires = std::nullopt,
                             .source = "the environment (AWS_ACCESS_KEY_ID)"};
  if (credentials.access_key_id.empty() && credentials.secret_access_key.empty()) return AwsLookup::none("AWS_ACCESS_KEY_ID is not set");
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return Error{ErrorCode::kDenied, std::string("of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only the ") +
                                         (credentials.access_key_id.empty() ? "second" : "first") + " is set; set both, or neither"};
  }
  if (!is_sendable(credentials)) {
    return Error{ErrorCode::kInvalidArgument,
                 "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN holds characters that no key has; copy it again"};
  }
  if (const std::string until = search.setting("AWS_CREDENTIAL_EXPIRATION"); !until.empty()) {
    const std::optional<UtcTime> expires = parse_time(until);
    if (!expires) {
      return Error{ErrorCode::kInvalidArgument,
                   "AWS_CREDENTIAL_EXPIRATION is '" + printable(until, 60) + "'; write it like 2026-11-22T10:00:00Z"};
    }
    credentials.expires = *expires;
  }
  return AwsLookup{.found = std::move(credentials)};
}

}  // namespace aws_internal

Result<std::unique_ptr<AwsCredentialsSource>> make_aws_credentials(const AwsCredentialsOptions& options) {
  Result<std::unique_ptr<HttpClient>> http =
      make_http_client({.ca_file = options.ca_file, .connect_timeout = std::chrono::milliseconds(3'000), .user_agent = options.user_agent});
  if (!http) return std::move(http).error();
  return make_aws_credentials(options, *std::move(http));
}

std::unique_ptr<AwsCredentialsSource> make_aws_credentials(const AwsCredentialsOptions& options, std::unique_ptr<HttpClient> http) {
  return std::make_unique<CredentialsChain>(options, std::move(http));
}

}  // namespace vieweratlas
