#include "vieweratlas/collect/room_plan.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "collect/room_plan_impl.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace {

// A new room waits as if for this long already, so that the new rooms of one moment come in by their size.
constexpr std::chrono::minutes kNeverObserved{1};
// What is known of rooms that are wanted no more is kept so long; refusals are kept for ever.
constexpr std::chrono::hours kRememberRetired{24};

bool is_permanent(RoomFailure failure) {
  return failure == RoomFailure::kBanned || failure == RoomFailure::kSuspended || failure == RoomFailure::kNotFound;
}

}  // namespace

RoomPlan::Impl::Impl(const ChatOptions& options, RoomPlanTuning tuning)
    : options_(options), tuning_(tuning), bucket_(tuning.join_tokens, tuning.token_return), raise_wait_(tuning.limit_pause) {
  VA_CHECK(options_.rooms_per_connection > 0 && options_.max_rooms > 0 && tuning_.join_tokens > 0);
  full_ceiling_ = options_.mode == ChatMode::kAccount ? std::min(options_.max_rooms, tuning_.account_max_rooms) : options_.max_rooms;
  ceiling_ = full_ceiling_;
}

const Room* RoomPlan::Impl::find(std::string_view channel) const {
  const auto at = index_.find(channel);
  return at == index_.end() ? nullptr : &rooms_[at->second];
}

// The room when it holds a place on this connection: whatever another connection says of it is history.
Room* RoomPlan::Impl::placed(SlotId slot, std::string_view channel) {
  const auto at = index_.find(channel);
  if (at == index_.end()) return nullptr;
  Room& room = rooms_[at->second];
  return room.holds_place() && room.slot == slot ? &room : nullptr;
}

Slot& RoomPlan::Impl::slot_at(SlotId slot) {
  if (slot >= slots_.size()) slots_.resize(slot + std::size_t{1});
  return slots_[slot];
}

void RoomPlan::Impl::set_state(Room& room, RoomState state) {
  --by_state_[static_cast<std::size_t>(room.state)];
  ++by_state_[static_cast<std::size_t>(state)];
  room.state = state;
}

// The room gives back its place; nothing is said to the server.
void RoomPlan::Impl::vacate(Room& room, RoomState next, SteadyTime observed_until) {
  VA_CHECK(room.holds_place());
  if (room.state == RoomState::kConfirmed) {
    const SteadyTime end = std::max(room.since, observed_until);
    if (end > room.told_until) pieces_.push_back({.channel = room.login, .begin = room.told_until, .end = end});
    room.last_observed = end;
    if (end - room.since >= options_.dwell) room.lap = room.turn_lap;
    if (end - room.since >= tuning_.removed_park) room.removals = 0;
  }
  --slots_[room.slot].rooms;
  set_state(room, next);
}

void RoomPlan::Impl::leave(Room& room, RoomState next, SteadyTime now) {
  slots_[room.slot].parts.push_back(room.login);
  vacate(room, next, now);
}

void RoomPlan::Impl::confirm(Room& room, SteadyTime now) {
  if (room.state == RoomState::kConfirmed) return;
  room.since = room.told_until = now;
  room.misses = 0;
  room.failure = RoomFailure::kNone;
  set_state(room, RoomState::kConfirmed);
}

void RoomPlan::Impl::fail(Room& room, RoomFailure failure, SteadyTime now) {
  room.failure = failure;
  vacate(room, RoomState::kFailed, now);
}

void RoomPlan::Impl::slot_ready(SlotId slot, SteadyTime now) {
  if (slot_at(slot).ready) slot_lost(slot, now, now);
  slot_at(slot).ready = true;
}

void RoomPlan::Impl::slot_lost(SlotId slot, SteadyTime alive_until, SteadyTime now) {
  Slot& gone = slot_at(slot);
  // They may have left just before the end.
  bucket_.used(std::exchange(gone.unwritten, 0), now);
  gone.ready = false;
  gone.parts.clear();
  if (gone.rooms == 0) return;
  for (Room& room : rooms_) {
    if (!room.holds_place() || room.slot != slot) continue;
    room.not_before = room.cool_until = now;
    vacate(room, RoomState::kWaiting, std::min(alive_until, now));
  }
}

void RoomPlan::Impl::written(SlotId slot, std::span<const std::string> channels, SteadyTime now) {
  Slot& at = slot_at(slot);
  const std::uint32_t n = std::min(at.unwritten, static_cast<std::uint32_t>(channels.size()));
  at.unwritten -= n;
  bucket_.used(n, now);
  for (const std::string& channel : channels) {
    Room* room = placed(slot, channel);
    if (room == nullptr || room->state != RoomState::kQueued) continue;
    room->answer_due = now + tuning_.ack_timeout;
    next_answer_due_ = std::min(next_answer_due_, room->answer_due);
    set_state(*room, RoomState::kSent);
  }
}

