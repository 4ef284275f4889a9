#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "s3/client.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::s3_internal {

/// What the head of an answer says of an object.
struct S3Facts {
  std::uint64_t num_bytes = 0;
  std::int64_t modified_s = 0;
  std::string etag;   ///< without quotation marks
  std::string crc32;  ///< of the whole object, as in headers; empty = not told
  bool etag_is_md5 = false;
};

/// Facts from an answer to HEAD or GET. Errors: corrupt_data (no length, or a range that was not asked for).
[[nodiscard]] Result<S3Facts> s3_facts(const HttpResponse& response);

struct S3ReadOptions {
  bool checksums = true;
  std::uint64_t range_bytes = 8ULL << 20U;     ///< of what is fetched side by side
  std::uint32_t parallel = 4;                  ///< at most 64 MiB of ranges are in memory
  std::uint64_t parallel_from = 32ULL << 20U;  ///< shorter objects come over one connection
};

/// Reads objects and checks what arrives. Thread-safe; what is given by reference must outlive it.
class S3Reader {
 public:
  S3Reader(S3Client& client, S3ReadOptions options) : client_(client), options_(options) {}

  /// The object in order, over one connection, going on behind the last byte after a break. Errors: also unavailable when the object
  /// is another one meanwhile, or corrupt_data at the end when it is not what its checksum says.
  [[nodiscard]] Result<S3Facts> stream(std::string_view key, const ObjectStore::Sink& sink);
  /// The same with ranges of long objects fetched side by side.
  [[nodiscard]] Result<S3Facts> stream_parallel(std::string_view key, const ObjectStore::Sink& sink);
  [[nodiscard]] Result<std::string> get(std::string_view key);
  /// Errors: invalid_argument when `range` begins behind the end.
  [[nodiscard]] Result<std::string> get_range(std::string_view key, ByteRange range);
  /// nullopt when there is none.
  [[nodiscard]] Result<std::optional<S3Facts>> find(std::string_view key);

 private:
  class Transfer;
  class Ranges;
  [[nodiscard]] Result<S3Facts> find_by_reading(std::string_view key);

  S3Client& client_;
  S3ReadOptions options_;
};

}  // namespace vieweratlas::s3_internal
