#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {

/// A source of presence: live chats, recorded chats, logs of other tools.
class Collector {
 public:
  virtual ~Collector() = default;
  /// "live", "vod", "log".
  [[nodiscard]] virtual std::string_view source() const = 0;
  /// Runs on the calling thread and tells `sink` all it sees until `stop` (noticed within a second) or until the source is
  /// exhausted.
  [[nodiscard]] virtual Status collect(PresenceSink& sink, std::stop_token stop) = 0;
};

/// The state of the live chats at a moment.
struct ChatCounters {
  std::uint64_t rooms_wanted = 0;
  std::uint64_t rooms_target = 0;   ///< how many of them the limits allow at once, less failed ones
  std::uint64_t rooms_waiting = 0;  ///< for their turn, a JOIN or a connection
  std::uint64_t rooms_sent = 0;     ///< JOIN written, not yet answered
  std::uint64_t rooms_confirmed = 0;
  std::map<std::string, std::uint64_t> rooms_failed;  ///< by reason: banned, suspended, not_found, silent, renamed, removed
  std::uint64_t joins_sent = 0;
  std::uint64_t parts_sent = 0;
  std::uint64_t joins_unanswered = 0;  ///< not answered in time
  std::uint64_t rotations = 0;         ///< rooms left because others waited
  std::uint64_t limit_notices = 0;     ///< the platform said that we are in too many rooms
  std::uint64_t join_tokens_left = 0;
  std::uint64_t connections_open = 0;  ///< through the handshake
  std::uint64_t connections_wanted = 0;
  std::uint64_t connects = 0;                            ///< begun
  std::uint64_t logins = 0;                              ///< written
  std::map<std::string, std::uint64_t> connection_ends;  ///< by reason: docs/collecting.md, "Connections"
  std::map<std::string, std::uint64_t> lines;            ///< by command: privmsg, usernotice, other, empty
  std::uint64_t unknown_notices = 0;
  std::uint64_t bytes = 0;
  std::uint64_t clock_jumps = 0;      ///< by more than 30 s: the machine slept, or its clock was set
  std::int64_t lag_ms = 0;            ///< our clock - tmi-sent-ts, newest
  std::int64_t last_message_ms = -1;  ///< UTC; -1 = none yet
  std::string fatal;                  ///< one sentence when the identity cannot log in any more
};

/// Twitch chat over IRC: connections, joins at the documented pace, rotation, reconnects. Reconnects for ever; a login that is not
/// accepted is fatal: nothing is opened until set_identity, while connections that are open stay. Rooms in which it is are told
/// as `observed` in pieces of about ten seconds, with the facts of set_wanted when they are joined and when they are new.
class IrcCollector : public Collector {
 public:
  /// `clock` and `log` must outlive it.
  [[nodiscard]] static std::unique_ptr<IrcCollector> make(const CollectOptions& options, IrcIdentity identity, const Clock& clock,
                                                          Logger& log);
  [[nodiscard]] std::string_view source() const override { return "live"; }
  /// The channels to listen to, most watched first. Thread-safe; takes effect within a second.
  virtual void set_wanted(std::vector<ChannelFacts> channels) = 0;
  /// A renewed token for the next logins; ends a fatal state (for one login). Without a token, only anonymous mode can log in, and
  /// it never uses one. Thread-safe.
  virtual void set_identity(IrcIdentity identity) = 0;
  /// Thread-safe.
  [[nodiscard]] virtual ChatCounters counters() const = 0;
};

}  // namespace vieweratlas
