#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "collect/connection_plan.h"
#include "collect/irc_connection.h"
#include "collect/observation.h"

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

/// The platform's limits; measurements raise them.
struct IrcEngineTuning {
  RoomPlanTuning rooms;
  ConnectionPlanTuning connections;
};

/// Carries out what RoomPlan (which rooms) and ConnectionPlan (which connections) decide, on the thread that calls collect().
/// Other threads only fill the inbox and read the snapshot of the counters, both under mutex_.
class IrcEngine final : public IrcCollector, public IrcConnectionOwner {
 public:
  IrcEngine(const CollectOptions& options, IrcIdentity identity, const Clock& clock, Logger& log, const IrcEngineTuning& tuning = {});

  [[nodiscard]] Status collect(PresenceSink& sink, std::stop_token stop) override;
  void set_wanted(std::vector<ChannelFacts> channels) override;
  void set_identity(IrcIdentity identity) override;
  [[nodiscard]] ChatCounters counters() const override;

 private:
  /// A connection's place. `current` is in rooms; `opening` takes its place once it is ready.
  struct Slot {
    std::unique_ptr<IrcConnection> current;
    std::unique_ptr<IrcConnection> opening;
    bool retiring = false;  // `current` was asked to come back; its end is no news
  };

  // IrcConnectionOwner (irc_engine_events.cc)
  void on_login(IrcConnection& connection) override;
  void on_ready(IrcConnection& connection) override;
  void on_end(IrcConnection& connection, const ConnectionEnd& end) override;
  void on_sighting(IrcConnection& connection, const Sighting& sighting) override;
  void on_drop(IrcConnection& connection, LineDrop drop, std::string_view channel) override;
  void on_joined(IrcConnection& connection, std::string_view channel, std::string_view room_id) override;
  void on_room_id(IrcConnection& connection, std::string_view channel, std::string_view room_id) override;
  void on_refused(IrcConnection& connection, std::string_view channel, RoomRefusal refusal) override;
  void on_removed(IrcConnection& connection, std::string_view channel) override;
  void on_unknown_notice(IrcConnection& connection, std::string_view msg_id) override;

  void opening_ended(Slot& slot, SlotId id, const ConnectionEnd& end);
  void current_ended(Slot& slot, SlotId id, const ConnectionEnd& end);
  void count_end(SlotId id, const ConnectionEnd& end);
  void become_fatal(const std::string& reason);
  [[nodiscard]] bool is_current(const IrcConnection& connection) const;
  /// Says QUIT; what comes in until the end is not for us.
  void leave(std::unique_ptr<IrcConnection> connection);
  /// Ends a connection and keeps what it counted.
  void forget(std::unique_ptr<IrcConnection>& connection);
  static void add_session(ChatCounters& total, const IrcSessionCounters& session);

  // One tick (irc_engine.cc)
  void tick();
  void take_inbox(SteadyTime now);
  void use_wanted(const std::vector<ChannelFacts>& channels, SteadyTime now);
  void use_identity(IrcIdentity identity);
  void tick_sessions(SteadyTime now);
  void act_on_rooms(SteadyTime now);
  void open_next(SteadyTime now);
  void close_unwanted(SteadyTime now);
  void begin_stop();
  void finish_stop_when_due(SteadyTime now);
  void publish(SteadyTime now);
  [[nodiscard]] IrcSessionOptions session_options();
  void tell_facts(std::string_view channel);
  Slot& slot_at(SlotId id);

  const CollectOptions options_;
  const Clock& clock_;
  Logger& log_;
  Random random_;

  mutable std::mutex mutex_;
  std::optional<std::vector<ChannelFacts>> new_wanted_;  // guarded by mutex_
  std::optional<IrcIdentity> new_identity_;              // guarded by mutex_
  ChatCounters published_;                               // guarded by mutex_

  // Of the thread in collect().
  IrcIdentity identity_;
  RoomPlan rooms_;
  ConnectionPlan connections_;
  Observation observation_;
  PresenceSink* sink_ = nullptr;
  std::unique_ptr<EventLoop> loop_;
  std::vector<Slot> slots_;
  std::vector<std::unique_ptr<IrcConnection>> leaving_;  // QUIT is on its way; what they still hear is not for us
  std::map<std::string, ChannelFacts, std::less<>> facts_;
  UtcMillis facts_time_{};
  std::uint32_t slots_wanted_ = 0;
  SteadyTime last_tick_{};
  std::optional<SteadyTime> stop_deadline_;
  ChatCounters totals_;  // what only grows; sessions that are over
  std::set<std::string, std::less<>> notices_told_;
};

}  // namespace vieweratlas
