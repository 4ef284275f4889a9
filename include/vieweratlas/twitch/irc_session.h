#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas {

/// Who logs in. Without a token: the anonymous login "justinfan<digits>".
struct IrcIdentity {
  std::string nick;  ///< lower case; anonymous: "justinfan<digits>", taken also for what is no login
  Secret token;      ///< bare, without "oauth:"; empty = anonymous
};

struct IrcSessionOptions {
  IrcIdentity identity;
  bool membership = false;                              ///< ask for JOIN/PART/NAMES of others
  std::chrono::milliseconds handshake_timeout{20'000};  ///< from the open connection to 001/376
  std::chrono::milliseconds idle_before_ping{30'000};
  std::chrono::milliseconds pong_timeout{5'000};
  std::chrono::milliseconds silence_limit{360'000};  ///< no byte for so long: the connection is dead, whatever the socket says
  std::size_t max_line_bytes = 65'536;
  std::chrono::milliseconds max_clock_difference{300'000};  ///< a tmi-sent-ts farther from our clock is replaced by it
};

/// Why a room could not be joined, or was left.
enum class RoomRefusal : std::uint8_t { kBanned, kSuspended, kNotFound, kRoomLimit };

/// Why a session is over: it takes no bytes and writes none any more, and the owner closes the socket. Only after `kReconnect`, which
/// is no failure, it goes on until the server closes, so that the owner may open the replacement first.
enum class SessionEnd : std::uint8_t {
  kAuthenticationFailed,  ///< token bad, expired or without chat:read: fatal for the identity
  kCapabilityRefused,     ///< the server does not give tags: useless
  kHandshakeTimeout,
  kPingTimeout,
  kSilence,
  kReconnect,  ///< the server asks to come back
};
/// Stable: "authentication_failed", "capability_refused", "handshake_timeout", "ping_timeout", "silence", "reconnect".
[[nodiscard]] std::string_view name_of(SessionEnd end);

/// Why a line did not count. The names (name_of) are stable: "mirror", "parse_error", ...
enum class LineDrop : std::uint8_t {
  kMirror,           ///< shared chat: written in another room
  kAnonymousGifter,  ///< the platform's own accounts for anonymous gifts and cheers
  kNotPresent,       ///< a notice whose sender need not be in the room: raid, and every kind that is not known
  kBroadcaster,      ///< the channel's owner
  kNoUserId,
  kParseError,
  kOverlongLine,
  kUnknownRoom,  ///< PRIVMSG to something that is no channel
};
[[nodiscard]] std::string_view name_of(LineDrop drop);

/// What a session tells its owner, synchronously, from within feed() and tick(). Text is borrowed for the call.
class IrcSessionEvents {
 public:
  virtual ~IrcSessionEvents() = default;
  virtual void on_ready() = 0;
  virtual void on_sighting(const Sighting& sighting) = 0;
  virtual void on_drop(LineDrop drop, std::string_view channel) = 0;
  /// Once per JOIN that was answered; `room_id` from ROOMSTATE, empty when the first answer was the echo or 366 (then
  /// on_room_id follows when ROOMSTATE comes).
  virtual void on_joined(std::string_view channel, std::string_view room_id) = 0;
  virtual void on_room_id(std::string_view channel, std::string_view room_id) = 0;
  virtual void on_refused(std::string_view channel, RoomRefusal refusal) = 0;
  /// Our own PART that was not asked for.
  virtual void on_removed(std::string_view channel) = 0;
  /// A NOTICE with an id that says nothing to us; counted, told once per id by the owner.
  virtual void on_unknown_notice(std::string_view msg_id) = 0;
  virtual void on_end(SessionEnd end, std::string_view detail) = 0;
};

struct IrcSessionCounters {
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t privmsg = 0;
  std::uint64_t usernotice = 0;
  std::uint64_t other = 0;
  std::uint64_t empty_lines = 0;
  std::int64_t last_lag_ms = 0;  ///< our clock - tmi-sent-ts of the newest message
};

/// One IRC connection's protocol without a socket: bytes and time in, events and bytes out. The owner connects, feeds what it
/// reads, writes what take_output gives after each call, and calls tick at least once a second. Not a byte of message text
/// leaves it, and no line ends it but those of SessionEnd.
///
/// Ready at 001 (or 376, should 001 be lost), when the tags are granted as well. A refused membership capability only leaves
/// membership out. With membership the names in 353 and in JOIN and PART of others become sightings of kind kMember.
/// Thread-compatible.
class IrcSession {
 public:
  /// `events` must outlive the session; its methods must neither feed nor end the session.
  IrcSession(IrcSessionOptions options, IrcSessionEvents& events);
  IrcSession(IrcSession&&) noexcept;
  ~IrcSession();

  /// The transport is open: begins the handshake (CAP REQ, PASS unless anonymous, NICK).
  void on_open(SteadyTime now);
  void feed(std::string_view bytes, SteadyTime now, UtcMillis utc);
  /// Timeouts. When the last call is longer ago than a tick should be, the machine slept: the server is asked for a PONG before
  /// anything is held against it.
  void tick(SteadyTime now);

  /// Appends JOIN lines (<= 510 bytes, <= 18 channels a line). Names that are no logins ([a-z0-9_]{1,25}) are a mistake of ours.
  void join(std::span<const std::string> channels);
  void part(std::span<const std::string> channels);
  void quit();
  /// What is to be written now; empties the buffer.
  [[nodiscard]] std::string take_output();

  [[nodiscard]] bool ready() const;
  [[nodiscard]] const IrcSessionCounters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// [a-z0-9_]{1,25}.
[[nodiscard]] bool is_login(std::string_view text);

}  // namespace vieweratlas
