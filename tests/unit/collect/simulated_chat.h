#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas {

/// Twitch's side of a RoomPlan in simulated time: connections that open one after another, answers that take a while, rooms that
/// are silent, banned or somebody else's. It fails the test whenever a documented limit is exceeded or a JOIN is sent that
/// nobody asked for.
class SimulatedChat {
 public:
  using Millis = std::chrono::milliseconds;

  struct Habits {
    std::uint32_t join_limit = 20;  // in any 10 s
    std::uint32_t room_cap = 100;   // per account; notices beyond
    double lost_joins = 0;          // share of JOINs that get no answer
    Millis connect_every{2'000};
    Millis handshake{500};
    Millis longest_answer{400};
    Millis longest_write{50};  // from the action to the socket; lines of a connection stay in order
    std::uint64_t seed = 1;
  };

  SimulatedChat(const ChatOptions& options, Habits habits, RoomPlanTuning tuning = {})
      : options_(options), habits_(habits), plan(options, tuning), random_(habits.seed) {}

  void want(std::vector<WantedRoom> rooms) {
    wanted_.clear();
    for (const WantedRoom& room : rooms) wanted_.insert(room.login);
    plan.set_wanted(rooms, now);
  }

  void run(Millis length, Millis step = Millis{100}) {
    const SteadyTime end = now + length;
    for (; now < end; now += step) {
      deliver();
      connect();
      act(plan.step(now));
      check();
    }
  }

  void lose(SlotId slot) {
    std::erase_if(inside_, [&](const auto& entry) { return entry.second == slot; });
    std::erase_if(events_, [&](const auto& event) { return event.second.slot == slot; });
    open_.erase(slot);
    plan.on_slot_lost(slot, now, now);
  }

  void put_out(const std::string& login) {
    const auto at = inside_.find(login);
    ASSERT_NE(at, inside_.end());
    const SlotId slot = at->second;
    inside_.erase(at);
    plan.on_removed(slot, login, now);
  }

  [[nodiscard]] const std::map<std::string, SlotId>& inside() const { return inside_; }
  [[nodiscard]] std::uint64_t joins(const std::string& login) const {
    const auto at = joins_of_.find(login);
    return at == joins_of_.end() ? 0 : at->second;
  }
  [[nodiscard]] std::uint64_t answered(const std::string& login) const {
    const auto at = answered_.find(login);
    return at == answered_.end() ? 0 : at->second;
  }
  [[nodiscard]] std::uint32_t connections() const { return static_cast<std::uint32_t>(open_.size()); }

  SteadyTime now{Millis{1'000'000}};
  std::set<std::string> silent;
  std::map<std::string, RoomRefusal> refused;
  std::map<std::string, std::string> real_id;  // of rooms whose name is somebody else's
  std::vector<SteadyTime> join_times;
  bool check_rooms = true;

 private:
  enum class What : std::uint8_t { kReady, kWritten, kPart, kJoined, kRefused };
  struct Event {
    What what;
    SlotId slot;
    std::string login;
    RoomRefusal refusal{};
  };

