#include "twitch/irc_rooms.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include "vieweratlas/core/clock.h"

namespace vieweratlas {
namespace {

// A PART is echoed within a second or, for a room that we were not in, never. An echo that is waited for longer than this must
// not hide a removal.
constexpr std::chrono::seconds kEchoWithin{30};

}  // namespace

void IrcRooms::asked_to_join(std::string_view channel) {
  Room& room = rooms_[std::string(channel)];
  room.wanted = true;
  room.answered = false;
  room.id.clear();
}

void IrcRooms::asked_to_part(std::string_view channel, SteadyTime now) {
  Room& room = rooms_[std::string(channel)];
  room.wanted = false;
  ++room.parts_on_the_way;
  room.parted_at = now;
  if (rooms_.size() >= sweep_at_) sweep(now);
}

IrcRooms::Answer IrcRooms::answered(std::string_view channel, std::string_view room_id) {
  const auto at = rooms_.find(channel);
  if (at == rooms_.end() || !at->second.wanted) return Answer::kNothing;
  Room& room = at->second;
  const bool first = !room.answered;
  const bool names_it = !room_id.empty() && room.id != room_id;
  room.answered = true;
  if (names_it) room.id = room_id;
  if (first) return Answer::kJoined;
  return names_it ? Answer::kRoomId : Answer::kNothing;
}

bool IrcRooms::parted(std::string_view channel, SteadyTime now) {
  const auto at = rooms_.find(channel);
  if (at == rooms_.end()) return false;
  Room& room = at->second;
  if (room.parts_on_the_way > 0 && now - room.parted_at <= kEchoWithin) {
    --room.parts_on_the_way;
    if (!room.wanted && room.parts_on_the_way == 0) rooms_.erase(at);
    return false;
  }
  const bool removed = room.wanted;
  rooms_.erase(at);
  return removed;
}

void IrcRooms::refused(std::string_view channel) {
  if (const auto at = rooms_.find(channel); at != rooms_.end()) at->second.wanted = false;
}

std::string_view IrcRooms::id_of(std::string_view channel) const {
  const auto at = rooms_.find(channel);
  return at == rooms_.end() ? std::string_view() : std::string_view(at->second.id);
}

void IrcRooms::sweep(SteadyTime now) {
  for (auto at = rooms_.begin(); at != rooms_.end();) {
    const bool old = !at->second.wanted && now - at->second.parted_at > kEchoWithin;
    at = old ? rooms_.erase(at) : std::next(at);
  }
  sweep_at_ = std::max<std::size_t>(512, 2 * rooms_.size());
}

}  // namespace vieweratlas
