#pragma once

#include <string_view>

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {

struct AwsScope {
  std::string_view region;
  std::string_view service;
};

/// AwsSigner::sign with given credentials: a function of its arguments. Services other than "s3" encode the path a second time and
/// take "." and ".." out of it, and have no x-amz-content-sha256, as AWS's rules want it. Thread-safe.
/// Errors: invalid_argument (URL or a header that cannot be sent).
[[nodiscard]] Status sign_aws_request(HttpRequest& request, std::string_view payload_sha256, const AwsCredentials& credentials,
                                      const AwsScope& scope, UtcMillis now);

}  // namespace vieweratlas
