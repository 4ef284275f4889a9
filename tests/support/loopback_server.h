#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/test_certificates.h"

namespace vieweratlas {

/// The server's end of one connection. Blocking; of the thread that runs the script.
class Peer {
 public:
  virtual ~Peer() = default;
  /// What comes up to and with `end`; less when the client hangs up before.
  virtual std::string read_until(std::string_view end) = 0;
  /// Exactly `size` bytes; less when the client hangs up before.
  virtual std::string read_bytes(std::size_t size) = 0;
  /// Reads until the client hangs up, and returns all of it.
  virtual std::string read_to_end() = 0;
  /// False when the client is gone.
  virtual bool write(std::string_view bytes) = 0;
  /// Breaks the connection off: the client sees a reset.
  virtual void reset() = 0;
  /// Ends reading and writing; from any thread.
  virtual void hang_up() = 0;
};

/// A server of a test on 127.0.0.1: each connection gets a thread that plays `script` and hangs up when it returns.
class LoopbackServer {
 public:
  using Script = std::function<void(Peer& peer, int number)>;  ///< number: 0 for the first connection

  /// With `tls`, speaks TLS with that certificate; the script begins after the handshake, and is not played when that fails.
  explicit LoopbackServer(Script script, std::optional<CertificateFiles> tls = std::nullopt);
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  /// Hangs up on everybody and waits for the threads.
  ~LoopbackServer();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Accepted so far.
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int socket, int number);

  Script script_;
  std::optional<CertificateFiles> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<int> sockets_;  // guarded by mutex_
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A port of 127.0.0.1 on which nothing listens.
[[nodiscard]] std::uint16_t unused_port();

}  // namespace vieweratlas
