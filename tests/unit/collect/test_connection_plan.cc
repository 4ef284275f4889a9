#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "collect/connection_plan.h"

#include "vieweratlas/collect/room_plan.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime kStart{seconds{1000}};

ConnectionPlan plan_without_jitter() { return ConnectionPlan({.jitter = 0}, Random(1)); }

/// The first moment from `now` on, in steps of 100 ms, at which something is to be opened.
std::pair<SlotId, SteadyTime> wait_for_next(ConnectionPlan& plan, std::uint32_t wanted, SteadyTime now) {
  for (int i = 0; i < 10'000; ++i, now += milliseconds(100)) {
    if (const std::optional<SlotId> slot = plan.next(wanted, now)) return {*slot, now};
  }
  ADD_FAILURE() << "nothing is opened";
  return {};
}

TEST(ConnectionPlan, OpensOneAfterTheOtherTwoSecondsApart) {
  ConnectionPlan plan = plan_without_jitter();
  EXPECT_EQ(plan.next(3, kStart), 0U);
  EXPECT_FALSE(plan.next(3, kStart + seconds(30)).has_value()) << "the first is on its way";
  plan.on_login(kStart);
  plan.on_ready(0, kStart + milliseconds(300));
  EXPECT_FALSE(plan.next(3, kStart + milliseconds(1'999)).has_value());
  EXPECT_EQ(plan.next(3, kStart + seconds(2)), 1U);
  plan.on_ready(1, kStart + seconds(3));
  EXPECT_EQ(plan.next(3, kStart + seconds(4)), 2U);
  plan.on_ready(2, kStart + seconds(4));
  EXPECT_FALSE(plan.next(3, kStart + seconds(60)).has_value()) << "all are open";
}

TEST(ConnectionPlan, OpensNothingThatIsNotWanted) {
  ConnectionPlan plan = plan_without_jitter();
  EXPECT_FALSE(plan.next(0, kStart).has_value());
}

TEST(ConnectionPlan, WaitsTwiceAsLongAfterEachFailureToConnect) {
  ConnectionPlan plan = plan_without_jitter();
  SteadyTime now = kStart;
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 9; ++i) {
    const auto [slot, opened] = wait_for_next(plan, 4, now);
    waits.push_back((opened - now).count());
    now = opened + seconds(5);  // so long it takes to fail
    plan.on_lost(slot, now);
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{0, 1'000, 2'000, 4'000, 8'000, 16'000, 32'000, 60'000, 60'000}));
}

TEST(ConnectionPlan, JitterStaysWithinAFifthAndDiffers) {
  ConnectionPlan plan({.spacing = milliseconds(0)}, Random(7));
  SteadyTime now = kStart;
  SteadyTime last{};
  int different = 0;
  for (int i = 0; i < 40; ++i) {
    const auto [slot, opened] = wait_for_next(plan, 1, now);
    if (i > 8) {
      EXPECT_GE(opened - now, seconds(48));
      EXPECT_LE(opened - now, milliseconds(72'100));
      if (SteadyTime(opened - now) != last) ++different;
      last = SteadyTime(opened - now);
    }
    now = opened;
    plan.on_lost(slot, now);
  }
  EXPECT_GT(different, 20);
}

/// Opens slot 0, is ready at once, and loses it after `length`; returns how long it then waited.
milliseconds lose_after(ConnectionPlan& plan, milliseconds length, SteadyTime& now) {
  plan.on_ready(0, now);
  now += length;
  plan.on_lost(0, now);
  const auto [slot, opened] = wait_for_next(plan, 1, now);
  EXPECT_EQ(slot, 0U);
  const milliseconds waited = opened - now;
  now = opened;
  return waited;
}

TEST(ConnectionPlan, OnlyASessionOfMoreThanAMinuteEndsASeriesOfFailures) {
  ConnectionPlan plan = plan_without_jitter();
  SteadyTime now = kStart;
  ASSERT_EQ(plan.next(1, now), 0U);
  EXPECT_EQ(lose_after(plan, seconds(61), now), seconds(1));
  EXPECT_EQ(lose_after(plan, seconds(60), now), seconds(2)) << "60 s are not more than 60 s";
  EXPECT_EQ(lose_after(plan, seconds(10), now), seconds(4));
  EXPECT_EQ(lose_after(plan, seconds(10), now), seconds(8));
  EXPECT_EQ(lose_after(plan, seconds(61), now), seconds(1));
}

TEST(ConnectionPlan, ThreeShortSessionsRaiseTheFloor) {
  ConnectionPlan plan({.longest_wait = seconds(2), .jitter = 0}, Random(1));
  SteadyTime now = kStart;
  ASSERT_EQ(plan.next(1, now), 0U);
  EXPECT_EQ(lose_after(plan, seconds(2), now), seconds(1));
  EXPECT_EQ(lose_after(plan, seconds(2), now), seconds(2));
  EXPECT_EQ(lose_after(plan, seconds(2), now), seconds(5));
  EXPECT_EQ(lose_after(plan, seconds(2), now), seconds(5));
  EXPECT_EQ(lose_after(plan, seconds(61), now), seconds(1));
}

TEST(ConnectionPlan, AServerThatAsksToComeBackIsObeyedAtOnceButNotOverAndOver) {
  ConnectionPlan plan = plan_without_jitter();
  ASSERT_EQ(plan.next(1, kStart), 0U);
  plan.on_ready(0, kStart);
  SteadyTime now = kStart + seconds(61);
  plan.on_reconnect(0, now);
  ASSERT_EQ(plan.next(1, now), 0U);
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 4; ++i) {
    plan.on_ready(0, now);
    plan.on_reconnect(0, now + milliseconds(100));
    const auto [slot, opened] = wait_for_next(plan, 1, now + milliseconds(100));
    waits.push_back((opened - now - milliseconds(100)).count());
    now = opened;
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{1'900, 2'000, 5'000, 8'000})) << "the first is held back by the spacing alone";
}

TEST(ConnectionPlan, ALostSlotDoesNotHoldTheOthersBack) {
  ConnectionPlan plan = plan_without_jitter();
  ASSERT_EQ(plan.next(2, kStart), 0U);
  plan.on_ready(0, kStart);
  plan.on_lost(0, kStart + milliseconds(100));
  EXPECT_EQ(plan.next(1, kStart + seconds(2)), 0U);
  plan.on_ready(0, kStart + seconds(2));
  plan.on_lost(0, kStart + seconds(3));
  EXPECT_EQ(plan.next(2, kStart + seconds(4)), 1U) << "slot 0 waits 2 s, slot 1 does not";
}

TEST(ConnectionPlan, AClosedSlotOpensWithoutDelayWhenItIsWantedAgain) {
  ConnectionPlan plan = plan_without_jitter();
  ASSERT_EQ(plan.next(1, kStart), 0U);
  plan.on_closed(0);
  EXPECT_EQ(plan.next(1, kStart + seconds(2)), 0U);
}

TEST(ConnectionPlan, OpensNothingWhileItIsForbidden) {
  ConnectionPlan plan = plan_without_jitter();
  ASSERT_EQ(plan.next(1, kStart), 0U);
  plan.forbid();
  plan.on_lost(0, kStart);
  EXPECT_FALSE(plan.next(1, kStart + std::chrono::hours(24)).has_value());
  plan.allow();
  EXPECT_EQ(plan.next(1, kStart + std::chrono::hours(24)), 0U);
}

TEST(ConnectionPlan, NeverMoreThanFiveLoginsInTenSeconds) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ConnectionPlan plan({.spacing = milliseconds(100), .first_wait = milliseconds(100), .longest_wait = milliseconds(400)}, Random(seed));
    Random random(seed + 100);
    std::vector<SteadyTime> logins;
    std::optional<SlotId> opening;
    std::vector<SlotId> ready;
    SteadyTime now = kStart;
    for (int i = 0; i < 5'000; ++i, now += milliseconds(100)) {
      if (opening.has_value() && random.chance(0.3)) {
        if (random.chance(0.9)) {
          plan.on_login(now);
          logins.push_back(now);
        }
        if (random.chance(0.5)) {
          plan.on_ready(*opening, now);
          ready.push_back(*opening);
        } else {
          plan.on_lost(*opening, now);
        }
        opening.reset();
      } else if (!opening.has_value()) {
        opening = plan.next(8, now);
      }
      if (!ready.empty() && random.chance(0.2)) {
        plan.on_lost(ready.back(), now);
        ready.pop_back();
      }
    }
    ASSERT_GT(logins.size(), 50U);
    for (std::size_t i = 5; i < logins.size(); ++i) EXPECT_GE(logins[i] - logins[i - 5], seconds(10));
  }
}

}  // namespace
}  // namespace vieweratlas
