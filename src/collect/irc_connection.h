#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/event_loop.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {

/// Why a connection is over.
struct ConnectionEnd {
  std::string_view reason;  ///< stable: "connect_failed", "certificate", "lost", "ping_timeout", ...
  std::string message;      ///< one sentence
  bool reconnect = false;   ///< the server asked to come back: no failure
  bool fatal = false;       ///< no login with this identity, or no use at this server, will succeed
  SteadyTime alive_until{};
};

class IrcConnection;

/// What a connection tells its owner, on the loop's thread. The connection may be destroyed in on_end, nowhere else.
class IrcConnectionOwner {
 public:
  virtual ~IrcConnectionOwner() = default;
  virtual void on_login(IrcConnection& connection) = 0;
  virtual void on_ready(IrcConnection& connection) = 0;
  /// Once. A connection that was asked to come back is told of before it is closed by the server and still listens on: its
  /// owner closes it, or on_end comes again when the server does.
  virtual void on_end(IrcConnection& connection, const ConnectionEnd& end) = 0;
  virtual void on_sighting(IrcConnection& connection, const Sighting& sighting) = 0;
  virtual void on_drop(IrcConnection& connection, LineDrop drop, std::string_view channel) = 0;
  virtual void on_joined(IrcConnection& connection, std::string_view channel, std::string_view room_id) = 0;
  virtual void on_room_id(IrcConnection& connection, std::string_view channel, std::string_view room_id) = 0;
  virtual void on_refused(IrcConnection& connection, std::string_view channel, RoomRefusal refusal) = 0;
  virtual void on_removed(IrcConnection& connection, std::string_view channel) = 0;
  virtual void on_unknown_notice(IrcConnection& connection, std::string_view msg_id) = 0;
};

/// One socket to the chat and the session that speaks over it, from the name lookup to the end. Loop thread only.
class IrcConnection final : private StreamListener, private IrcSessionEvents {
 public:
  /// Begins to connect. References must outlive it. The session's handshake_timeout counts from here.
  IrcConnection(EventLoop& loop, const StreamOptions& stream, const IrcSessionOptions& session, SlotId slot, const Clock& clock,
                IrcConnectionOwner& owner);
  IrcConnection(const IrcConnection&) = delete;
  IrcConnection& operator=(const IrcConnection&) = delete;
  ~IrcConnection() override = default;

  [[nodiscard]] SlotId slot() const { return slot_; }
  [[nodiscard]] bool ready() const { return session_.has_value() && session_->ready(); }
  /// Of the bytes that are being handled, or of the last ones.
  [[nodiscard]] SteadyTime now() const { return now_; }
  [[nodiscard]] UtcMillis utc() const { return utc_; }
  [[nodiscard]] const IrcSessionCounters& counters() const;

  /// The session's timeouts.
  void tick(SteadyTime now);
  void part(std::span<const std::string> channels);
  void join(std::span<const std::string> channels);
  /// QUIT where there is a session, then the end; on_end follows.
  void quit();

 private:
  // StreamListener
  void on_open() override;
  void on_bytes(std::string_view bytes) override;
  void on_closed(const Error& reason) override;
  // IrcSessionEvents
  void on_ready() override;
  void on_sighting(const Sighting& sighting) override { owner_.on_sighting(*this, sighting); }
  void on_drop(LineDrop drop, std::string_view channel) override { owner_.on_drop(*this, drop, channel); }
  void on_joined(std::string_view channel, std::string_view room_id) override { owner_.on_joined(*this, channel, room_id); }
  void on_room_id(std::string_view channel, std::string_view room_id) override { owner_.on_room_id(*this, channel, room_id); }
  void on_refused(std::string_view channel, RoomRefusal refusal) override { owner_.on_refused(*this, channel, refusal); }
  void on_removed(std::string_view channel) override { owner_.on_removed(*this, channel); }
  void on_unknown_notice(std::string_view msg_id) override { owner_.on_unknown_notice(*this, msg_id); }
  void on_end(SessionEnd end, std::string_view detail) override;

  void read_clock();
  void send_output();
  /// Tells the owner of an end that came up; must be the last thing of a callback.
  void report_end();

  const Clock& clock_;
  IrcConnectionOwner& owner_;
  IrcSessionOptions session_options_;
  std::string where_;  // host:port
  SlotId slot_;
  SteadyTime now_{};
  UtcMillis utc_{};
  SteadyTime started_{};
  SteadyTime heard_{};  // the last bytes
  std::optional<IrcSession> session_;
  std::optional<ConnectionEnd> end_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace vieweratlas
