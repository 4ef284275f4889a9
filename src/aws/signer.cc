#include "vieweratlas/aws/signer.h"

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "aws/credentials_cache.h"
#include "aws/signature.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {

class AwsSigner::Impl {
 public:
  Impl(std::unique_ptr<AwsCredentialsSource> source, std::string region, std::string service)
      : cache_(std::move(source)), region_(std::move(region)), service_(std::move(service)) {}

  Status sign(HttpRequest& request, std::string_view payload_sha256, UtcMillis now, const std::stop_token& stop) {
    const Result<std::shared_ptr<const AwsCredentials>> credentials = cache_.credentials(now, stop);
    if (!credentials) return credentials.error();
    return sign_aws_request(request, payload_sha256, **credentials, {.region = region_, .service = service_}, now);
  }

  void distrust(const HttpRequest& request) {
    // "AWS4-HMAC-SHA256 Credential=KEY/DATE/..." says whose signature it is.
    for (const HttpHeader& header : request.headers) {
      if (!equals_ignoring_case(header.name, "authorization")) continue;
      const std::string_view value = header.value;
      const std::size_t begin = value.find("Credential=");
      if (begin == std::string_view::npos) return;
      const std::string_view key = value.substr(begin + 11);
      cache_.distrust(key.substr(0, key.find('/')));
    }
  }

 private:
  AwsCredentialsCache cache_;
  std::string region_;
  std::string service_;
};

Result<std::unique_ptr<AwsSigner>> AwsSigner::make(const AwsCredentialsOptions& options, std::string service) {
  Result<std::unique_ptr<AwsCredentialsSource>> source = make_aws_credentials(options);
  if (!source) return std::move(source).error();
  return std::make_unique<AwsSigner>(*std::move(source), options.region, std::move(service));
}

AwsSigner::AwsSigner(std::unique_ptr<AwsCredentialsSource> source, std::string region, std::string service)
    : impl_(std::make_unique<Impl>(std::move(source), std::move(region), std::move(service))) {}

AwsSigner::~AwsSigner() = default;

Status AwsSigner::sign(HttpRequest& request, std::string_view payload_sha256, UtcMillis now, const std::stop_token& stop) {
  return impl_->sign(request, payload_sha256, now, stop);
}

void AwsSigner::distrust(const HttpRequest& request) { impl_->distrust(request); }

}  // namespace vieweratlas
