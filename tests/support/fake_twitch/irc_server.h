#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "support/fake_twitch/journal.h"
#include "support/fake_twitch/ledger.h"
#include "support/fake_twitch/limits.h"
#include "support/fake_twitch/socket.h"
#include "support/fake_twitch/world.h"

#include "vieweratlas/core/random.h"

namespace fake_twitch {

class IrcServer;

/// One client of the chat.
class IrcConnection : public SocketOwner {
 public:
  IrcConnection(IrcServer& server, std::uint32_t number, int fd, SSL_CTX* tls);
  ~IrcConnection() override = default;

  void on_bytes(std::string_view bytes) override;
  void on_written(std::uint64_t total) override;
  void on_closed() override;

  void send(std::string_view bytes) { socket_.write(bytes); }
  /// Queues a line of chat and keeps account of it.
  void send_line(std::string_view bytes, SentLine line);
  /// The same for bytes that were appended to the socket's queue: `lines` of a kind each.
  void account(const std::vector<std::pair<LineKind, std::uint32_t>>& lines);
  void join(std::uint32_t channel);
  void part(std::uint32_t channel, bool forced);
  void ping();

  [[nodiscard]] Socket& socket() { return socket_; }
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] const std::string& nick() const { return nick_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] bool welcomed() const { return welcomed_; }
  [[nodiscard]] bool membership() const { return membership_; }
  [[nodiscard]] const std::map<std::uint32_t, bool>& rooms() const { return rooms_; }
  [[nodiscard]] Millis last_pong() const { return last_pong_; }
  [[nodiscard]] Millis last_ping() const { return last_ping_; }

 private:
  void handle(std::string_view line);
  void on_cap(std::string_view rest);
  void on_nick(std::string_view nick);
  void on_join(std::string_view list);
  void want(const std::string& login);
  void answer_join(std::uint32_t channel);
  void refuse_login(std::string_view text);
  void welcome();
  [[nodiscard]] bool anonymous() const;
  [[nodiscard]] std::string identity() const;

  struct Mark {
    std::uint64_t end = 0;  ///< of the socket's bytes
    std::size_t line = 0;   ///< of the ledger
    LineKind kind = LineKind::kOther;
    std::uint32_t lines = 0;  ///< > 0: so many of `kind`, without an entry in the ledger
  };

  IrcServer& server_;
  std::uint32_t number_;
  Socket socket_;
  std::string input_;
  std::string nick_;
  std::string token_;
  std::string pass_;
  bool welcomed_ = false;
  bool ending_ = false;
  bool tags_ = false;
  bool commands_ = false;
  bool membership_ = false;
  Millis last_ping_ = 0;
  Millis last_pong_ = 0;
  std::map<std::uint32_t, bool> rooms_;  ///< channel -> answered
  std::deque<Mark> marks_;
};

/// The chat: connections, rooms, limits, keep-alive.
class IrcServer {
 public:
  IrcServer(Loop& loop, World& world, Journal& journal, Ledger& ledger);

  void accept(int fd, SSL_CTX* tls);
  /// Keep-alive, slow readers; some times a second.
  void tick();
  [[nodiscard]] IrcConnection* find(std::uint32_t number);
  void for_each(const std::function<void(IrcConnection&)>& function);
  /// Connections that are in a room, by channel.
  [[nodiscard]] const std::vector<std::uint32_t>& members(std::uint32_t channel) const { return members_[channel]; }
  /// Changes whenever somebody joins or leaves.
  [[nodiscard]] std::uint64_t version() const { return version_; }

  /// RECONNECT to `connection`, and its end after reconnect_close_ms.
  void reconnect(IrcConnection& connection);
  void suspend(std::uint32_t channel, RoomState state);
  void force_part(std::uint32_t channel);
  void membership_batch();
  [[nodiscard]] std::string json();

 private:
  friend class IrcConnection;
  void remove_later(std::uint32_t number);
  void entered(std::uint32_t channel, std::uint32_t connection);
  void left(std::uint32_t channel, std::uint32_t connection);
  bool consume(std::int64_t Settings::* count);

  Loop& loop_;
  World& world_;
  Journal& journal_;
  Ledger& ledger_;
  vieweratlas::Random random_;
  std::map<std::uint32_t, std::unique_ptr<IrcConnection>> connections_;
  std::vector<std::vector<std::uint32_t>> members_;
  SlidingWindow joins_;
  SlidingWindow auths_;
  RoomSlots slots_;
  std::uint32_t numbers_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace fake_twitch