bool RoomPlan::Impl::joined(SlotId slot, std::string_view channel, SteadyTime now) {
  Room* room = placed(slot, channel);
  if (room != nullptr) confirm(*room, now);
  return room != nullptr;
}

void RoomPlan::Impl::room_id(SlotId slot, std::string_view channel, std::string_view room_id, SteadyTime now) {
  Room* room = placed(slot, channel);
  if (room == nullptr || room_id.empty()) return;
  room->room_id = room_id;
  if (room->channel_id.empty() || room->channel_id == room_id) return confirm(*room, now);
  // What was heard until here was heard in somebody else's room, but the pieces told so far cannot be taken back.
  room->failure = RoomFailure::kRenamed;
  leave(*room, RoomState::kFailed, now);
}

void RoomPlan::Impl::refused(SlotId slot, std::string_view channel, RoomRefusal refusal, SteadyTime now) {
  Room* room = placed(slot, channel);
  switch (refusal) {
    case RoomRefusal::kBanned:
      if (room != nullptr) fail(*room, RoomFailure::kBanned, now);
      return;
    case RoomRefusal::kSuspended:
      if (room != nullptr) fail(*room, RoomFailure::kSuspended, now);
      return;
    case RoomRefusal::kNotFound:
      if (room != nullptr) fail(*room, RoomFailure::kNotFound, now);
      return;
    case RoomRefusal::kRoomLimit:
      if (room != nullptr && room->state != RoomState::kConfirmed) {
        room->not_before = now;
        vacate(*room, RoomState::kWaiting, now);
      }
      return too_many_rooms(now);
  }
}

// Each refused room lowers the ceiling to what is held without it; what is still on its way follows with notices of its own.
void RoomPlan::Impl::too_many_rooms(SteadyTime now) {
  constexpr int kLongestRaiseWait = 16;
  ++totals_.limit_notices;
  ceiling_ = std::clamp<std::uint64_t>(num_placed(), 1, ceiling_);
  if (now >= paused_until_ && paused_until_ != SteadyTime{})
    raise_wait_ = std::min(raise_wait_ * 2, tuning_.limit_pause * kLongestRaiseWait);
  paused_until_ = now + tuning_.limit_pause;
  raise_at_ = paused_until_ + raise_wait_;
}

void RoomPlan::Impl::removed(SlotId slot, std::string_view channel, SteadyTime now) {
  Room* room = placed(slot, channel);
  if (room == nullptr) return;
  vacate(*room, RoomState::kWaiting, now);
  constexpr std::uint8_t kMany = 2;
  room->removals = std::min<std::uint8_t>(kMany, room->removals + 1);
  room->not_before = now + (room->removals == 1 ? tuning_.removed_retry : tuning_.removed_park);
  room->failure = RoomFailure::kRemoved;
}

void RoomPlan::Impl::rebuild_sums() {
  index_.clear();
  index_.reserve(rooms_.size());
  by_state_.fill(0);
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    index_.emplace(rooms_[i].login, i);
    ++by_state_[static_cast<std::size_t>(rooms_[i].state)];
  }
}

Room RoomPlan::Impl::known_or_new(const WantedRoom& wanted, SteadyTime now) {
  if (const auto at = index_.find(wanted.login); at != index_.end()) return std::move(rooms_[at->second]);
  if (auto node = retired_.extract(wanted.login)) return std::move(node.mapped());
  Room room;
  room.login = wanted.login;
  room.channel_id = wanted.channel_id;
  room.last_observed = now - kNeverObserved;
  return room;
}

void RoomPlan::Impl::update_wanted(Room& room, const WantedRoom& wanted, SteadyTime now) {
  room.viewers = wanted.viewers;
  const bool other_channel = !wanted.channel_id.empty() && wanted.channel_id != room.channel_id;
  if (other_channel) room.channel_id = wanted.channel_id;
  if (room.holds_place()) {
    if (!other_channel || room.room_id.empty() || room.room_id == room.channel_id) return;
    room.failure = RoomFailure::kRenamed;
    return leave(room, RoomState::kFailed, now);
  }
  const bool again = room.failure == RoomFailure::kSilent || other_channel;
  if (room.state != RoomState::kFailed || !again) return;
  // A room that stayed silent keeps its misses: one more JOIN, not four.
  if (other_channel) room.misses = room.removals = 0;
  if (other_channel) room.failure = RoomFailure::kNone;
  room.not_before = now;
  set_state(room, RoomState::kWaiting);
}

void RoomPlan::Impl::retire(Room room, SteadyTime now) {
  if (room.holds_place()) leave(room, RoomState::kWaiting, now);
  room.retired_at = now;
  std::string login = room.login;
  retired_.insert_or_assign(std::move(login), std::move(room));
}

