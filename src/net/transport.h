#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// What an operation that never waits came to.
enum class IoOutcome {
  kDone,
  kWantRead,   ///< to be tried again when the socket can be read
  kWantWrite,  ///< to be tried again when the socket can be written
  kEnded,      ///< the peer has ended the connection, politely or not
  kFailed,     ///< failure() says why
};

struct IoResult {
  IoOutcome outcome = IoOutcome::kDone;
  std::size_t bytes = 0;  ///< moved; with every outcome
};

/// Bytes over a connected, non-blocking socket that somebody else owns and waits for. Raises no SIGPIPE. Thread-compatible.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Until kDone; at once where there is nothing to agree on.
  [[nodiscard]] virtual IoResult handshake() = 0;
  /// Reads until `into` is full or there is no more for the moment.
  [[nodiscard]] virtual IoResult read(std::span<char> into) = 0;
  [[nodiscard]] virtual IoResult write(std::string_view bytes) = 0;
  /// Tells the peer that nothing more will be sent; does not wait for its answer.
  virtual void end_writing() = 0;
  /// Why the last operation failed: a clause without host and port. Codes: unavailable, denied.
  [[nodiscard]] virtual const Error& failure() const = 0;
};

[[nodiscard]] std::unique_ptr<Transport> make_plain_transport(int socket);

}  // namespace vieweratlas
