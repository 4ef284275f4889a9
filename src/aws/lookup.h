#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas::aws_internal {

/// All that a source of credentials may use: what the operator set, a client, and how long it may take. For the time of one look.
class AwsSearch {
 public:
  /// All sources together have this long.
  static constexpr std::chrono::milliseconds kTimeLimit{7'000};

  /// Borrows everything.
  AwsSearch(const AwsCredentialsOptions& options, HttpClient& http, const Clock& clock, UtcMillis now, const std::stop_token& stop)
      : options_(options), http_(http), clock_(clock), now_(now), stop_(stop), end_(clock.steady() + kTimeLimit) {}

  /// The value of AWS_... without spaces around it; empty when there is none.
  [[nodiscard]] std::string setting(std::string_view name) const;
  /// AWS_REGION, AWS_DEFAULT_REGION, the region given here, the options', else us-east-1. Errors: invalid_argument (no region's name).
  [[nodiscard]] Result<std::string> region(std::string_view of_profile = {}) const;
  /// Where `service` is asked: AWS_ENDPOINT_URL_SERVICE, AWS_ENDPOINT_URL, else `usual`.
  struct Endpoint {
    std::string url;  ///< without '/' at the end
    bool is_named_by_operator = false;
  };
  [[nodiscard]] Endpoint endpoint(std::string_view service, std::string_view usual) const;

  /// One exchange of `timeout` at most. What gets no answer, or one with 429 or 5xx, is asked once more. Errors: those of HttpClient.
  [[nodiscard]] Result<HttpResponse> ask(HttpRequest request, std::chrono::milliseconds timeout) const;

  [[nodiscard]] const AwsCredentialsOptions& options() const { return options_; }
  [[nodiscard]] UtcMillis now() const { return now_; }
  [[nodiscard]] const std::stop_token& stop() const { return stop_; }
  /// Of kTimeLimit; at least 1 ms, so that a request fails by itself.
  [[nodiscard]] std::chrono::milliseconds time_left() const;

 private:
  const AwsCredentialsOptions& options_;
  HttpClient& http_;
  const Clock& clock_;
  UtcMillis now_;
  const std::stop_token& stop_;
  SteadyTime end_;
};

/// What a source gave: credentials, or why it is not set up: "AWS_ROLE_ARN is not set". A source that is set up and fails is an error.
struct AwsLookup {
  std::optional<AwsCredentials> found;
  std::string why_none;

  [[nodiscard]] static AwsLookup none(std::string why) { return {.found = std::nullopt, .why_none = std::move(why)}; }
};

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION.
[[nodiscard]] Result<AwsLookup> look_in_environment(const AwsSearch& search);
/// AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME: a role of a Kubernetes service account.
[[nodiscard]] Result<AwsLookup> look_for_web_identity(const AwsSearch& search);
/// Profile `name` (empty = AWS_PROFILE, else "default") of the files AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE
/// (~/.aws/credentials, ~/.aws/config): keys, roles, web identity, SSO, a process.
[[nodiscard]] Result<AwsLookup> look_in_profile(const AwsSearch& search, const std::string& name);
/// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (at 169.254.170.2) or _FULL_URI: ECS and EKS.
[[nodiscard]] Result<AwsLookup> look_in_container(const AwsSearch& search);
/// The instance metadata service of EC2, version 2 alone.
[[nodiscard]] Result<AwsLookup> look_at_instance(const AwsSearch& search);

}  // namespace vieweratlas::aws_internal
