#pragma once

#include <string>
#include <string_view>

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas::aws_internal {

/// What the fields are called in one kind of JSON document.
struct AwsJsonNames {
  std::string_view object;  ///< that holds them; empty = the document itself
  std::string_view access_key_id;
  std::string_view secret_access_key;
  std::string_view session_token;
  std::string_view expires;  ///< ISO 8601, or milliseconds since 1970
};

inline constexpr AwsJsonNames kContainerJson{"", "AccessKeyId", "SecretAccessKey", "Token", "Expiration"};
inline constexpr AwsJsonNames kProcessJson{"", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"};
inline constexpr AwsJsonNames kSsoJson{"roleCredentials", "accessKeyId", "secretAccessKey", "sessionToken", "expiration"};

/// `source` is AwsCredentials::source. Errors: corrupt_data (no JSON; a key is missing, empty or cannot stand in a header; a time
/// that is none). The message holds nothing of `json`.
[[nodiscard]] Result<AwsCredentials> credentials_from_json(std::string_view json, const AwsJsonNames& names, std::string source);

/// A member of the outermost object: a text as it is, a whole number in digits; else, and where nothing can be read, empty.
[[nodiscard]] std::string json_member(std::string_view json, std::string_view name);

/// Whether these can be sent: 1 to 16 KiB of visible ASCII each, where they are not allowed to be empty.
[[nodiscard]] bool is_sendable(const AwsCredentials& credentials);

}  // namespace vieweratlas::aws_internal