  Millis within(Millis longest) {
    return Millis{static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(longest.count()) + 1))};
  }

  void deliver() {
    while (!events_.empty() && events_.begin()->first <= now) {
      const Event event = events_.begin()->second;
      events_.erase(events_.begin());
      switch (event.what) {
        case What::kReady:
          open_[event.slot] = true;
          plan.on_slot_ready(event.slot, now);
          break;
        case What::kWritten: receive(event); break;
        case What::kPart: part(event); break;
        case What::kJoined:
          if (!inside_.contains(event.login)) break;
          ++answered_[event.login];
          plan.on_joined(event.slot, event.login, now);
          plan.on_room_id(event.slot, event.login, real_id.contains(event.login) ? real_id[event.login] : "id-" + event.login, now);
          break;
        case What::kRefused: plan.on_refused(event.slot, event.login, event.refusal, now); break;
      }
    }
  }

  void part(const Event& event) {
    if (const auto at = inside_.find(event.login); at != inside_.end() && at->second == event.slot) inside_.erase(at);
    std::erase_if(events_, [&](const auto& other) {
      return other.second.login == event.login && other.second.slot == event.slot && other.second.what == What::kJoined;
    });
  }

  // The server reads a JOIN.
  void receive(const Event& event) {
    const std::vector<std::string> one{event.login};
    plan.on_written(event.slot, one, now);
    join_times.push_back(now);
    ++joins_of_[event.login];
    if (silent.contains(event.login) || random_.chance(habits_.lost_joins)) return;
    const SteadyTime answer = now + within(habits_.longest_answer);
    if (const auto at = refused.find(event.login); at != refused.end()) {
      events_.emplace(answer, Event{What::kRefused, event.slot, event.login, at->second});
    } else if (inside_.size() >= habits_.room_cap) {
      events_.emplace(answer, Event{What::kRefused, event.slot, event.login, RoomRefusal::kRoomLimit});
    } else {
      EXPECT_FALSE(inside_.contains(event.login) && inside_[event.login] == event.slot) << event.login << " joined twice";
      inside_[event.login] = event.slot;
      events_.emplace(answer, Event{What::kJoined, event.slot, event.login});
    }
  }

  void connect() {
    for (SlotId slot = 0; slot < slots_wanted_; ++slot) {
      if (open_.contains(slot) || now < next_connect_) continue;
      next_connect_ = now + habits_.connect_every;
      open_[slot] = false;
      events_.emplace(now + habits_.handshake, Event{What::kReady, slot, ""});
    }
    while (!open_.empty() && open_.rbegin()->first >= slots_wanted_) {
      for (const auto& [login, slot] : inside_) EXPECT_NE(slot, open_.rbegin()->first) << "a connection with rooms was given up";
      lose(open_.rbegin()->first);
    }
  }

  void act(const RoomActions& actions) {
    slots_wanted_ = actions.slots_wanted;
    for (const SlotActions& at : actions.slots) {
      ASSERT_TRUE(open_.contains(at.slot) && open_[at.slot]) << "a line for a connection that is not ready";
      for (const std::string& login : at.parts) events_.emplace(write_time(at.slot), Event{What::kPart, at.slot, login});
      for (const std::string& login : at.joins) {
        EXPECT_TRUE(wanted_.contains(login)) << login << " came back";
        events_.emplace(write_time(at.slot), Event{What::kWritten, at.slot, login});
      }
    }
  }

  SteadyTime write_time(SlotId slot) {
    SteadyTime& last = last_write_[slot];
    last = std::max(last, now + within(habits_.longest_write));
    return last;
  }

  void check() {
    const auto window = std::upper_bound(join_times.begin(), join_times.end(), now - Millis{10'000});
    ASSERT_LE(join_times.end() - window, habits_.join_limit) << "too many JOINs in 10 s";
    if (!check_rooms) return;
    std::map<SlotId, std::uint32_t> rooms;
    for (const auto& [login, slot] : inside_) ++rooms[slot];
    for (const auto& [slot, n] : rooms) ASSERT_LE(n, options_.rooms_per_connection);
    const std::uint32_t most = options_.mode == ChatMode::kAccount ? std::min(options_.max_rooms, 95U) : options_.max_rooms;
    ASSERT_LE(inside_.size(), most);
  }

  ChatOptions options_;
  Habits habits_;

 public:
  RoomPlan plan;

 private:
  Random random_;
  std::set<std::string> wanted_;
  std::map<SlotId, bool> open_;  // true = through the handshake
  std::map<std::string, SlotId> inside_;
  std::map<SlotId, SteadyTime> last_write_;
  std::multimap<SteadyTime, Event> events_;
  std::map<std::string, std::uint64_t> joins_of_;
  std::map<std::string, std::uint64_t> answered_;
  std::uint32_t slots_wanted_ = 0;
  SteadyTime next_connect_{};
};

/// Rooms r0, r1 ... with Zipf's audiences: r0 has `largest` viewers.
inline std::vector<WantedRoom> zipf_rooms(std::size_t n, std::uint64_t largest = 100'000) {
  std::vector<WantedRoom> rooms;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string login = "r" + std::to_string(i);
    rooms.push_back({.login = login, .channel_id = "id-" + login, .viewers = largest / (i + 1)});
  }
  return rooms;
}

}  // namespace vieweratlas
