#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "s3/client.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/storage/file_sink.h"
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

/// "bytes 5-9/10": where the answer begins, and the length of the whole.
struct S3ContentRange {
  std::uint64_t begin = 0;
  std::uint64_t total = 0;
};
[[nodiscard]] std::optional<S3ContentRange> s3_content_range(const HttpResponse& response);
/// "bytes=5-9" for the bytes from 5 up to, but not with, 10.
[[nodiscard]] std::string s3_range_header(std::uint64_t begin, std::uint64_t end);
/// The errors for an object that is another one meanwhile, and for bytes that are not those that are stored.
[[nodiscard]] Error s3_changed(const S3Client& client, std::string_view key);
[[nodiscard]] Error s3_damaged(const S3Client& client, std::string_view key, std::string_view why);

struct S3ReadOptions {
  bool checksums = true;
  std::uint64_t range_bytes = 8ULL << 20U;  ///< of what is fetched side by side
  std::uint32_t parallel = 4;
  std::uint64_t parallel_from = 32ULL << 20U;  ///< shorter objects come over one connection
};

/// Reads objects and checks what arrives. Thread-safe; what is given by reference must outlive it.
class S3Reader {
 public:
  S3Reader(S3Client& client, S3ReadOptions options) : client_(client), options_(options) {}

  /// The object in order, over one connection, going on behind the last byte after a break. Errors: also unavailable when the object
  /// is another one meanwhile, or corrupt_data at the end when it is not what its checksum says.
  [[nodiscard]] Result<S3Facts> stream(std::string_view key, const ObjectStore::Sink& sink);
  /// The same into a file, which is empty; ranges of long objects are fetched side by side, each written where it belongs. Memory is
  /// less than a MiB for each.
  [[nodiscard]] Result<S3Facts> fetch(std::string_view key, FileSink& file);
  [[nodiscard]] Result<std::string> get(std::string_view key);
  /// Errors: invalid_argument when `range` begins behind the end.
  [[nodiscard]] Result<std::string> get_range(std::string_view key, ByteRange range);
  /// nullopt when there is none.
  [[nodiscard]] Result<std::optional<S3Facts>> find(std::string_view key);

 private:
  class Transfer;
  [[nodiscard]] Result<S3Facts> find_by_reading(std::string_view key);

  S3Client& client_;
  S3ReadOptions options_;
};

}  // namespace vieweratlas::s3_internal
