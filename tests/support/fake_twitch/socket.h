#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "support/fake_twitch/loop.h"

namespace fake_twitch {

class SocketOwner {
 public:
  virtual ~SocketOwner() = default;
  virtual void on_bytes(std::string_view bytes) = 0;
  /// `total` bytes of all that was given to write() are with the kernel.
  virtual void on_written(std::uint64_t total) = 0;
  /// The peer closed, or the transport failed. Nothing follows.
  virtual void on_closed() = 0;
};

/// A connection that was accepted, with TLS when there is a context. The destructor closes it.
class Socket {
 public:
  Socket(Loop& loop, int fd, SSL_CTX* tls, SocketOwner& owner);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// Queues bytes; they leave in the next turn, many calls together.
  void write(std::string_view bytes);
  /// A place to append at, for callers that make bytes in bulk; follow with write({}).
  [[nodiscard]] std::string& queue() { return out_; }
  /// Closes when all is written; on_closed follows.
  void finish();
  /// Closes with RST at once; on_closed follows.
  void reset();
  /// Neither reads nor writes while on: the peer sees an open connection that does nothing.
  void stall(bool on);
  [[nodiscard]] bool stalled() const { return stalled_; }
  /// At most so many bytes with one system call and TLS record; 0 = no bound.
  void set_segment(std::size_t max_bytes) { segment_ = max_bytes; }
  /// Bytes wait at least so long for others to join them.
  void set_coalesce(Millis delay) { coalesce_ = delay; }
  [[nodiscard]] std::size_t backlog() const { return out_.size() - head_; }
  /// Bytes given to write() so far.
  [[nodiscard]] std::uint64_t queued_total() const { return written_ + backlog(); }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  enum class Io { kDone, kWouldBlock, kFailed };
  void on_events(std::uint32_t events);
  void read();
  void flush();
  Io write_some(std::size_t size, std::size_t& done);
  Io read_some(char* data, std::size_t size, std::size_t& done);
  Io handshake();
  Io tls_result(int result, std::size_t& done);
  void arm();
  void fail();
  void end_output();
  void arm_after(Millis delay);

  Loop& loop_;
  SocketOwner& owner_;
  int fd_;
  SSL* tls_ = nullptr;
  bool handshaken_ = true;
  bool wants_write_ = false;
  bool stalled_ = false;
  bool finishing_ = false;
  bool draining_ = false;
  bool closed_ = false;
  std::uint32_t armed_ = 0;
  std::size_t segment_ = 0;
  Millis coalesce_ = 0;
  Millis hold_until_ = 0;
  std::string out_;
  std::size_t head_ = 0;
  std::uint64_t written_ = 0;
  std::shared_ptr<Socket*> self_ = std::make_shared<Socket*>(this);  ///< for timers, which may outlive the socket
};

/// A listening socket on a loopback port.
class Listener {
 public:
  using OnAccept = std::function<void(int fd)>;
  /// `port` 0: any. Ends the program when there is none.
  Listener(Loop& loop, std::uint16_t port, OnAccept on_accept);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Off: connections are refused; on again: the same port.
  void open(bool on);

 private:
  void start();
  Loop& loop_;
  OnAccept on_accept_;
  int fd_ = -1;
  std::uint16_t port_;
};

}  // namespace fake_twitch
