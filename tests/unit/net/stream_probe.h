#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/net/event_loop.h"

namespace vieweratlas {

/// A loop with one stream, run until it is closed or `done` says so; gives up after 20 s.
class StreamProbe final : public StreamListener {
 public:
  void connect(const StreamOptions& options) { stream = loop.connect(options, *this); }

  /// False when nothing happened in time.
  bool run() {
    bool in_time = true;
    loop.every(std::chrono::seconds(20), [&] {
      in_time = false;
      loop.stop();
    });
    loop.run();
    return in_time;
  }

  void on_open() override {
    opened = true;
    if (when_open) when_open();
  }
  void on_bytes(std::string_view bytes) override {
    received += bytes;
    if (when_bytes) when_bytes();
  }
  void on_closed(const Error& reason) override {
    ++closings;
    closed = reason;
    loop.stop();
  }

  EventLoop loop;
  std::unique_ptr<Stream> stream;
  std::function<void()> when_open;
  std::function<void()> when_bytes;
  bool opened = false;
  std::string received;
  int closings = 0;
  std::optional<Error> closed;
};

[[nodiscard]] inline StreamOptions plain_to(std::uint16_t port) { return {.host = "127.0.0.1", .port = port, .tls = false}; }

[[nodiscard]] inline StreamOptions encrypted_to(std::uint16_t port, const std::filesystem::path& ca,
                                                const std::string& host = "localhost") {
  return {.host = host, .port = port, .tls = true, .ca_file = ca};
}

}  // namespace vieweratlas
