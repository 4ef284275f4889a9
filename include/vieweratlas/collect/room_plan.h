#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {

/// A channel to listen to.
struct WantedRoom {
  std::string login;       ///< lower case
  std::string channel_id;  ///< as Helix says; empty = not known, any room of that name will do
  std::uint64_t viewers = 0;
};

/// Numbers of the platform's behaviour. Defaults: docs/collecting.md, "Rooms".
struct RoomPlanTuning {
  std::uint32_t join_tokens = 18;                  ///< the platform's limit is 20 in 10 s
  std::chrono::milliseconds token_return{12'500};  ///< after the JOIN was written
  std::uint32_t account_max_rooms = 95;            ///< of 100: rooms are given back late
  std::chrono::milliseconds ack_timeout{15'000};   ///< from the written JOIN to its answer
  /// After the first, second and third missing answer; a fourth one parks the room.
  std::array<std::chrono::milliseconds, 3> retry_after{std::chrono::seconds{15}, std::chrono::seconds{60}, std::chrono::seconds{300}};
  std::chrono::milliseconds removed_retry{300'000};   ///< after the first removal
  std::chrono::milliseconds removed_park{3'600'000};  ///< after the second one
  std::chrono::milliseconds limit_pause{600'000};     ///< no JOIN for so long after a notice of too many rooms
  std::uint32_t limit_raise = 5;                      ///< rooms more, tried after each quiet pause
};

/// A connection by number: 0 .. slots_wanted - 1. A slot keeps its number over reconnects.
using SlotId = std::uint32_t;

struct SlotActions {
  SlotId slot = 0;
  std::vector<std::string> parts;  ///< to be written first
  std::vector<std::string> joins;  ///< then these; tell on_written when they have been
};

struct RoomActions {
  std::uint32_t slots_wanted = 0;  ///< connections 0 .. slots_wanted - 1 should be open, others closed; those hold no rooms
  std::vector<SlotActions> slots;  ///< ascending; ready slots only
};

/// `channel` was listened to from `begin` to `end`.
struct ObservedPiece {
  std::string channel;
  SteadyTime begin{};
  SteadyTime end{};
};

struct RoomCounts {
  std::uint64_t wanted = 0;   ///< the wanted set
  std::uint64_t target = 0;   ///< how many of them can be heard at once: less failed ones, at most `ceiling`
  std::uint64_t waiting = 0;  ///< for their turn, a token or a connection
  std::uint64_t sent = 0;     ///< JOIN given out, not answered
  std::uint64_t confirmed = 0;
  std::map<std::string, std::uint64_t> failed;  ///< by reason: banned, suspended, not_found, silent, renamed, removed, bad_name
  std::uint64_t ceiling = 0;                    ///< rooms at once: as configured, less after notices of too many rooms
  std::uint64_t join_tokens_left = 0;
  std::uint64_t joins = 0;  ///< given out since the start
  std::uint64_t parts = 0;
  std::uint64_t rotations = 0;  ///< rooms left because others waited
  std::uint64_t misses = 0;     ///< JOINs that were not answered in time
  std::uint64_t limit_notices = 0;
};

/// Which rooms to be in, over which connection, when: the platform's limits, retries and rotation, without sockets and clocks.
///
/// JOINs: one bucket for all connections; a token returns `token_return` after its JOIN was written (or after its connection was
/// lost), so reconnects never exceed the pace. At most rooms_per_connection rooms a slot and `ceiling` in all. A JOIN without an
/// answer is retried, then the room is parked until the next set_wanted. A refusal holds for this run.
///
/// Rotation: where more rooms are wanted than may be joined, every wanted room gets one turn a lap, by falling priority =
/// viewers x time since it was last observed; whoever has stayed longest (at least `dwell`) makes place, and stays away for at
/// least `dwell` unless there is room. No room has two turns before every other that can be joined has had one.
///
/// Rooms are left when they are no longer wanted, and never rejoined then. A connection's rooms wait again when it is lost.
///
/// Events name channels by login; of channels that are not known they are ignored. Times must not go back. Deterministic.
/// Thread-compatible. Cost: step() O(wanted) at most, less than 0.1 ms for 5,000 rooms; events O(1); set_wanted O(wanted).
class RoomPlan {
 public:
  explicit RoomPlan(const ChatOptions& options, RoomPlanTuning tuning = {});
  RoomPlan(RoomPlan&&) noexcept;
  RoomPlan& operator=(RoomPlan&&) noexcept;
  ~RoomPlan();

  /// Replaces the wanted set. The first of equal logins counts; names that are no logins are counted as bad_name.
  void set_wanted(std::span<const WantedRoom> rooms, SteadyTime now);

  /// The slot is through its handshake and in no room.
  void on_slot_ready(SlotId slot, SteadyTime now);
  /// The connection is gone; `alive_until` <= now is when it was last heard (nothing was observed after it). Also for slots that
  /// never were ready.
  void on_slot_lost(SlotId slot, SteadyTime alive_until, SteadyTime now);
  /// These JOINs are in the socket: their answers are awaited from here on.
  void on_written(SlotId slot, std::span<const std::string> channels, SteadyTime now);
  void on_joined(SlotId slot, std::string_view channel, SteadyTime now);
  /// Another id than the wanted one: the name belongs to somebody else; the room is left and parked until its wanted id changes.
  void on_room_id(SlotId slot, std::string_view channel, std::string_view room_id, SteadyTime now);
  void on_refused(SlotId slot, std::string_view channel, RoomRefusal refusal, SteadyTime now);
  /// We were put out of the room: tried again once after `removed_retry`.
  void on_removed(SlotId slot, std::string_view channel, SteadyTime now);
  /// Somebody was heard in the room: as good as an answer to JOIN. False when it is no room of ours (any more): what is heard there
  /// must not be kept. Cheap; to be called for each message.
  [[nodiscard]] bool on_heard(SlotId slot, std::string_view channel, SteadyTime now);

  /// What to do. Call it about ten times a second.
  [[nodiscard]] RoomActions step(SteadyTime now);

  /// What was listened to since the last call, up to `now`: pieces of a channel touch or are apart, never overlap.
  [[nodiscard]] std::vector<ObservedPiece> take_observed(SteadyTime now);

  [[nodiscard]] RoomCounts counts(SteadyTime now) const;
  [[nodiscard]] bool is_confirmed(std::string_view channel) const;
  /// Logins, sorted.
  [[nodiscard]] std::vector<std::string> confirmed() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vieweratlas
