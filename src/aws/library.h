#pragma once

#include <string>
#include <string_view>

struct aws_allocator;  // NOLINT(readability-identifier-naming): the library names it so

namespace vieweratlas {

/// AWS's C libraries, made ready at the first call and cleaned up when the program ends. Starts no thread, opens no socket.
/// Thread-safe.
[[nodiscard]] aws_allocator* aws_library();

/// Digests in lower-case hex digits.
[[nodiscard]] std::string aws_sha256_hex(std::string_view bytes);
[[nodiscard]] std::string aws_sha1_hex(std::string_view bytes);

}  // namespace vieweratlas
