#include "collect/irc_engine.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collect/connection_plan.h"
#include "collect/irc_connection.h"

#include "vieweratlas/collect/collector.h"
#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/net/event_loop.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{100};
constexpr milliseconds kStall{3'000};  // since the last tick: bytes wait unread, so no peer is judged by its silence
constexpr milliseconds kStopWithin{900};

Random seeded(const CollectOptions& options, const Clock& clock) {
  // Shards that are started together must not reconnect together.
  return Random(static_cast<std::uint64_t>(clock.utc().time_since_epoch().count())).fork(options.roster.shard);
}

}  // namespace

std::unique_ptr<IrcCollector> IrcCollector::make(const CollectOptions& options, IrcIdentity identity, const Clock& clock, Logger& log) {
  return std::make_unique<IrcEngine>(options, std::move(identity), clock, log);
}

IrcEngine::IrcEngine(const CollectOptions& options, IrcIdentity identity, const Clock& clock, Logger& log, const IrcEngineTuning& tuning)
    : options_(options),
      clock_(clock),
      log_(log),
      random_(seeded(options, clock)),
      rooms_(options.chat, tuning.rooms),
      connections_(tuning.connections, random_.fork("back-off")) {
  use_identity(std::move(identity));
}

Status IrcEngine::collect(PresenceSink& sink, std::stop_token stop) {
  sink_ = &sink;
  loop_ = std::make_unique<EventLoop>();
  last_tick_ = clock_.steady();
  loop_->every(kTick, [this] { tick(); });
  loop_->post([this] { tick(); });
  {
    const std::stop_callback on_stop(stop, [this] { loop_->post([this] { begin_stop(); }); });
    loop_->run();
  }
  for (auto& connection : leaving_) forget(connection);
  leaving_.clear();
  slots_.clear();
  publish(clock_.steady());
  loop_.reset();
  sink_ = nullptr;
  return {};
}

void IrcEngine::set_wanted(std::vector<ChannelFacts> channels) {
  const std::scoped_lock lock(mutex_);
  new_wanted_ = std::move(channels);
}

void IrcEngine::set_identity(IrcIdentity identity) {
  const std::scoped_lock lock(mutex_);
  new_identity_ = std::move(identity);
}

ChatCounters IrcEngine::counters() const {
  const std::scoped_lock lock(mutex_);
  return published_;
}

void IrcEngine::tick() {
  const SteadyTime now = clock_.steady();
  const UtcMillis utc = clock_.utc();
  const bool jumped = observation_.tick(rooms_, *sink_, now, utc);
  const bool stalled = now - last_tick_ > kStall;
  last_tick_ = now;
  if (jumped) {
    ++totals_.clock_jumps;
    log_.warning("the clock jumped by more than 30 s: the machine slept, or its clock was set; the gap is not counted as observed");
  }
  if (stop_deadline_.has_value()) {
    finish_stop_when_due(now);
    return;
  }
  take_inbox(now);
  if (!jumped && !stalled) tick_sessions(now);
  act_on_rooms(now);
  close_unwanted(now);
  open_next(now);
  publish(now);
}

void IrcEngine::take_inbox(SteadyTime now) {
  std::optional<std::vector<ChannelFacts>> wanted;
  std::optional<IrcIdentity> identity;
  {
    const std::scoped_lock lock(mutex_);
    wanted = std::exchange(new_wanted_, std::nullopt);
    identity = std::exchange(new_identity_, std::nullopt);
  }
  if (wanted.has_value()) use_wanted(*wanted, now);
  if (identity.has_value()) use_identity(*std::move(identity));
}

void IrcEngine::use_wanted(const std::vector<ChannelFacts>& channels, SteadyTime now) {
  std::vector<WantedRoom> rooms;
  rooms.reserve(channels.size());
  facts_.clear();
  facts_time_ = clock_.utc();
  for (const ChannelFacts& channel : channels) {
    rooms.push_back({.login = channel.channel, .channel_id = channel.channel_id, .viewers = channel.viewer_count.value_or(0)});
    facts_.try_emplace(channel.channel, channel);
  }
  rooms_.set_wanted(rooms, now);
  for (const std::string& channel : rooms_.confirmed()) tell_facts(channel);
}

void IrcEngine::use_identity(IrcIdentity identity) {
  identity_ = options_.chat.mode == ChatMode::kAnonymous ? IrcIdentity{} : std::move(identity);
  totals_.fatal.clear();
  connections_.allow();
  if (options_.chat.mode == ChatMode::kAccount && identity_.token.empty()) {
    become_fatal("there is no token for the chat; run `vieweratlas login`, or choose anonymous mode");
  }
}

