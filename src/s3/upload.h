#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "s3/client.h"
#include "s3/hash.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/s3/open_s3_store.h"
#include "vieweratlas/storage/byte_source.h"

namespace vieweratlas::s3_internal {

inline constexpr std::uint64_t kMinPartBytes = 5ULL << 20U;    // S3's, for all parts but the last
inline constexpr std::uint64_t kMaxPartBytes = 5ULL << 30U;    // S3's
inline constexpr std::uint32_t kMaxParts = 10'000;             // S3's
inline constexpr std::uint64_t kMaxObjectBytes = 5ULL << 40U;  // what every S3 takes

/// Bytes of part `number` (from 1) of an upload of unknown length: `base`, doubled after each thousand parts, so that 10,000 parts hold
/// 5 TiB.
[[nodiscard]] std::uint64_t part_bytes(std::uint32_t number, std::uint64_t base);
/// Parts of `base` bytes that may be in memory at the same time: 64 MiB of them, at most `parallel`, at least one.
[[nodiscard]] std::uint32_t parts_in_flight(std::uint64_t base, std::uint32_t parallel);

/// Content that is handed out part by part. Thread-compatible.
class PartSource {
 public:
  virtual ~PartSource() = default;
  /// The next `num_bytes` bytes, fewer at the end only, none after it. They are in `buffer`, or in memory that outlives the source.
  [[nodiscard]] virtual Result<std::string_view> next(std::uint64_t num_bytes, std::string& buffer) = 0;
};

/// Parts of `bytes`, which must outlive it; nothing is copied.
class MemoryParts final : public PartSource {
 public:
  explicit MemoryParts(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] Result<std::string_view> next(std::uint64_t num_bytes, std::string& buffer) override;

 private:
  std::string_view rest_;
};

/// Parts of `content`, which must outlive it.
class StreamParts final : public PartSource {
 public:
  explicit StreamParts(ByteSource& content) : content_(content) {}
  [[nodiscard]] Result<std::string_view> next(std::uint64_t num_bytes, std::string& buffer) override;

 private:
  ByteSource& content_;
  std::string_view left_;  // of the content's last piece
};

/// How objects are written.
struct S3WriteOptions {
  S3Encryption encryption = S3Encryption::kAes256;
  std::string kms_key;
  bool checksums = true;
  std::uint64_t part_bytes = 16ULL << 20U;
  std::uint32_t parallel = 4;
};

struct S3Object {
  std::string_view key;  ///< in the bucket
  std::string_view content_type;
  bool only_if_absent = false;
};

/// A file that is open for reading and stays as it is while it is sent.
struct S3File {
  int descriptor = -1;
  std::uint64_t num_bytes = 0;
  std::filesystem::path path;  ///< for messages
};

/// Writes objects, at once or in parts. Thread-safe; what is given by reference must outlive it.
class S3Writer {
 public:
  S3Writer(S3Client& client, S3WriteOptions options) : client_(client), options_(std::move(options)) {}

  /// In one request or in parts, by length. False when something was there (for only_if_absent).
  [[nodiscard]] Result<bool> write(const S3Object& object, std::string_view bytes);
  /// `content` to its end. Parts that have arrived are removed when it fails.
  [[nodiscard]] Result<bool> write(const S3Object& object, ByteSource& content);
  /// The first `num_bytes` bytes of a file, which are read twice, for their checksums and to be sent: each time right where they are
  /// needed, so that some buffers are all the memory it takes.
  [[nodiscard]] Result<bool> write(const S3Object& object, const S3File& file);
  /// An object of this length copied on the server, in parts when it is longer than `max_single` bytes.
  [[nodiscard]] Status copy(std::string_view from, std::string_view etag, std::uint64_t num_bytes, const S3Object& object,
                            std::uint64_t max_single = kMaxPartBytes);

 private:
  struct Part {
    std::string etag;
    std::string checksum;  // empty = none
  };
  /// A body that has been looked through, in memory or read while it is sent.
  struct Content {
    std::string_view bytes = {};
    std::optional<S3Source> source = {};
    std::string checksum = {};  // empty = none
  };
  /// An upload that has begun.
  struct Upload {
    S3Object object;
    std::string id;
    std::string mark;
    std::vector<Part> parts;  // by number
  };
  class Pipeline;
  class FileParts;

  [[nodiscard]] Content content_of(std::string_view bytes) const;
  [[nodiscard]] Result<bool> write_single(const S3Object& object, Content content);
  [[nodiscard]] Result<bool> write_parts(const S3Object& object, std::string first, PartSource& rest);
  [[nodiscard]] Result<Upload> begin(const S3Object& object, bool checksums);
  [[nodiscard]] Result<bool> finish(const Upload& upload, const Status& sent, const Crc32& crc);
  [[nodiscard]] Result<Part> send_part(const Upload& upload, std::uint32_t number, Content content, const std::stop_token& stop);
  [[nodiscard]] Result<Part> copy_part(const Upload& upload, std::uint32_t number, const std::vector<HttpHeader>& source);
  [[nodiscard]] Result<bool> complete(const Upload& upload, const std::string& checksum);
  /// Removes the parts and returns `error`, which also says when they could not be removed.
  [[nodiscard]] Error give_up(const Upload& upload, Error error);
  /// Whether what stands there is what the write with this mark has made.
  [[nodiscard]] Result<bool> is_mine(std::string_view key, std::string_view mark);
  [[nodiscard]] std::vector<HttpHeader> headers_of(const S3Object& object, const std::string& mark) const;

  S3Client& client_;
  S3WriteOptions options_;
};

}  // namespace vieweratlas::s3_internal
