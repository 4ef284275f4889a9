#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "net/transport.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// Which certificates are trusted, and the rules of all TLS connections: TLS 1.2 or newer, the peer's chain checked. Costs some
/// milliseconds and megabytes, so share it. Thread-compatible.
class TlsContext {
 public:
  /// `ca_file` empty = the system's certificates. Errors: denied (file that cannot be read or holds no certificate).
  [[nodiscard]] static Result<std::shared_ptr<TlsContext>> make(const std::filesystem::path& ca_file);
  virtual ~TlsContext() = default;
  /// A client's side of TLS over `socket`; the peer must show a certificate for `host` (a name or an IP address).
  [[nodiscard]] virtual std::unique_ptr<Transport> connect(int socket, const std::string& host) = 0;
};

}  // namespace vieweratlas
