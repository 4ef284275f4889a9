#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {

/// Says of a payload that it is not part of the signature; for https only.
constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

/// Signs requests to AWS (Signature Version 4, headers) with credentials of the chain, which are kept, and renewed at least five
/// minutes before they expire: one thread asks while others go on with those that are still valid. Thread-safe.
class AwsSigner {
 public:
  /// For `service` in `options.region`, with credentials of make_aws_credentials(options). Asks nothing yet.
  /// Errors: denied (ca_file cannot be read).
  [[nodiscard]] static Result<std::unique_ptr<AwsSigner>> make(const AwsCredentialsOptions& options, std::string service = "s3");
  /// With credentials of `source`.
  AwsSigner(std::unique_ptr<AwsCredentialsSource> source, std::string region, std::string service = "s3");
  ~AwsSigner();
  AwsSigner(const AwsSigner&) = delete;
  AwsSigner& operator=(const AwsSigner&) = delete;

  /// Adds x-amz-date, x-amz-content-sha256, x-amz-security-token (where the credentials have one) and authorization to `request`,
  /// replacing those of an earlier call: a retry is signed again. All other headers but user-agent are signed as they stand, and the
  /// host as the URL says it (or a header "host"), so nothing may change afterwards. The path of request.url must be percent-encoded
  /// once, all but RFC 3986's unreserved characters and '/'; the query likewise, without '/'.
  /// `payload_sha256` is the body's digest in 64 lower-case hex digits, or kUnsignedPayload.
  /// Errors: those of AwsCredentialsSource::fetch; invalid_argument (URL or a header that cannot be sent).
  [[nodiscard]] Status sign(HttpRequest& request, std::string_view payload_sha256, UtcMillis now, const std::stop_token& stop);

  /// The server called the credentials of `request` (as sign() left it) expired or unknown: unless others are in use by now, the
  /// source is asked again by the next sign(). Call it once per request at most and sign once more; the answer to that one counts.
  void distrust(const HttpRequest& request);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vieweratlas
