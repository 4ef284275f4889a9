#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "aws/lookup.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas::aws_internal {

/// A role to act as.
struct AwsRole {
  std::string arn;
  std::string session_name;  ///< empty = "vieweratlas"; stands in AWS's logs
  std::string external_id;   ///< empty = none
  std::string duration_s;    ///< empty = AWS's default, an hour
};

/// Credentials of `role` for whoever has `credentials`, from the security token service of `region`.
/// Errors: denied (refused: the message has the service's words), unavailable, corrupt_data, cancelled.
[[nodiscard]] Result<AwsCredentials> assume_role(const AwsSearch& search, const AwsRole& role, const AwsCredentials& credentials,
                                                 const std::string& region);

/// Credentials of `role` for whoever has the token in `token_file`. Errors: as above, and those of reading the file.
[[nodiscard]] Result<AwsCredentials> assume_role_with_web_identity(const AwsSearch& search, const AwsRole& role,
                                                                   const std::filesystem::path& token_file, const std::string& region);

/// The answer to either. Errors: corrupt_data.
[[nodiscard]] Result<AwsCredentials> credentials_from_sts_xml(std::string_view xml, std::string source);

}  // namespace vieweratlas::aws_internal
