#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/fake_twitch/irc_server.h"
#include "support/fake_twitch/world.h"

#include "vieweratlas/core/random.h"

namespace fake_twitch {

struct LoadOptions {
  std::uint64_t rate = 50'000;  ///< lines a second over all connections; 0: as fast as the readers read
  double mirrors_percent = 2;
  double duplicates_percent = 1;
  double gifts_percent = 0.5;
  double malformed_percent = 0.1;
};

/// Traffic for measuring: lines are put together from pieces that were made before, message ids and times are filled in, and only
/// sums are kept. A connection whose reader falls behind gets no more lines until it catches up (settings.slow_reader_bytes: it is
/// kicked instead), so that nothing is lost on the way.
class Load {
 public:
  Load(World& world, IrcServer& server, Ledger& ledger, LoadOptions options);
  void tick(Millis now);
  [[nodiscard]] std::uint64_t held_back() const { return held_back_; }

 private:
  struct Seat {
    std::uint32_t connection = 0;
    std::uint32_t channel = 0;
  };
  struct Reader {
    IrcConnection* connection = nullptr;
    bool full = false;
    std::vector<std::uint32_t> counts;
    std::uint64_t bytes = 0;
  };
  void seats();
  LineKind append(std::string& out, std::uint32_t channel, Millis now);
  void settle();

  World& world_;
  IrcServer& server_;
  Ledger& ledger_;
  LoadOptions options_;
  vieweratlas::Random random_;
  std::vector<std::string> heads_;  ///< per viewer, up to the message id
  std::vector<std::string> tails_;  ///< per viewer, from the user id to the command
  std::vector<std::string> texts_;
  std::vector<Seat> seats_;
  std::vector<double> weights_;
  std::vector<Reader> readers_;
  std::vector<std::uint32_t> reader_of_;  ///< seat -> reader
  std::string last_;                      ///< a whole line, for duplicates
  std::uint32_t last_seat_ = 0;
  std::uint64_t version_ = ~0ULL;
  std::uint64_t messages_ = 0;
  std::uint64_t held_back_ = 0;
  Millis begun_ = 0;
  double due_ = 0;
};

}  // namespace fake_twitch
