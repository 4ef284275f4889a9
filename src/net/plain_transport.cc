#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "net/socket_error.h"
#include "net/transport.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {
namespace {

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(int socket) : socket_(socket) {}

  IoResult handshake() override { return {}; }

  IoResult read(std::span<char> into) override {
    std::size_t total = 0;
    while (total < into.size()) {
      const auto got = ::recv(socket_, into.data() + total, into.size() - total, MSG_DONTWAIT);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return {stop(IoOutcome::kWantRead), total};
      if (got == 0) return {IoOutcome::kEnded, total};
      total += static_cast<std::size_t>(got);
    }
    return {IoOutcome::kDone, total};
  }

  IoResult write(std::string_view bytes) override {
    std::size_t total = 0;
    while (total < bytes.size()) {
      const auto sent = ::send(socket_, bytes.data() + total, bytes.size() - total, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return {stop(IoOutcome::kWantWrite), total};
      total += static_cast<std::size_t>(sent);
    }
    return {IoOutcome::kDone, total};
  }

  void end_writing() override { ::shutdown(socket_, SHUT_WR); }

  [[nodiscard]] const Error& failure() const override { return failure_; }

 private:
  /// Reads errno.
  IoOutcome stop(IoOutcome when_busy) {
    const int reason = errno;
    if (reason == EAGAIN || reason == EWOULDBLOCK) return when_busy;
    failure_ = {ErrorCode::kUnavailable, clause_for_socket_error(reason)};
    return IoOutcome::kFailed;
  }

  int socket_;
  Error failure_;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(int socket) { return std::make_unique<PlainTransport>(socket); }

}  // namespace vieweratlas
