#include "support/fake_twitch/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace fake_twitch {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} * 1024;
constexpr std::size_t kWriteSize = std::size_t{64} * 1024;
constexpr int kSegmentsPerTurn = 64;
constexpr Millis kDrainMs = 500;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace

Socket::Socket(Loop& loop, int fd, SSL_CTX* tls, SocketOwner& owner) : loop_(loop), owner_(owner), fd_(fd) {
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (tls != nullptr) {
    tls_ = SSL_new(tls);
    SSL_set_fd(tls_, fd_);
    SSL_set_accept_state(tls_);
    SSL_set_mode(tls_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    handshaken_ = false;
  }
  armed_ = EPOLLIN;
  loop_.watch(fd_, armed_, [this](std::uint32_t events) { on_events(events); });
}

Socket::~Socket() {
  loop_.forget(fd_);
  if (tls_ != nullptr) {
    SSL_free(tls_);
  }
  close(fd_);
}

void Socket::fail() {
  if (!closed_) {
    closed_ = true;
    loop_.forget(fd_);
    owner_.on_closed();
  }
}

void Socket::arm() {
  if (closed_) {
    return;
  }
  const bool write = handshaken_ ? (head_ < out_.size() || (finishing_ && !draining_)) && hold_until_ <= now_ms() : wants_write_;
  const std::uint32_t events = stalled_ ? 0U : EPOLLIN | (write ? EPOLLOUT : 0U);
  if (events != armed_) {
    armed_ = events;
    loop_.change(fd_, events);
  }
}

void Socket::write(std::string_view bytes) {
  if (closed_ || finishing_) {
    return;
  }
  if (coalesce_ > 0 && !bytes.empty() && head_ == out_.size()) {
    hold_until_ = now_ms() + coalesce_;
    arm_after(coalesce_ + 1);
  }
  out_.append(bytes);
  arm();
}

void Socket::arm_after(Millis delay) {
  loop_.after(delay, [self = std::weak_ptr(self_)] {
    if (const auto socket = self.lock()) {
      (*socket)->arm();
    }
  });
}

void Socket::finish() {
  finishing_ = true;
  hold_until_ = 0;
  arm();
}

void Socket::reset() {
  if (closed_) {
    return;
  }
  const linger hard{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  fail();
}

void Socket::stall(bool on) {
  stalled_ = on;
  arm();
}

Socket::Io Socket::tls_result(int result, std::size_t& done) {
  if (result > 0) {
    done = static_cast<std::size_t>(result);
    return Io::kDone;
  }
  const int reason = SSL_get_error(tls_, result);
  ERR_clear_error();
  if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
    wants_write_ = reason == SSL_ERROR_WANT_WRITE;
    return Io::kWouldBlock;
  }
  return Io::kFailed;
}

Socket::Io Socket::handshake() {
  std::size_t done = 0;
  const Io io = tls_result(SSL_accept(tls_), done);
  handshaken_ = io == Io::kDone;
  return io;
}

Socket::Io Socket::read_some(char* data, std::size_t size, std::size_t& done) {
  if (tls_ != nullptr) {
    return tls_result(SSL_read(tls_, data, static_cast<int>(size)), done);
  }
  const ssize_t got = recv(fd_, data, size, 0);
  if (got > 0) {
    done = static_cast<std::size_t>(got);
    return Io::kDone;
  }
  return got < 0 && (errno == EAGAIN || errno == EINTR) ? Io::kWouldBlock : Io::kFailed;
}

Socket::Io Socket::write_some(std::size_t size, std::size_t& done) {
  if (tls_ != nullptr) {
    return tls_result(SSL_write(tls_, out_.data() + head_, static_cast<int>(size)), done);
  }
  const ssize_t sent = send(fd_, out_.data() + head_, size, MSG_NOSIGNAL);
  if (sent > 0) {
    done = static_cast<std::size_t>(sent);
    return Io::kDone;
  }
  return errno == EAGAIN || errno == EINTR ? Io::kWouldBlock : Io::kFailed;
}

void Socket::read() {
  static thread_local std::array<char, kReadSize> buffer;
  for (;;) {
    std::size_t got = 0;
    const Io io = read_some(buffer.data(), buffer.size(), got);
    if (io == Io::kFailed) {
      fail();
      return;
    }
    if (io == Io::kWouldBlock) {
      return;
    }
    if (!draining_) {
      owner_.on_bytes(std::string_view(buffer.data(), got));
    }
    if (closed_ || stalled_) {
      return;
    }
  }
}

void Socket::flush() {
  const std::uint64_t before = written_;
  for (int turns = 0; head_ < out_.size() && (segment_ == 0 || turns < kSegmentsPerTurn); ++turns) {
    std::size_t done = 0;
    const Io io = write_some(std::min(out_.size() - head_, segment_ == 0 ? kWriteSize : segment_), done);
    if (io == Io::kFailed) {
      fail();
      return;
    }
    if (io == Io::kWouldBlock) {
      break;
    }
    head_ += done;
    written_ += done;
  }
  if (head_ == out_.size()) {
    out_.clear();
    head_ = 0;
  } else if (head_ > (1U << 20U)) {
    out_.erase(0, head_);
    head_ = 0;
  }
  if (written_ != before) {
    owner_.on_written(written_);
  }
  if (finishing_ && head_ == out_.size() && !closed_) {
    end_output();
  }
}

/// A socket that is closed while it holds unread input answers with RST, and the peer may lose our last words: so the rest is read away.
void Socket::end_output() {
  draining_ = true;
  if (tls_ != nullptr) {
    SSL_shutdown(tls_);
  }
  shutdown(fd_, SHUT_WR);
  loop_.after(kDrainMs, [self = std::weak_ptr(self_)] {
    if (const auto socket = self.lock()) {
      (*socket)->fail();
    }
  });
}

void Socket::on_events(std::uint32_t events) {
  if (stalled_) {
    if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
      fail();
    }
    return;
  }
  if (!handshaken_) {
    const Io io = handshake();
    if (io == Io::kFailed) {
      fail();
      return;
    }
    if (io == Io::kWouldBlock) {
      arm();
      return;
    }
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
    read();
  }
  if (!closed_ && !stalled_ && !draining_ && (head_ < out_.size() || finishing_) && hold_until_ <= now_ms()) {
    flush();
  }
  arm();
}

Listener::Listener(Loop& loop, std::uint16_t port, OnAccept on_accept) : loop_(loop), on_accept_(std::move(on_accept)), port_(port) {
  start();
}

Listener::~Listener() { open(false); }

void Listener::start() {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port_);
  socklen_t size = sizeof address;
  if (bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd_, 1024) != 0 ||
      getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    die("fake_twitch: cannot listen");
  }
  port_ = ntohs(address.sin_port);
  loop_.watch(fd_, EPOLLIN, [this](std::uint32_t) {
    for (int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); fd >= 0;
         fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) {
      on_accept_(fd);
    }
  });
}

void Listener::open(bool on) {
  if (on && fd_ < 0) {
    start();
  } else if (!on && fd_ >= 0) {
    loop_.forget(fd_);
    close(fd_);
    fd_ = -1;
  }
}

}  // namespace fake_twitch
