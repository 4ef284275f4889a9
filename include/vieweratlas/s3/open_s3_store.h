#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

enum class S3Addressing : std::uint8_t { kAuto, kPath, kVirtualHost };  ///< auto: path style where an endpoint is given
enum class S3Encryption : std::uint8_t { kNone, kAes256, kKms };

struct S3Options {
  std::string bucket;
  std::string prefix;                ///< begin of every key in the bucket, ends in '/' or is empty
  std::string region = "us-east-1";  ///< empty = the profile's, else us-east-1
  std::string endpoint;  ///< "https://host[:port]"; empty = AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile's, else AWS. http is allowed
                         ///< where it is named here
  S3Addressing addressing = S3Addressing::kAuto;
  S3Encryption encryption = S3Encryption::kAes256;
  std::string kms_key;                         ///< id or ARN, for kKms; empty = the account's own
  std::string profile;                         ///< of ~/.aws; empty = AWS_PROFILE, else "default"
  std::filesystem::path ca_file;               ///< empty = AWS_CA_BUNDLE, the profile's, else the system's
  std::uint32_t parallel_transfers = 8;        ///< parts and objects at the same time
  std::uint64_t part_bytes = 16ULL << 20U;     ///< of multipart uploads; longer objects are sent in parts
  std::chrono::milliseconds deadline{60'000};  ///< of one call with its retries; of a large transfer: without progress
  std::stop_token stop;                        ///< ends calls with cancelled
  /// Values of AWS_... and HOME as the operator's configuration gives them; the process's environment is not read.
  std::function<std::optional<std::string>(std::string_view name)> environment;
  std::string user_agent = "vieweratlas";
};

/// A store in a bucket. Nothing is asked of it yet: a role that may only list or only put is not refused here.
/// Errors: invalid_argument (a bucket or endpoint that cannot be; a build without S3), denied (ca_file cannot be read).
[[nodiscard]] Result<std::unique_ptr<ObjectStore>> open_s3_store(const S3Options& options);

}  // namespace vieweratlas
