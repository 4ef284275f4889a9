#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/s3/open_s3_store.h"

namespace vieweratlas::s3_internal {

/// Where a bucket is.
struct S3Address {
  std::string origin;              ///< "https://bucket.s3.eu-central-1.amazonaws.com", without a slash at the end
  std::string path;                ///< before every key: "", or "/bucket" for path style
  std::string host;                ///< with port, for messages
  bool allow_unencrypted = false;  ///< the operator has named an http endpoint
};

using S3Query = std::vector<std::pair<std::string, std::string>>;

/// The endpoint that `options` name, else AWS_ENDPOINT_URL_S3, else AWS_ENDPOINT_URL, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true.
[[nodiscard]] std::string configured_endpoint(const S3Options& options);

/// The address for `options`: of configured_endpoint(), else Amazon's of the region. Errors: invalid_argument (bucket, region, prefix or
/// endpoint that cannot be; the message says what is).
[[nodiscard]] Result<S3Address> s3_address(const S3Options& options);

/// `key` with everything but unreserved characters and '/' percent-encoded: a raw '=' or '+' is signed otherwise by servers.
[[nodiscard]] std::string s3_encoded_path(std::string_view key);

/// The URL of an object, or of the bucket for an empty key; the query sorted and encoded as signatures want it ("uploads=").
[[nodiscard]] std::string s3_url(const S3Address& address, std::string_view key, S3Query query = {});

}  // namespace vieweratlas::s3_internal
