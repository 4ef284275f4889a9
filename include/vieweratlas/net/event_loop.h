#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

struct StreamOptions {
  std::string host;
  std::uint16_t port = 0;
  bool tls = true;
  std::filesystem::path ca_file;                      ///< empty = the system's certificates; certificate and host name are always checked
  std::chrono::milliseconds connect_timeout{20'000};  ///< name lookup, connection and TLS handshake together
  std::size_t max_queued_bytes = 1U << 20U;           ///< of unsent output; beyond it the stream is closed (limit_exceeded)
};

/// Told what happens on a stream, on the loop's thread. Nothing is called after `on_closed`, nor after the Stream was destroyed.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  virtual void on_open() = 0;
  /// Some bytes, as they came; valid for the call.
  virtual void on_bytes(std::string_view bytes) = 0;
  /// The end, also of a connection that never opened; never called from within a call of ours to the stream. The message begins
  /// with host and port. Codes: unavailable (refused, reset, ended, timeout, name not found), denied (certificate or host name),
  /// limit_exceeded (the peer does not read), cancelled (after `finish`).
  virtual void on_closed(const Error& reason) = 0;
};

/// A TCP connection, with TLS 1.2 or newer unless switched off. Destroying it closes it at once and silently, also from within its
/// own callbacks. Loop thread only.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Queues bytes, also before it is open; sends them in order, those of one turn of the loop together.
  virtual void write(std::string bytes) = 0;
  /// Sends what is queued, waits up to half a second for the peer to hang up, closes; `on_closed` follows.
  virtual void finish() = 0;
};

/// One thread's events: streams, ticks, posted functions. Must outlive its streams.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs on the calling thread until `stop`.
  void run();
  /// Thread-safe; `run` returns soon after, or at once when it begins later.
  void stop();
  /// Thread-safe: calls `function` on the loop's thread, in the order of posting.
  void post(std::function<void()> function);
  /// Calls `function` each `interval`, first after one; a late tick is not made up for. Before `run` or on its thread.
  void every(std::chrono::milliseconds interval, std::function<void()> function);
  /// Begins to connect. `listener` must outlive the stream. Before `run` or on its thread.
  [[nodiscard]] std::unique_ptr<Stream> connect(const StreamOptions& options, StreamListener& listener);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vieweratlas
