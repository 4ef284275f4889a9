#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/fake_twitch/irc_server.h"
#include "support/fake_twitch/ledger.h"
#include "support/fake_twitch/world.h"

#include "vieweratlas/core/random.h"

namespace fake_twitch {

/// Writes into the rooms that somebody is in: each member of a room's audience once, in the audience's order, then anybody of it.
/// Rooms take turns by weight. The mix says which percentage of the lines are of other kinds than messages.
class Traffic {
 public:
  Traffic(World& world, IrcServer& server);

  /// What is due at `now` by settings.rate.
  void tick(Millis now);
  /// So many lines at once; returns how many found a room.
  std::uint32_t burst(std::uint32_t lines);
  /// Every member of every joined room's audience says one thing; returns the number of messages.
  std::uint32_t everybody();
  /// One line of a kind.
  void say(LineKind kind, std::uint32_t channel, std::uint32_t viewer, std::string_view text);
  void pause(bool on) { paused_ = on; }
  [[nodiscard]] bool paused() const { return paused_; }
  void set_mix(const std::map<std::string, double, std::less<>>& mix);

 private:
  bool line();
  void rooms();
  std::uint32_t speaker(std::uint32_t channel);
  LineKind kind();
  void deliver(std::uint32_t channel, const std::string& bytes, const SentLine& line);
  void deliver_now(std::uint32_t channel, const std::string& bytes, const SentLine& line);
  void release();
  void speak_shared(LineKind kind, std::uint32_t home, std::uint32_t viewer);
  [[nodiscard]] const std::vector<std::uint32_t>* session_of(std::uint32_t channel) const;

  /// A line that lets the next one go first.
  struct Held {
    std::uint32_t channel = 0;
    std::string bytes;
    SentLine line;
  };

  World& world_;
  IrcServer& server_;
  vieweratlas::Random random_;
  bool paused_ = false;
  Millis last_ = 0;
  double due_ = 0;
  std::optional<Held> held_;
  std::uint64_t messages_ = 0;
  std::uint64_t version_ = ~0ULL;
  std::vector<std::uint32_t> open_;               ///< rooms that may be written into
  std::vector<double> weights_;                   ///< cumulative
  std::vector<std::uint32_t> spoken_;             ///< members of each audience that had their first turn
  std::vector<std::pair<double, LineKind>> mix_;  ///< cumulative percent
};

}  // namespace fake_twitch