void IrcEngine::tick_sessions(SteadyTime now) {
  for (Slot& slot : slots_) {  // on_end takes connections out of their places
    if (slot.current != nullptr) slot.current->tick(now);
    if (slot.opening != nullptr) slot.opening->tick(now);
  }
}

void IrcEngine::act_on_rooms(SteadyTime now) {
  const RoomActions actions = rooms_.step(now);
  slots_wanted_ = actions.slots_wanted;
  for (const SlotActions& action : actions.slots) {
    IrcConnection* connection = slot_at(action.slot).current.get();
    if (connection == nullptr) continue;
    connection->part(action.parts);
    connection->join(action.joins);
    rooms_.on_written(action.slot, action.joins, now);
  }
}

void IrcEngine::close_unwanted(SteadyTime now) {
  for (std::size_t i = slots_wanted_; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (slot.current == nullptr && slot.opening == nullptr) continue;
    const auto id = static_cast<SlotId>(i);
    slot.opening.reset();
    slot.retiring = false;
    if (slot.current != nullptr) {
      rooms_.on_slot_lost(id, now, now);
      leave(std::move(slot.current));
    }
    connections_.on_closed(id);
  }
}

void IrcEngine::open_next(SteadyTime now) {
  const std::optional<SlotId> id = connections_.next(slots_wanted_, now);
  if (!id.has_value()) return;
  const StreamOptions stream{.host = options_.endpoints.irc_host,
                             .port = static_cast<std::uint16_t>(options_.endpoints.irc_port),
                             .tls = options_.endpoints.irc_tls,
                             .ca_file = options_.endpoints.ca_file};
  ++totals_.connects;
  slot_at(*id).opening = std::make_unique<IrcConnection>(*loop_, stream, session_options(), *id, clock_, *this);
}

IrcSessionOptions IrcEngine::session_options() {
  IrcSessionOptions options{.identity = identity_, .membership = options_.chat.membership};
  if (options.identity.token.empty()) options.identity.nick = "justinfan" + std::to_string(10'000 + random_.below(90'000));
  return options;
}

void IrcEngine::begin_stop() {
  if (stop_deadline_.has_value()) return;
  const SteadyTime now = clock_.steady();
  stop_deadline_ = now + kStopWithin;
  observation_.flush(rooms_, *sink_, now, clock_.utc());
  for (Slot& slot : slots_) {
    slot.opening.reset();
    if (slot.current != nullptr) leave(std::move(slot.current));
  }
  finish_stop_when_due(now);
}

void IrcEngine::finish_stop_when_due(SteadyTime now) {
  if (leaving_.empty() || now >= *stop_deadline_) loop_->stop();
}

void IrcEngine::publish(SteadyTime now) {
  ChatCounters counters = totals_;
  const RoomCounts rooms = rooms_.counts(now);
  counters.rooms_wanted = rooms.wanted;
  counters.rooms_target = rooms.target;
  counters.rooms_waiting = rooms.waiting;
  counters.rooms_sent = rooms.sent;
  counters.rooms_confirmed = rooms.confirmed;
  counters.rooms_failed = rooms.failed;
  counters.joins_sent = rooms.joins;
  counters.parts_sent = rooms.parts;
  counters.joins_unanswered = rooms.misses;
  counters.rotations = rooms.rotations;
  counters.limit_notices = rooms.limit_notices;
  counters.join_tokens_left = rooms.join_tokens_left;
  counters.connections_wanted = slots_wanted_;
  for (const Slot& slot : slots_) {
    if (slot.current != nullptr) {
      ++counters.connections_open;
      add_session(counters, slot.current->counters());
    }
    if (slot.opening != nullptr) add_session(counters, slot.opening->counters());
  }
  for (const auto& connection : leaving_) add_session(counters, connection->counters());
  const std::scoped_lock lock(mutex_);
  published_ = std::move(counters);
}

void IrcEngine::tell_facts(std::string_view channel) {
  const auto found = facts_.find(channel);
  if (found != facts_.end()) sink_->facts(found->second, facts_time_);
}

IrcEngine::Slot& IrcEngine::slot_at(SlotId id) {
  if (id >= slots_.size()) slots_.resize(static_cast<std::size_t>(id) + 1);
  return slots_[id];
}

}  // namespace vieweratlas
