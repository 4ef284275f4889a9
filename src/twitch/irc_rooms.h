#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "vieweratlas/core/clock.h"

namespace vieweratlas {

/// What one connection has asked for and what was answered: makes one answer of the three that a JOIN gets (its echo, the end of
/// the names, the state of the room), and tells a PART that was asked for from a removal. Thread-compatible.
class IrcRooms {
 public:
  enum class Answer : std::uint8_t { kNothing, kJoined, kRoomId };

  void asked_to_join(std::string_view channel);
  void asked_to_part(std::string_view channel, SteadyTime now);
  /// An answer to a JOIN; `room_id` is empty where the answer names none. What of it is news?
  [[nodiscard]] Answer answered(std::string_view channel, std::string_view room_id);
  /// Our own PART came: were we put out?
  [[nodiscard]] bool parted(std::string_view channel, SteadyTime now);
  void refused(std::string_view channel);
  /// The room's id where it was told, else empty; valid until the next change.
  [[nodiscard]] std::string_view id_of(std::string_view channel) const;

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard names it
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Room {
    bool wanted = false;
    bool answered = false;
    std::string id;
    std::uint32_t parts_on_the_way = 0;
    SteadyTime parted_at{};
  };
  void sweep(SteadyTime now);

  std::unordered_map<std::string, Room, Hash, std::equal_to<>> rooms_;
  std::size_t sweep_at_ = 512;
};

}  // namespace vieweratlas
