// Whose turn it is.
//
// While there is room for all, everybody comes in, by priority: viewers x time not observed. Where there is not, time passes in
// laps: in a lap every wanted room that can be joined has one turn; a room has had its turn when it was listened to for the
// shortest stay. Equal turns are what the data needs: how large a part of an audience is heard depends on how long one listens, not on its
// size, and shared audiences of channels that were heard for unequal times cannot be compared. Priority orders a lap, so that the large
// rooms come first when the wanted set or the program begins.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "collect/room_plan_impl.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"

namespace vieweratlas {

std::uint64_t RoomPlan::Impl::num_placed() const { return num(RoomState::kQueued) + num(RoomState::kSent) + num(RoomState::kConfirmed); }

std::uint64_t RoomPlan::Impl::num_joinable() const { return rooms_.size() - num(RoomState::kFailed); }

// Slots that are not wanted any more take no new rooms and so run empty.
bool RoomPlan::Impl::has_place(std::size_t slot) const {
  return slot < slots_wanted_ && slots_[slot].ready && slots_[slot].rooms < options_.rooms_per_connection;
}

std::uint64_t RoomPlan::Impl::ready_places() const {
  std::uint64_t places = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) places += has_place(i) ? options_.rooms_per_connection - slots_[i].rooms : 0;
  return places;
}

// The lowest, so that high ones run empty and can be closed.
std::optional<SlotId> RoomPlan::Impl::slot_with_place() const {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (has_place(i)) return static_cast<SlotId>(i);
  }
  return std::nullopt;
}

void RoomPlan::Impl::raise_ceiling(SteadyTime now) {
  if (ceiling_ == full_ceiling_ || now < raise_at_) return;
  ceiling_ = std::min<std::uint64_t>(full_ceiling_, ceiling_ + tuning_.limit_raise);
  if (ceiling_ == full_ceiling_) raise_wait_ = tuning_.limit_pause;
  raise_at_ = now + raise_wait_;
}

void RoomPlan::Impl::miss_answers(SteadyTime now) {
  if (now < next_answer_due_) return;
  next_answer_due_ = SteadyTime::max();
  for (Room& room : rooms_) {
    if (room.state != RoomState::kSent) continue;
    if (room.answer_due > now) {
      next_answer_due_ = std::min(next_answer_due_, room.answer_due);
      continue;
    }
    ++totals_.misses;
    room.failure = RoomFailure::kSilent;
    const bool again = room.misses < tuning_.retry_after.size();
    if (again) room.not_before = now + tuning_.retry_after[room.misses++];
    // The answer may have been lost and not the JOIN: PART makes sure that we are out.
    leave(room, again ? RoomState::kWaiting : RoomState::kFailed, now);
  }
}

std::vector<std::size_t> RoomPlan::Impl::next_rooms(std::size_t n, bool rotate, SteadyTime now) {
  // Where all fit, everybody comes in, and a large room that was lost need not wait until all have been in once.
  const bool in_laps = num_joinable() > ceiling_;
  std::vector<Turn> due;
  std::vector<Turn> done;
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    const Room& room = rooms_[i];
    if (room.state != RoomState::kWaiting || room.not_before > now || (rotate && room.cool_until > now)) continue;
    const auto waited = static_cast<double>((now - room.last_observed).count());
    (!in_laps || room.lap < lap_ ? due : done).push_back({.priority = (static_cast<double>(room.viewers) + 1) * waited, .room = i});
  }
  if (due.empty() && !done.empty()) {
    ++lap_;
    due = std::move(done);
  }
  n = std::min(n, due.size());
  std::partial_sort(due.begin(), due.begin() + static_cast<std::ptrdiff_t>(n), due.end(),
                    [](const Turn& a, const Turn& b) { return a.priority != b.priority ? a.priority > b.priority : a.room < b.room; });
  std::vector<std::size_t> next;
  next.reserve(n);
  for (std::size_t i = 0; i < n; ++i) next.push_back(due[i].room);
  return next;
}

