#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// Where a host can be reached.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// Finds the addresses of `host`, families in turn (IPv6, IPv4, IPv6, ...), at least one. `done` is called once: before this
/// returns when `host` is an address itself, else from a thread of its own, which may outlive everybody (the system's lookup cannot
/// be interrupted). Errors: unavailable (a clause without the host).
void look_up(const std::string& host, std::uint16_t port, std::function<void(Result<std::vector<SocketAddress>>)> done);

}  // namespace vieweratlas
