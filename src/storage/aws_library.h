#pragma once

struct aws_allocator;

namespace vieweratlas {

/// AWS's C libraries, made ready at the first call and cleaned up when the program ends. Starts no thread, opens no socket.
/// Thread-safe.
[[nodiscard]] aws_allocator* aws_library();

}  // namespace vieweratlas
