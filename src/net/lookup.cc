#include "net/lookup.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas {
namespace {

using Addresses = std::vector<SocketAddress>;

Addresses with_families_in_turn(const addrinfo* list) {
  Addresses first;
  Addresses second;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    SocketAddress address;
    if (at->ai_addrlen > sizeof(address.storage)) continue;
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
    (at->ai_family == list->ai_family ? first : second).push_back(address);
  }
  Addresses merged;
  for (std::size_t i = 0; i < first.size() || i < second.size(); ++i) {
    if (i < first.size()) merged.push_back(first[i]);
    if (i < second.size()) merged.push_back(second[i]);
  }
  return merged;
}

Result<Addresses> look_up_now(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (code != 0) {
    return Error{ErrorCode::kUnavailable,
                 std::string("the name has no address (") + ::gai_strerror(code) + "); check its spelling and the network"};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  return with_families_in_turn(list);
}

}  // namespace

void look_up(const std::string& host, std::uint16_t port, std::function<void(Result<std::vector<SocketAddress>>)> done) {
  Result<Addresses> numeric = look_up_now(host, port, AI_NUMERICHOST);
  if (numeric.ok()) {
    done(std::move(numeric));
    return;
  }
  auto shared = std::make_shared<std::function<void(Result<Addresses>)>>(std::move(done));
  try {
    std::thread([host, port, shared] { (*shared)(look_up_now(host, port, 0)); }).detach();
  } catch (const std::system_error&) {
    (*shared)(Error{ErrorCode::kUnavailable, "the name cannot be looked up (no thread is free); end other programs"});
  }
}

}  // namespace vieweratlas
