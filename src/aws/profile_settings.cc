#include "vieweratlas/aws/profile_settings.h"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "aws/lookup.h"
#include "aws/profiles.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

using aws_internal::AwsProfiles;
using aws_internal::AwsSearch;

/// Reading files asks no server.
class NoServers final : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest& /*request*/, std::stop_token /*stop*/) override {
    return Error{ErrorCode::kInternal, "reading a profile asked a server"};
  }
};

bool is_true(std::string_view text) { return equals_ignoring_case(text, "true"); }

Result<std::string> endpoint_of(const AwsProfiles& profiles, const std::string& profile, const std::string& service) {
  if (const std::string services = profiles.value(profile, "services"); !services.empty()) {
    const std::optional<std::string> own = profiles.services_value(services, service, "endpoint_url");
    if (!own) {
      return Error{ErrorCode::kInvalidArgument, "the AWS profile " + printable(profile, 80) + " names the services " +
                                                    printable(services, 80) + ", which have no section [services " +
                                                    printable(services, 80) + "] in " + profiles.files()};
    }
    if (!own->empty()) return *own;
  }
  return profiles.value(profile, "endpoint_url");
}

}  // namespace

bool ignores_configured_endpoints(const AwsCredentialsOptions& options) {
  if (!options.environment) return false;
  return is_true(trim(options.environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").value_or("")));
}

Result<AwsProfileSettings> aws_profile_settings(const AwsCredentialsOptions& options, const std::string& service) {
  NoServers no_servers;
  const SystemClock clock;
  const std::stop_token never;
  const AwsSearch search(options, no_servers, clock, UtcMillis(), never);
  const Result<AwsProfiles> profiles = AwsProfiles::read(search);
  if (!profiles) return profiles.error();
  std::string profile = options.profile.empty() ? search.setting("AWS_PROFILE") : options.profile;
  if (profile.empty()) profile = "default";
  AwsProfileSettings settings{
      .region = profiles->value(profile, "region"), .endpoint = {}, .ca_file = profiles->value(profile, "ca_bundle")};
  if (ignores_configured_endpoints(options) || is_true(profiles->value(profile, "ignore_configured_endpoint_urls"))) return settings;
  Result<std::string> endpoint = endpoint_of(*profiles, profile, service);
  if (!endpoint) return std::move(endpoint).error();
  settings.endpoint = *std::move(endpoint);
  return settings;
}

}  // namespace vieweratlas
