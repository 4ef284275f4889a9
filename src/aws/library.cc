#include "aws/library.h"

#include <aws/auth/auth.h>
#include <aws/cal/hash.h>
#include <aws/common/allocator.h>
#include <aws/common/byte_buf.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "vieweratlas/core/check.h"

namespace vieweratlas {
namespace {

class Library {
 public:
  Library() { aws_auth_library_init(aws_default_allocator()); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { aws_auth_library_clean_up(); }
};

template <std::size_t kSize, typename Compute>
std::string hex_digest(std::string_view bytes, Compute compute) {
  std::array<std::uint8_t, kSize> digest{};
  const aws_byte_cursor input = aws_byte_cursor_from_array(bytes.data(), bytes.size());
  aws_byte_buf output = aws_byte_buf_from_empty_array(digest.data(), digest.size());
  VA_CHECK(compute(aws_library(), &input, &output, 0) == 0);
  std::string hex;
  for (const std::uint8_t byte : digest) {
    hex += "0123456789abcdef"[byte >> 4U];
    hex += "0123456789abcdef"[byte & 15U];
  }
  return hex;
}

}  // namespace

aws_allocator* aws_library() {
  static const Library kLibrary;
  return aws_default_allocator();
}

std::string aws_sha256_hex(std::string_view bytes) { return hex_digest<AWS_SHA256_LEN>(bytes, aws_sha256_compute); }
std::string aws_sha1_hex(std::string_view bytes) { return hex_digest<AWS_SHA1_LEN>(bytes, aws_sha1_compute); }

}  // namespace vieweratlas
