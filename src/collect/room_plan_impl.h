#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collect/join_bucket.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {

enum class RoomState : std::uint8_t {
  kWaiting,    // for its turn; not before Room::not_before
  kQueued,     // JOIN given out, not written yet
  kSent,       // JOIN written; the answer is due at Room::answer_due
  kConfirmed,  // in the room
  kFailed,     // not tried again; Room::failure says why and so until when
};
inline constexpr std::size_t kNumRoomStates = 5;

enum class RoomFailure : std::uint8_t { kNone, kBanned, kSuspended, kNotFound, kSilent, kRenamed, kRemoved };
inline constexpr std::size_t kNumRoomFailures = 7;

struct Room {
  std::string login;
  std::string channel_id;  // wanted; may be empty
  std::string room_id;     // as the chat says; empty = not known
  std::uint64_t viewers = 0;
  std::uint64_t lap = 0;       // the last lap in which it had its turn
  std::uint64_t turn_lap = 0;  // kQueued and on: the lap in which its turn began, which may be over before it leaves
  SteadyTime not_before{};     // kWaiting
  SteadyTime cool_until{};     // kWaiting: no other room leaves for it before
  SteadyTime answer_due{};     // kSent
  SteadyTime since{};          // kConfirmed
  SteadyTime told_until{};     // kConfirmed: observation is told up to here
  SteadyTime last_observed{};  // never observed: a little before it was first wanted
  SteadyTime retired_at{};     // of rooms that are not wanted
  SlotId slot = 0;             // kQueued, kSent, kConfirmed
  RoomState state = RoomState::kWaiting;
  RoomFailure failure = RoomFailure::kNone;  // also of waiting rooms that failed and are tried again
  std::uint8_t misses = 0;
  std::uint8_t removals = 0;

  [[nodiscard]] bool holds_place() const {
    return state == RoomState::kQueued || state == RoomState::kSent || state == RoomState::kConfirmed;
  }
};

// Lets views look up strings.
struct LoginHash {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard names it
  std::size_t operator()(std::string_view login) const { return std::hash<std::string_view>{}(login); }
};

struct Slot {
  bool ready = false;
  std::uint32_t rooms = 0;      // that hold a place here
  std::uint32_t unwritten = 0;  // JOINs given out and not reported as written
  std::vector<std::string> parts;
};

// Every change of a room's state goes through set_state, which keeps the sums; a room that holds no place has been left with PART,
// was never joined, or its connection is gone.
class RoomPlan::Impl {
 public:
  Impl(const ChatOptions& options, RoomPlanTuning tuning);

  void set_wanted(std::span<const WantedRoom> rooms, SteadyTime now);
  void slot_ready(SlotId slot, SteadyTime now);
  void slot_lost(SlotId slot, SteadyTime alive_until, SteadyTime now);
  void written(SlotId slot, std::span<const std::string> channels, SteadyTime now);
  bool joined(SlotId slot, std::string_view channel, SteadyTime now);
  void room_id(SlotId slot, std::string_view channel, std::string_view room_id, SteadyTime now);
  void refused(SlotId slot, std::string_view channel, RoomRefusal refusal, SteadyTime now);
  void removed(SlotId slot, std::string_view channel, SteadyTime now);
  RoomActions step(SteadyTime now);
  std::vector<ObservedPiece> take_observed(SteadyTime now);
  [[nodiscard]] RoomCounts counts(SteadyTime now) const;
  [[nodiscard]] const Room* find(std::string_view channel) const;
  [[nodiscard]] const std::vector<Room>& rooms() const { return rooms_; }

 private:
  struct Turn {
    double priority = 0;
    std::size_t room = 0;
  };

  // Rooms and places (room_plan.cc).
  [[nodiscard]] Room* placed(SlotId slot, std::string_view channel);
  Slot& slot_at(SlotId slot);
  void set_state(Room& room, RoomState state);
  void vacate(Room& room, RoomState next, SteadyTime observed_until);
  void leave(Room& room, RoomState next, SteadyTime now);
  void confirm(Room& room, SteadyTime now);
  void fail(Room& room, RoomFailure failure, SteadyTime now);
  void too_many_rooms(SteadyTime now);
  void rebuild_sums();
  void update_wanted(Room& room, const WantedRoom& wanted, SteadyTime now);
  [[nodiscard]] Room known_or_new(const WantedRoom& wanted, SteadyTime now);
  void retire(Room room, SteadyTime now);

  // Turns (room_plan_turns.cc).
  void raise_ceiling(SteadyTime now);
  void miss_answers(SteadyTime now);
  void give_turns(std::vector<SlotActions>& actions, SteadyTime now);
  [[nodiscard]] std::vector<std::size_t> next_rooms(std::size_t n, bool rotate, SteadyTime now);
  [[nodiscard]] std::vector<std::size_t> longest_stays(std::size_t n, SteadyTime now) const;
  [[nodiscard]] bool has_place(std::size_t slot) const;
  [[nodiscard]] std::optional<SlotId> slot_with_place() const;
  [[nodiscard]] std::uint64_t ready_places() const;
  [[nodiscard]] std::uint64_t num_placed() const;
  [[nodiscard]] std::uint64_t num_joinable() const;
  [[nodiscard]] std::uint64_t num(RoomState state) const { return by_state_[static_cast<std::size_t>(state)]; }
  void send_join(Room& room, SlotId slot, std::vector<SlotActions>& actions, SteadyTime now);
  void update_slots_wanted();

  ChatOptions options_;
  RoomPlanTuning tuning_;
  JoinBucket bucket_;
  std::vector<Room> rooms_;                                                         // the wanted set, in its order
  std::unordered_map<std::string, std::size_t, LoginHash, std::equal_to<>> index_;  // login -> rooms_
  std::unordered_map<std::string, Room> retired_;                                   // once wanted: refusals and times are remembered
  std::vector<Slot> slots_;
  std::vector<ObservedPiece> pieces_;
  std::array<std::uint64_t, kNumRoomStates> by_state_{};
  std::uint64_t lap_ = 1;
  std::uint64_t ceiling_;
  std::uint64_t full_ceiling_;
  SteadyTime paused_until_{};
  SteadyTime raise_at_{};
  std::chrono::milliseconds raise_wait_;
  SteadyTime next_answer_due_ = SteadyTime::max();  // no room's answer is due before
  std::uint32_t slots_wanted_ = 0;
  std::uint64_t bad_names_ = 0;
  RoomCounts totals_;  // only what is counted since the start
};

}  // namespace vieweratlas
