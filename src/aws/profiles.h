#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "aws/lookup.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas::aws_internal {

/// The profiles of ~/.aws/config and ~/.aws/credentials, read by AWS's own parser; where both say something, the latter counts.
class AwsProfiles {
 public:
  /// A file that is not there has no profiles. Errors: denied, corrupt_data.
  [[nodiscard]] static Result<AwsProfiles> read(const AwsSearch& search);
  AwsProfiles(AwsProfiles&&) noexcept;
  ~AwsProfiles();

  [[nodiscard]] bool has(const std::string& profile) const;
  /// Empty when there is no such profile or property.
  [[nodiscard]] std::string value(const std::string& profile, const std::string& property) const;
  /// Of a section [sso-session NAME].
  [[nodiscard]] std::string sso_session_value(const std::string& session, const std::string& property) const;
  /// A setting of one service in a section [services NAME]; nullopt when there is no such section.
  [[nodiscard]] std::optional<std::string> services_value(const std::string& services, const std::string& service,
                                                          const std::string& property) const;
  /// For messages: the paths of both.
  [[nodiscard]] const std::string& files() const { return files_; }

 private:
  struct Collections;
  AwsProfiles(std::unique_ptr<Collections> collections, std::string files);
  std::unique_ptr<Collections> collections_;
  std::string files_;
};

/// ~/.aws, or empty where HOME is not set.
[[nodiscard]] std::filesystem::path aws_folder(const AwsSearch& search);

}  // namespace vieweratlas::aws_internal
