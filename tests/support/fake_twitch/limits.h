#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "support/fake_twitch/loop.h"

namespace fake_twitch {

/// "At most N in any T" per identity.
class SlidingWindow {
 public:
  /// Counts one attempt, also one that is over the limit; true when it is within.
  bool take(std::string_view identity, std::int64_t limit, Millis window) {
    auto& times = times_[std::string(identity)];
    const Millis now = now_ms();
    while (!times.empty() && times.front() <= now - window) {
      times.pop_front();
    }
    times.push_back(now);
    return static_cast<std::int64_t>(times.size()) <= limit;
  }

 private:
  std::map<std::string, std::deque<Millis>> times_;
};

/// Rooms that an account occupies, those that are given back late among them.
class RoomSlots {
 public:
  /// False when the account's rooms are all taken.
  bool take(const std::string& identity, std::int64_t cap) {
    Account& account = accounts_[identity];
    std::erase_if(account.late, [](Millis end) { return end <= now_ms(); });
    if (cap > 0 && account.held + static_cast<std::int64_t>(account.late.size()) >= cap) {
      return false;
    }
    ++account.held;
    return true;
  }
  void release(const std::string& identity, Millis delay) {
    Account& account = accounts_[identity];
    --account.held;
    if (delay > 0) {
      account.late.push_back(now_ms() + delay);
    }
  }

 private:
  struct Account {
    std::int64_t held = 0;
    std::deque<Millis> late;
  };
  std::map<std::string, Account> accounts_;
};

}  // namespace fake_twitch
