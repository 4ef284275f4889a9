#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/fake_twitch/loop.h"

namespace fake_twitch {

/// What clients did: lines that they sent over IRC and HTTP requests, secrets left out. Bounded: the oldest entries go first.
class Journal {
 public:
  struct Entry {
    Millis time = 0;
    std::uint64_t connection = 0;  ///< IRC connections count from 1; 0: HTTP
    std::string what;              ///< "connect", "CAP", "PASS", "NICK", "JOIN", ..., "end"; of HTTP the method
    std::string detail;
  };

  void add(std::uint64_t connection, std::string_view what, std::string_view detail);
  /// One channel of a JOIN, or one login, of an identity.
  void count_join(std::string_view identity) { joins_[std::string(identity)].push_back(now_ms()); }
  void count_auth(std::string_view identity) { auths_[std::string(identity)].push_back(now_ms()); }
  void count(std::string_view name, std::int64_t by = 1) { counters_[std::string(name)] += by; }
  /// {"entries": [[ms, connection, what, detail], ...], "identities": {name: {"joins", "auths", "max_joins_10s", "max_auths_10s"}},
  ///  "counters": {...}}. Entries from number `since` on.
  [[nodiscard]] std::string json(std::uint64_t since) const;

 private:
  std::deque<Entry> entries_;
  std::uint64_t forgotten_ = 0;
  std::map<std::string, std::vector<Millis>> joins_;
  std::map<std::string, std::vector<Millis>> auths_;
  std::map<std::string, std::int64_t> counters_;
};

}  // namespace fake_twitch
