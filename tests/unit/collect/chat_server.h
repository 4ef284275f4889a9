#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/loopback_server.h"
#include "support/test_certificates.h"

namespace vieweratlas {

/// A chat that speaks just enough of Twitch's IRC for the collector's engine: capabilities, login, JOIN, PART, PING, QUIT. Without
/// TLS the test may write to connections too.
class ChatServer {
 public:
  explicit ChatServer(std::optional<CertificateFiles> tls = std::nullopt);

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  /// Waits up to 20 s for `condition`, which is looked at under the lock whenever something came in.
  [[nodiscard]] bool wait(const std::function<bool()>& condition);
  /// Of all connections so far, in the order of coming; for `wait` conditions.
  [[nodiscard]] std::size_t logins() const { return logins_; }
  /// Rooms of connection `number` (0-based) that it is in; empty when it is gone.
  [[nodiscard]] std::set<std::string> rooms(int number) const;
  [[nodiscard]] std::size_t rooms_in_all() const { return all_rooms().size(); }
  [[nodiscard]] std::multiset<std::string> all_rooms() const;
  [[nodiscard]] int connections() const { return server_->connections(); }
  [[nodiscard]] bool is_open(int number) const { return open_.contains(number); }
  [[nodiscard]] bool saw(std::string_view line) const;
  /// A copy; not for `wait` conditions.
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

  /// Writes a line to connection `number`.
  void send(int number, std::string_view line);
  /// Hangs up on it.
  void drop(int number);
  /// What the next logins are answered with, in place of a welcome.
  void refuse_logins(std::string text);
  /// Reads on, but answers nothing any more on the connections that are open.
  void fall_silent();
  /// Tokens other than this one are refused.
  void expect_token(std::string token);

 private:
  struct Open {
    Peer* peer = nullptr;
    std::set<std::string> rooms;
    std::string nick;
    std::string pass;
    bool silent = false;
  };
  void talk(Peer& peer, int number);
  [[nodiscard]] std::string answer(Open& open, std::string_view line);
  [[nodiscard]] std::string welcome(const Open& open);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int, Open> open_;
  std::vector<std::string> lines_;
  std::size_t logins_ = 0;
  std::string refusal_;
  std::optional<std::string> token_;
  std::unique_ptr<LoopbackServer> server_;
};

}  // namespace vieweratlas
