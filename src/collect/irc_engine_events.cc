#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collect/irc_connection.h"
#include "collect/irc_engine.h"

#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kMaxNoticesTold = 100;

std::string name_of_slot(SlotId id) { return "connection " + std::to_string(id + 1); }

}  // namespace

bool IrcEngine::is_current(const IrcConnection& connection) const { return slots_[connection.slot()].current.get() == &connection; }

void IrcEngine::on_login(IrcConnection& connection) {
  ++totals_.logins;
  connections_.on_login(connection.now());
}

void IrcEngine::on_ready(IrcConnection& connection) {
  const SlotId id = connection.slot();
  Slot& slot = slots_[id];
  if (slot.opening.get() != &connection) return;
  if (slot.current != nullptr) {
    rooms_.on_slot_lost(id, connection.now(), connection.now());
    leave(std::move(slot.current));
  }
  slot.current = std::move(slot.opening);
  slot.retiring = false;
  connections_.on_ready(id, connection.now());
  rooms_.on_slot_ready(id, connection.now());
  log_.info(name_of_slot(id) + " is ready");
}

void IrcEngine::on_end(IrcConnection& connection, const ConnectionEnd& end) {
  const SlotId id = connection.slot();
  Slot& slot = slots_[id];
  if (slot.opening.get() == &connection) {
    opening_ended(slot, id, end);
  } else if (slot.current.get() == &connection) {
    current_ended(slot, id, end);
  } else if (!end.reconnect) {
    const auto found = std::find_if(leaving_.begin(), leaving_.end(), [&](const auto& one) { return one.get() == &connection; });
    if (found == leaving_.end()) return;
    std::unique_ptr<IrcConnection> gone = std::move(*found);
    leaving_.erase(found);
    forget(gone);
    if (stop_deadline_.has_value() && leaving_.empty()) loop_->stop();
  }
}

void IrcEngine::opening_ended(Slot& slot, SlotId id, const ConnectionEnd& end) {
  count_end(id, end);
  connections_.on_lost(id, slot.opening->now());
  forget(slot.opening);
}

void IrcEngine::current_ended(Slot& slot, SlotId id, const ConnectionEnd& end) {
  const SteadyTime now = slot.current->now();
  if (end.reconnect) {
    // It listens on until its replacement is ready or the server closes it.
    if (std::exchange(slot.retiring, true)) return;
    count_end(id, end);
    connections_.on_reconnect(id, now);
    return;
  }
  rooms_.on_slot_lost(id, end.alive_until, now);
  if (!std::exchange(slot.retiring, false)) {
    count_end(id, end);
    connections_.on_lost(id, now);
  }
  forget(slot.current);
}

void IrcEngine::count_end(SlotId id, const ConnectionEnd& end) {
  ++totals_.connection_ends[std::string(end.reason)];
  if (end.fatal) {
    become_fatal(end.message);
  } else {
    log_.write(end.reconnect ? LogLevel::kInfo : LogLevel::kWarning, name_of_slot(id) + ": " + end.message);
  }
}

void IrcEngine::become_fatal(const std::string& reason) {
  totals_.fatal = reason;
  connections_.forbid();
  log_.error(reason);
}

void IrcEngine::leave(std::unique_ptr<IrcConnection> connection) {
  connection->quit();
  leaving_.push_back(std::move(connection));
}

void IrcEngine::add_session(ChatCounters& total, const IrcSessionCounters& session) {
  total.lines["privmsg"] += session.privmsg;
  total.lines["usernotice"] += session.usernotice;
  total.lines["other"] += session.other;
  total.lines["empty"] += session.empty_lines;
  total.bytes += session.bytes;
}

void IrcEngine::forget(std::unique_ptr<IrcConnection>& connection) {
  add_session(totals_, connection->counters());
  connection.reset();
}

void IrcEngine::on_sighting(IrcConnection& connection, const Sighting& sighting) {
  // A room that was just left, also with its connection, or that we never asked for: an owner who opted out is obeyed whatever
  // the server still sends.
  const bool ours = is_current(connection) && rooms_.on_heard(connection.slot(), sighting.channel, connection.now());
  if (!ours) return sink_->lost(sighting.channel, "left_room", 1);
  sink_->see(sighting);
  totals_.last_message_ms = connection.utc().time_since_epoch().count();
  totals_.lag_ms = connection.counters().last_lag_ms;
}

void IrcEngine::on_drop(IrcConnection& /*connection*/, LineDrop drop, std::string_view channel) { sink_->lost(channel, name_of(drop), 1); }

void IrcEngine::on_joined(IrcConnection& connection, std::string_view channel, std::string_view room_id) {
  if (!is_current(connection)) return;
  rooms_.on_joined(connection.slot(), channel, connection.now());
  tell_facts(channel);
  if (!room_id.empty()) on_room_id(connection, channel, room_id);
}

void IrcEngine::on_room_id(IrcConnection& connection, std::string_view channel, std::string_view room_id) {
  if (is_current(connection)) rooms_.on_room_id(connection.slot(), channel, room_id, connection.now());
}

void IrcEngine::on_refused(IrcConnection& connection, std::string_view channel, RoomRefusal refusal) {
  if (is_current(connection)) rooms_.on_refused(connection.slot(), channel, refusal, connection.now());
}

void IrcEngine::on_removed(IrcConnection& connection, std::string_view channel) {
  if (is_current(connection)) rooms_.on_removed(connection.slot(), channel, connection.now());
}

void IrcEngine::on_unknown_notice(IrcConnection& connection, std::string_view msg_id) {
  ++totals_.unknown_notices;
  if (notices_told_.size() >= kMaxNoticesTold || notices_told_.contains(msg_id)) return;
  notices_told_.emplace(msg_id);
  log_.info(name_of_slot(connection.slot()) + ": a notice that says nothing to us: " + printable(msg_id));
}

}  // namespace vieweratlas