std::vector<std::size_t> RoomPlan::Impl::longest_stays(std::size_t n, SteadyTime now) const {
  std::vector<std::size_t> stays;
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    const Room& room = rooms_[i];
    if (room.state == RoomState::kConfirmed && now - room.since >= options_.dwell) stays.push_back(i);
  }
  n = std::min(n, stays.size());
  std::partial_sort(stays.begin(), stays.begin() + static_cast<std::ptrdiff_t>(n), stays.end(), [this](std::size_t a, std::size_t b) {
    const Room& left = rooms_[a];
    const Room& right = rooms_[b];
    if (left.since != right.since) return left.since < right.since;
    return left.viewers != right.viewers ? left.viewers < right.viewers : a < b;
  });
  stays.resize(n);
  return stays;
}

void RoomPlan::Impl::send_join(Room& room, SlotId slot, std::vector<SlotActions>& actions, SteadyTime now) {
  bucket_.take(1, now);
  room.slot = slot;
  room.turn_lap = lap_;
  room.room_id.clear();
  ++slots_[slot].rooms;
  ++slots_[slot].unwritten;
  ++totals_.joins;
  set_state(room, RoomState::kQueued);
  actions[slot].joins.push_back(room.login);
}

void RoomPlan::Impl::give_turns(std::vector<SlotActions>& actions, SteadyTime now) {
  const std::uint32_t tokens = bucket_.left(now);
  if (tokens == 0 || now < paused_until_ || num(RoomState::kWaiting) == 0) return;
  const std::uint64_t below_ceiling = ceiling_ - std::min(ceiling_, num_placed());
  const std::uint64_t places = std::min(below_ceiling, ready_places());
  if (places > 0) {
    for (const std::size_t i : next_rooms(std::min<std::uint64_t>(tokens, places), false, now)) {
      if (const auto slot = slot_with_place()) send_join(rooms_[i], *slot, actions, now);
    }
    return;
  }
  // Where all fit under the ceiling, the missing places are those of connections that are still to be opened.
  if (num_joinable() <= ceiling_) return;
  const std::vector<std::size_t> leaving = longest_stays(tokens, now);
  if (leaving.empty()) return;
  const std::vector<std::size_t> next = next_rooms(leaving.size(), true, now);
  for (std::size_t k = 0; k < next.size(); ++k) {
    Room& old = rooms_[leaving[k]];
    const SlotId slot = old.slot;
    leave(old, RoomState::kWaiting, now);
    old.not_before = now;
    old.cool_until = now + options_.dwell;
    ++totals_.rotations;
    send_join(rooms_[next[k]], slot, actions, now);
  }
}

// Connections for what is joined and what the bucket may join in the next minute, not for all at once: an empty connection does
// nothing for half an hour but wait.
void RoomPlan::Impl::update_slots_wanted() {
  const auto slots_for = [this](std::uint64_t rooms) {
    return (rooms + options_.rooms_per_connection - 1) / options_.rooms_per_connection;
  };
  const std::uint64_t needed = slots_for(std::min(ceiling_, num_joinable()));
  const std::uint64_t soon = slots_for(num_placed() + std::uint64_t{2} * tuning_.join_tokens);
  std::uint64_t wanted = std::min(needed, std::max<std::uint64_t>(soon, slots_wanted_));
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].rooms > 0) wanted = std::max<std::uint64_t>(wanted, i + 1);
  }
  slots_wanted_ = static_cast<std::uint32_t>(wanted);
}

RoomActions RoomPlan::Impl::step(SteadyTime now) {
  raise_ceiling(now);
  miss_answers(now);
  update_slots_wanted();
  std::vector<SlotActions> actions(slots_.size());
  give_turns(actions, now);
  RoomActions result;
  result.slots_wanted = slots_wanted_;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    actions[i].slot = static_cast<SlotId>(i);
    actions[i].parts = std::exchange(slots_[i].parts, {});
    totals_.parts += actions[i].parts.size();
    if (!actions[i].parts.empty() || !actions[i].joins.empty()) result.slots.push_back(std::move(actions[i]));
  }
  return result;
}

}  // namespace vieweratlas
