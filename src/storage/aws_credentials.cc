#include "storage/aws_credentials.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

/// AWS_ACCESS_KEY_ID and its kin.
class EnvironmentCredentials final : public AwsCredentialsSource {
 public:
  explicit EnvironmentCredentials(AwsCredentialsOptions options) : options_(std::move(options)) {}

  Result<AwsCredentials> fetch(UtcMillis /*now*/, const std::stop_token& /*stop*/) override {
    const std::string id = value("AWS_ACCESS_KEY_ID");
    const Secret secret(value("AWS_SECRET_ACCESS_KEY"));
    if (id.empty() || secret.empty()) {
      return Error{ErrorCode::kDenied, "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"};
    }
    return AwsCredentials{.access_key_id = id,
                          .secret_access_key = secret,
                          .session_token = Secret(value("AWS_SESSION_TOKEN")),
                          .expires = std::nullopt,
                          .source = "environment variables"};
  }

 private:
  std::string value(std::string_view name) const {
    if (!options_.environment) return {};
    return std::string(trim(options_.environment(name).value_or("")));
  }

  AwsCredentialsOptions options_;
};

}  // namespace

Result<std::unique_ptr<AwsCredentialsSource>> make_aws_credentials(const AwsCredentialsOptions& options) {
  return std::unique_ptr<AwsCredentialsSource>(std::make_unique<EnvironmentCredentials>(options));
}

}  // namespace vieweratlas
