#pragma once

#include <filesystem>
#include <string>

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// What a profile says beside its credentials; empty where it says nothing.
struct AwsProfileSettings {
  std::string region;
  std::string endpoint;           ///< of the service: its own in the profile's services section, else the profile's endpoint_url
  std::filesystem::path ca_file;  ///< ca_bundle
};

/// Reads the profile `options.profile` (empty = AWS_PROFILE, else "default") of the files that credentials are looked for in. `service` is
/// its name there: "s3". No endpoint is told where AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or the profile's ignore_configured_endpoint_urls is
/// true. A profile that is not there says nothing. Errors: denied, corrupt_data (of the files), invalid_argument (a services section that
/// is nowhere).
[[nodiscard]] Result<AwsProfileSettings> aws_profile_settings(const AwsCredentialsOptions& options, const std::string& service);

/// Whether the operator wants endpoints that are set for AWS's own tools to be left aside. `environment` as in AwsCredentialsOptions.
[[nodiscard]] bool ignores_configured_endpoints(const AwsCredentialsOptions& options);

}  // namespace vieweratlas
