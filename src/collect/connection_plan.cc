#include "collect/connection_plan.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"

namespace vieweratlas {

std::optional<SlotId> ConnectionPlan::next(std::uint32_t slots_wanted, SteadyTime now) {
  while (!logins_.empty() && logins_.front() + tuning_.login_window <= now) logins_.pop_front();
  // With one opening at a time, the login that follows is the only one that can be added to those counted here.
  if (forbidden_ || opening_ > 0 || logins_.size() >= tuning_.max_logins) return std::nullopt;
  if (now < server_due_ || (last_opened_.has_value() && now < *last_opened_ + tuning_.spacing)) return std::nullopt;
  for (SlotId id = 0; id < slots_wanted; ++id) {
    Slot& slot = slot_at(id);
    if (slot.state != State::kIdle || now < slot.due) continue;
    slot.state = State::kOpening;
    ++opening_;
    last_opened_ = now;
    return id;
  }
  return std::nullopt;
}

void ConnectionPlan::on_ready(SlotId id, SteadyTime now) {
  Slot& slot = slot_at(id);
  if (slot.state == State::kOpening) --opening_;
  slot.state = State::kReady;
  slot.ready_since = now;
  server_failures_ = 0;
  server_due_ = SteadyTime::min();
}

void ConnectionPlan::on_lost(SlotId id, SteadyTime now) {
  Slot& slot = slot_at(id);
  if (slot.state == State::kOpening) {
    server_due_ = now + wait_after(++server_failures_);
  } else if (was_good(slot, now)) {
    slot.failures = 0;
    slot.short_sessions = 0;
  } else {
    ++slot.short_sessions;
  }
  std::chrono::milliseconds wait = wait_after(++slot.failures);
  if (slot.short_sessions >= tuning_.short_sessions) wait = std::max(wait, tuning_.short_floor);
  set_idle(slot, now + wait);
}

void ConnectionPlan::on_reconnect(SlotId id, SteadyTime now) {
  Slot& slot = slot_at(id);
  if (!was_good(slot, now)) {
    on_lost(id, now);
    return;
  }
  slot.failures = 0;
  slot.short_sessions = 0;
  set_idle(slot, now);
}

void ConnectionPlan::on_closed(SlotId id) { set_idle(slot_at(id), SteadyTime::min()); }

void ConnectionPlan::allow() {
  forbidden_ = false;
  server_failures_ = 0;
  server_due_ = SteadyTime::min();
  for (Slot& slot : slots_) {
    slot.failures = 0;
    slot.short_sessions = 0;
    if (slot.state == State::kIdle) slot.due = SteadyTime::min();
  }
}

ConnectionPlan::Slot& ConnectionPlan::slot_at(SlotId id) {
  if (id >= slots_.size()) slots_.resize(static_cast<std::size_t>(id) + 1);
  return slots_[id];
}

void ConnectionPlan::set_idle(Slot& slot, SteadyTime due) {
  if (slot.state == State::kOpening) --opening_;
  slot.state = State::kIdle;
  slot.due = due;
}

bool ConnectionPlan::was_good(const Slot& slot, SteadyTime now) const {
  return slot.state == State::kReady && now - slot.ready_since > tuning_.good_session;
}

std::chrono::milliseconds ConnectionPlan::wait_after(std::uint32_t failures) {
  constexpr std::uint32_t kMaxDoublings = 20;
  const std::uint32_t doublings = std::min(failures - 1, kMaxDoublings);
  const auto wait = std::min(tuning_.longest_wait, tuning_.first_wait * (std::int64_t{1} << doublings));
  const double factor = 1 + tuning_.jitter * (2 * random_.uniform() - 1);
  return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * factor));
}

}  // namespace vieweratlas
