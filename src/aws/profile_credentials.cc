// What a profile says about credentials, in the order in which AWS's own tools look: a role, SSO, keys, a process.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/credentials_json.h"
#include "aws/lookup.h"
#include "aws/process.h"
#include "aws/profiles.h"
#include "aws/sso.h"
#include "aws/sts.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas::aws_internal {
namespace {

/// Roles that need each other; more is a mistake.
constexpr std::size_t kMaxChain = 8;

std::string name_of_profile(const std::string& profile) { return "the AWS profile " + printable(profile, 80); }

Error misconfigured(const std::string& profile, const std::string& what) {
  return {ErrorCode::kInvalidArgument, name_of_profile(profile) + " " + what};
}

class ProfileReader {
 public:
  ProfileReader(const AwsSearch& search, const AwsProfiles& profiles) : search_(search), profiles_(profiles) {}

  /// What `profile` gives; `seen_` holds the profiles whose roles wait for it.
  Result<AwsLookup> look_in(const std::string& profile) {
    if (seen_.size() == kMaxChain) return misconfigured(profile, "is the end of too long a chain of source_profile");
    if (!value(profile, "role_arn").empty()) return as_lookup(role(profile));
    if (!value(profile, "sso_session").empty() || !value(profile, "sso_account_id").empty()) {
      return as_lookup(sso_credentials(search_, profiles_, profile));
    }
    if (has_keys(profile)) return as_lookup(keys(profile));
    if (!value(profile, "credential_process").empty()) return as_lookup(process(profile));
    if (!value(profile, "login_session").empty()) {
      return misconfigured(profile,
                           "is one of `aws login`; let credential_process run `aws configure export-credentials --format process` instead");
    }
    return AwsLookup::none("profile " + printable(profile, 80) + " of " + profiles_.files() + " sets no credentials");
  }

 private:
  static Result<AwsLookup> as_lookup(Result<AwsCredentials> credentials) {
    if (!credentials) return std::move(credentials).error();
    return AwsLookup{.found = *std::move(credentials)};
  }

  std::string value(const std::string& profile, const std::string& property) const { return profiles_.value(profile, property); }

  bool has_keys(const std::string& profile) const {
    return !value(profile, "aws_access_key_id").empty() || !value(profile, "aws_secret_access_key").empty();
  }

  Result<AwsCredentials> keys(const std::string& profile) const {
    AwsCredentials credentials{.access_key_id = value(profile, "aws_access_key_id"),
                               .secret_access_key = Secret(value(profile, "aws_secret_access_key")),
                               .session_token = Secret(value(profile, "aws_session_token")),
                               .expires = std::nullopt,
                               .source = name_of_profile(profile)};
    if (!is_sendable(credentials)) {
      return misconfigured(profile, "must set aws_access_key_id and aws_secret_access_key, in visible ASCII (" + profiles_.files() + ")");
    }
    return credentials;
  }

  Result<AwsCredentials> process(const std::string& profile) const {
    Result<std::string> output = output_of_credential_process(value(profile, "credential_process"), search_.time_left(), search_.stop());
    if (!output) return std::move(output).error().with_context(name_of_profile(profile));
    if (json_member(*output, "Version") != "1") {
      return Error{ErrorCode::kCorruptData,
                   name_of_profile(profile) + ": credential_process must write a JSON object with \"Version\": 1 to its stdout"};
    }
    return credentials_from_json(*output, kProcessJson, "credential_process of " + name_of_profile(profile));
  }

  Result<AwsCredentials> role(const std::string& profile) {
    if (!value(profile, "mfa_serial").empty()) {
      return misconfigured(profile,
                           "asks for a code of a device (mfa_serial), which nobody can type here; use a session of `aws sso "
                           "login` or credential_process");
    }
    const Result<std::string> region = search_.region(value(profile, "region"));
    if (!region) return region.error();
    const AwsRole role{.arn = value(profile, "role_arn"),
                       .session_name = value(profile, "role_session_name"),
                       .external_id = value(profile, "external_id"),
                       .duration_s = value(profile, "duration_seconds")};
    if (const std::string file = value(profile, "web_identity_token_file"); !file.empty()) {
      return assume_role_with_web_identity(search_, role, file, *region);
    }
    const Result<AwsLookup> base = base_of_role(profile);
    if (!base) return base.error();
    if (!base->found) return misconfigured(profile, "has a role, but nobody to ask for it as: " + base->why_none);
    return assume_role(search_, role, *base->found, *region);
  }

  /// Whose credentials ask for the role.
  Result<AwsLookup> base_of_role(const std::string& profile) {
    const std::string source = value(profile, "source_profile");
    if (source == profile) return as_lookup(keys(profile));
    if (!source.empty()) {
      if (!profiles_.has(source)) return misconfigured(profile, "names the source_profile " + printable(source, 80) + ", which is nowhere");
      seen_.push_back(profile);
      if (std::find(seen_.begin(), seen_.end(), source) != seen_.end()) {
        return misconfigured(profile, "needs itself by way of source_profile " + printable(source, 80));
      }
      return look_in(source);
    }
    const std::string kind = value(profile, "credential_source");
    if (kind == "Environment") return look_in_environment(search_);
    if (kind == "EcsContainer") return look_in_container(search_);
    if (kind == "Ec2InstanceMetadata") return look_at_instance(search_);
    return misconfigured(profile, kind.empty()
                                      ? std::string("has a role_arn, but neither source_profile, credential_source nor "
                                                    "web_identity_token_file")
                                      : "has an unknown credential_source; it may be Environment, EcsContainer or Ec2InstanceMetadata");
  }

  const AwsSearch& search_;
  const AwsProfiles& profiles_;
  std::vector<std::string> seen_;
};

}  // namespace

Result<AwsLookup> look_in_profile(const AwsSearch& search, const std::string& name) {
  const std::string named = name.empty() ? search.setting("AWS_PROFILE") : name;
  const std::string profile = named.empty() ? "default" : named;
  const Result<AwsProfiles> profiles = AwsProfiles::read(search);
  if (!profiles) return profiles.error();
  if (!profiles->has(profile)) {
    if (named.empty()) return AwsLookup::none(profiles->files() + " have no profile default");
    return Error{ErrorCode::kDenied, name_of_profile(profile) + " is not in " + profiles->files() + "; run `aws configure --profile " +
                                         printable(profile, 80) + "` or name another"};
  }
  return ProfileReader(search, *profiles).look_in(profile);
}

}  // namespace vieweratlas::aws_internal