void RoomPlan::Impl::set_wanted(std::span<const WantedRoom> wanted, SteadyTime now) {
  bad_names_ = 0;
  std::vector<Room> rooms;
  rooms.reserve(wanted.size());
  std::unordered_set<std::string_view> seen;
  std::vector<bool> stays(rooms_.size(), false);
  for (const WantedRoom& one : wanted) {
    if (!is_login(one.login)) ++bad_names_;
    if (!is_login(one.login) || !seen.insert(one.login).second) continue;
    if (const auto at = index_.find(one.login); at != index_.end()) stays[at->second] = true;
    rooms.push_back(known_or_new(one, now));
    update_wanted(rooms.back(), one, now);
  }
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    if (!stays[i]) retire(std::move(rooms_[i]), now);
  }
  rooms_ = std::move(rooms);
  rebuild_sums();
  std::erase_if(retired_,
                [&](const auto& entry) { return !is_permanent(entry.second.failure) && entry.second.retired_at + kRememberRetired < now; });
}

std::vector<ObservedPiece> RoomPlan::Impl::take_observed(SteadyTime now) {
  std::vector<ObservedPiece> pieces = std::exchange(pieces_, {});
  for (Room& room : rooms_) {
    if (room.state != RoomState::kConfirmed || now <= room.told_until) continue;
    pieces.push_back({.channel = room.login, .begin = room.told_until, .end = now});
    room.told_until = now;
  }
  return pieces;
}

RoomCounts RoomPlan::Impl::counts(SteadyTime now) const {
  static constexpr std::array<const char*, kNumRoomFailures> kNames = {"",       "banned",  "suspended", "not_found",
                                                                       "silent", "renamed", "removed"};
  RoomCounts counts = totals_;
  counts.wanted = rooms_.size();
  counts.target = std::min(ceiling_, num_joinable());
  counts.sent = num(RoomState::kQueued) + num(RoomState::kSent);
  counts.confirmed = num(RoomState::kConfirmed);
  counts.ceiling = ceiling_;
  counts.join_tokens_left = bucket_.left(now);
  std::uint64_t failed = 0;
  for (const Room& room : rooms_) {
    if (room.failure == RoomFailure::kNone || room.holds_place()) continue;
    ++failed;
    ++counts.failed[kNames[static_cast<std::size_t>(room.failure)]];
  }
  if (bad_names_ > 0) counts.failed["bad_name"] = bad_names_;
  counts.waiting = rooms_.size() - failed - num_placed();
  return counts;
}

RoomPlan::RoomPlan(const ChatOptions& options, RoomPlanTuning tuning) : impl_(std::make_unique<Impl>(options, tuning)) {}
RoomPlan::RoomPlan(RoomPlan&&) noexcept = default;
RoomPlan& RoomPlan::operator=(RoomPlan&&) noexcept = default;
RoomPlan::~RoomPlan() = default;

void RoomPlan::set_wanted(std::span<const WantedRoom> rooms, SteadyTime now) { impl_->set_wanted(rooms, now); }
void RoomPlan::on_slot_ready(SlotId slot, SteadyTime now) { impl_->slot_ready(slot, now); }
void RoomPlan::on_slot_lost(SlotId slot, SteadyTime alive_until, SteadyTime now) { impl_->slot_lost(slot, alive_until, now); }
void RoomPlan::on_written(SlotId slot, std::span<const std::string> channels, SteadyTime now) { impl_->written(slot, channels, now); }
void RoomPlan::on_joined(SlotId slot, std::string_view channel, SteadyTime now) { impl_->joined(slot, channel, now); }
void RoomPlan::on_room_id(SlotId slot, std::string_view channel, std::string_view room_id, SteadyTime now) {
  impl_->room_id(slot, channel, room_id, now);
}
void RoomPlan::on_refused(SlotId slot, std::string_view channel, RoomRefusal refusal, SteadyTime now) {
  impl_->refused(slot, channel, refusal, now);
}
void RoomPlan::on_removed(SlotId slot, std::string_view channel, SteadyTime now) { impl_->removed(slot, channel, now); }
bool RoomPlan::on_heard(SlotId slot, std::string_view channel, SteadyTime now) { return impl_->joined(slot, channel, now); }
RoomActions RoomPlan::step(SteadyTime now) { return impl_->step(now); }
std::vector<ObservedPiece> RoomPlan::take_observed(SteadyTime now) { return impl_->take_observed(now); }
RoomCounts RoomPlan::counts(SteadyTime now) const { return impl_->counts(now); }

bool RoomPlan::is_confirmed(std::string_view channel) const {
  const Room* room = impl_->find(channel);
  return room != nullptr && room->state == RoomState::kConfirmed;
}

std::vector<std::string> RoomPlan::confirmed() const {
  std::vector<std::string> logins;
  for (const Room& room : impl_->rooms()) {
    if (room.state == RoomState::kConfirmed) logins.push_back(room.login);
  }
  std::sort(logins.begin(), logins.end());
  return logins;
}

}  // namespace vieweratlas
