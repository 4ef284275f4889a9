#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas::s3_internal {

/// What S3 says of a failure.
struct S3ErrorBody {
  std::string code;  ///< "NoSuchKey"
  std::string message;
  std::string region;  ///< that the bucket is in, when this was the mistake
  std::string request_id;
};

/// Empty when `xml` is no well-formed <Error>.
[[nodiscard]] std::optional<S3ErrorBody> parse_s3_error(std::string_view xml);

struct S3ListedObject {
  std::string key;
  std::uint64_t num_bytes = 0;
  std::int64_t modified_s = 0;
  std::string etag;
};

struct S3ListBody {
  std::vector<S3ListedObject> objects;
  bool truncated = false;
  std::string token;  ///< for the next page
};

/// The answer to ListObjectsV2. Errors: corrupt_data (not well formed, another document, a number or time that is none).
[[nodiscard]] Result<S3ListBody> parse_s3_list(std::string_view xml);

/// The text of `element` directly below the outermost element, which must be `root`: an upload's id, a copy's ETag. Errors: corrupt_data.
[[nodiscard]] Result<std::string> parse_s3_text(std::string_view xml, std::string_view root, std::string_view element);

/// `text` for between two tags.
[[nodiscard]] std::string xml_escaped(std::string_view text);

/// `text` without quotation marks around it: an ETag as it is compared.
[[nodiscard]] std::string unquoted(std::string_view text);

}  // namespace vieweratlas::s3_internal
