#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace vieweratlas::s3_internal {

/// The digest as 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// "e3b0c442...": of no bytes at all.
inline constexpr std::string_view kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// SHA-256 of pieces. Thread-compatible.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();
  void update(std::string_view bytes);
  /// 64 lower-case hex digits; ends it.
  [[nodiscard]] std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// CRC-32 as in gzip: the checksum that every S3 knows, computed faster than memory delivers. Copyable.
class Crc32 {
 public:
  void update(std::string_view bytes);
  /// Goes on with `num_bytes` bytes whose own checksum `behind` is, without seeing them.
  void append(const Crc32& behind, std::uint64_t num_bytes);
  /// As in headers: base64 of the four bytes, the highest first.
  [[nodiscard]] std::string base64() const;

 private:
  std::uint32_t value_ = 0;
};

[[nodiscard]] std::string crc32_base64(std::string_view bytes);

/// MD5 of pieces: what an ETag is for objects that were put at once. Thread-compatible.
class Md5 {
 public:
  Md5();
  Md5(const Md5&) = delete;
  Md5& operator=(const Md5&) = delete;
  ~Md5();
  void update(std::string_view bytes);
  /// 32 lower-case hex digits; ends it.
  [[nodiscard]] std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// 32 hex digits that nobody has seen before.
[[nodiscard]] std::string random_name();
[[nodiscard]] std::uint64_t random_seed();

}  // namespace vieweratlas::s3_internal
