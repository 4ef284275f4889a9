#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collect/observation.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/presence/sighting.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class PieceSink final : public PresenceSink {
 public:
  struct Piece {
    std::int64_t begin;
    std::int64_t end;
  };
  void facts(const ChannelFacts&, UtcMillis) override {}
  void see(const Sighting&) override {}
  void observed(std::string_view, UtcMillis begin, UtcMillis end) override {
    pieces.push_back({begin.time_since_epoch().count(), end.time_since_epoch().count()});
  }
  void lost(std::string_view, std::string_view, std::uint64_t) override {}
  std::vector<Piece> pieces;
};

/// One room, joined, and clocks that the test moves.
class ObservationTest : public testing::Test {
 protected:
  ObservationTest() : plan_(ChatOptions{}) {
    const std::array<WantedRoom, 1> wanted{WantedRoom{.login = "alice"}};
    plan_.set_wanted(wanted, now_);
    static_cast<void>(plan_.step(now_));
    plan_.on_slot_ready(0, now_);
    static_cast<void>(plan_.step(now_));
    static_cast<void>(observation_.tick(plan_, sink_, now_, utc_));
    const std::vector<std::string> channels{"alice"};
    plan_.on_written(0, channels, now_);
    plan_.on_joined(0, "alice", now_);
  }
  bool pass(milliseconds steady, milliseconds utc) {
    now_ += steady;
    utc_ += utc;
    return observation_.tick(plan_, sink_, now_, utc_);
  }
  void pass_ticks(int ticks) {
    for (int i = 0; i < ticks; ++i) EXPECT_FALSE(pass(milliseconds(100), milliseconds(100)));
  }
  void flush() { observation_.flush(plan_, sink_, now_, utc_); }
  [[nodiscard]] std::int64_t total() const {
    std::int64_t sum = 0;
    for (const PieceSink::Piece& piece : sink_.pieces) sum += piece.end - piece.begin;
    return sum;
  }
  void expect_no_overlap() const {
    for (std::size_t i = 1; i < sink_.pieces.size(); ++i) EXPECT_GE(sink_.pieces[i].begin, sink_.pieces[i - 1].end);
  }

  RoomPlan plan_;
  PieceSink sink_;
  Observation observation_;
  SteadyTime now_{seconds(5'000)};
  UtcMillis utc_{milliseconds(1'700'000'003'000)};
};

TEST_F(ObservationTest, PiecesEndWithTheTensOfSecondsAndMissNothing) {
  pass_ticks(400);
  flush();
  ASSERT_EQ(sink_.pieces.size(), 5U);
  EXPECT_EQ(sink_.pieces[0].begin, 1'700'000'003'000);
  EXPECT_EQ(sink_.pieces[0].end, 1'700'000'010'000);
  EXPECT_EQ(sink_.pieces[1].end, 1'700'000'020'000);
  EXPECT_EQ(total(), 40'000);
  expect_no_overlap();
}

TEST_F(ObservationTest, SleepIsAGap) {
  pass_ticks(20);
  EXPECT_TRUE(pass(milliseconds(100), seconds(3'600)));
  pass_ticks(20);
  flush();
  EXPECT_EQ(total(), 4'100);
  EXPECT_EQ(sink_.pieces.front().end, 1'700'000'005'100);
  EXPECT_EQ(sink_.pieces[1].begin, 1'700'000'003'000 + 2'000 + 3'600'000);
  expect_no_overlap();
}

TEST_F(ObservationTest, AClockThatDriftsMakesNoOverlap) {
  for (int i = 0; i < 600; ++i) EXPECT_FALSE(pass(milliseconds(100), milliseconds(i % 2 == 0 ? 60 : 130)));
  flush();
  expect_no_overlap();
  EXPECT_NEAR(static_cast<double>(total()), 57'000, 200);
}

TEST_F(ObservationTest, AClockThatIsSetBackGoesOn) {
  pass_ticks(100);
  EXPECT_TRUE(pass(milliseconds(100), -seconds(7'200)));
  pass_ticks(100);
  flush();
  EXPECT_EQ(total(), 20'100);
  EXPECT_LT(sink_.pieces.back().end, sink_.pieces.front().begin);
}

TEST_F(ObservationTest, AStoppedProcessIsNoSleep) {
  EXPECT_FALSE(pass(seconds(120), seconds(120)));
  flush();
  EXPECT_EQ(total(), 120'000) << "the socket was open; what was sent meanwhile is still read";
}

}  // namespace
}  // namespace vieweratlas
