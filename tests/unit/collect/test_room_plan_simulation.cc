// A plan against a simulated platform: whole hours in which the limits must hold.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "simulated_chat.h"

namespace vieweratlas {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

ChatOptions account() { return {.mode = ChatMode::kAccount}; }
ChatOptions anonymous(std::uint32_t max_rooms) { return {.mode = ChatMode::kAnonymous, .max_rooms = max_rooms}; }

TEST(RoomPlanSimulation, OneHourOfFiveThousandRoomsVisitsAllOnce) {
  SimulatedChat chat(account(), {});
  const std::vector<WantedRoom> rooms = zipf_rooms(5000);
  chat.want(rooms);
  chat.run(hours{1});
  std::uint64_t missed = 0;
  for (const WantedRoom& room : rooms) missed += chat.answered(room.login) == 0 ? 1U : 0U;
  EXPECT_EQ(missed, 0U);
  EXPECT_GE(chat.join_times.size(), 5000U);
  EXPECT_EQ(chat.connections(), 2U);
}

TEST(RoomPlanSimulation, TurnsAreEqualAlsoWhenTheWantedSetIsRefreshed) {
  SimulatedChat chat(account(), {});
  const std::vector<WantedRoom> rooms = zipf_rooms(400);
  for (int refresh = 0; refresh < 20; ++refresh) {
    chat.want(rooms);
    chat.run(minutes{7});
  }
  std::uint64_t least = UINT64_MAX;
  std::uint64_t most = 0;
  for (const WantedRoom& room : rooms) {
    least = std::min(least, chat.answered(room.login));
    most = std::max(most, chat.answered(room.login));
  }
  EXPECT_GT(least, 20U);
  EXPECT_LE(most - least, 2U);
}

TEST(RoomPlanSimulation, AFewTooManyRoomsDoNotChurn) {
  SimulatedChat chat(account(), {});
  chat.want(zipf_rooms(100));
  chat.run(hours{1});
  // 95 to begin with; then five leave a minute.
  EXPECT_LT(chat.join_times.size(), 95U + 5 * 61);
  EXPECT_GT(chat.join_times.size(), 95U + 5 * 50);
}

TEST(RoomPlanSimulation, ManyConnectionsFillUpAtThePace) {
  SimulatedChat chat(anonymous(10'000), {.room_cap = 100'000});
  chat.want(zipf_rooms(2000));
  chat.run(minutes{2});
  EXPECT_LE(chat.connections(), 3U) << "not all at once";
  chat.run(minutes{22});
  EXPECT_EQ(chat.inside().size(), 2000U);
  EXPECT_EQ(chat.plan.counts(chat.now).confirmed, 2000U);
  EXPECT_EQ(chat.connections(), 23U);
  EXPECT_EQ(chat.join_times.size(), 2000U) << "one JOIN each";
  chat.want(zipf_rooms(100));
  chat.run(seconds{1});
  EXPECT_EQ(chat.inside().size(), 100U);
}

TEST(RoomPlanSimulation, SilentBannedAndRenamedRoomsDoNotKeepOthersOut) {
  SimulatedChat chat(account(), {});
  std::vector<WantedRoom> rooms = zipf_rooms(300);
  for (std::size_t i = 0; i < 300; i += 10) chat.silent.insert(rooms[i].login);
  for (std::size_t i = 1; i < 300; i += 10) chat.refused[rooms[i].login] = RoomRefusal::kBanned;
  for (std::size_t i = 2; i < 300; i += 10) chat.real_id[rooms[i].login] = "somebody-else";
  chat.want(rooms);
  chat.run(minutes{6});
  chat.want(rooms);
  chat.run(minutes{24});
  for (std::size_t i = 0; i < 300; ++i) {
    const std::uint64_t joins = chat.joins(rooms[i].login);
    if (i % 10 == 0) {
      EXPECT_LE(joins, 5U) << i;
    }
    if (i % 10 == 1 || i % 10 == 2) {
      EXPECT_EQ(joins, 1U) << i;
    }
    if (i % 10 > 2) {
      EXPECT_GE(joins, 4U) << i;
    }
  }
  const RoomCounts counts = chat.plan.counts(chat.now);
  EXPECT_EQ(counts.failed.at("silent"), 30U);
  EXPECT_EQ(counts.failed.at("banned"), 30U);
  EXPECT_EQ(counts.failed.at("renamed"), 30U);
  EXPECT_EQ(counts.target, 95U);
}

TEST(RoomPlanSimulation, LostJoinsAreMadeUpFor) {
  SimulatedChat chat(anonymous(1000), {.room_cap = 100'000, .lost_joins = 0.2});
  chat.want(zipf_rooms(500));
  chat.run(minutes{20});
  EXPECT_GE(chat.inside().size(), 498U);
  EXPECT_EQ(chat.plan.counts(chat.now).confirmed, chat.inside().size());
}

TEST(RoomPlanSimulation, AReconnectRejoinsWhatIsWanted) {
  SimulatedChat chat(anonymous(1000), {.room_cap = 100'000});
  chat.want(zipf_rooms(270));
  chat.run(minutes{5});
  ASSERT_EQ(chat.inside().size(), 270U);
  chat.lose(1);
  EXPECT_EQ(chat.inside().size(), 180U);
  chat.want(zipf_rooms(200));
  chat.run(minutes{3});
  EXPECT_EQ(chat.inside().size(), 200U);
  EXPECT_EQ(chat.connections(), 3U) << "the third is in use";
}

TEST(RoomPlanSimulation, LargeRoomsComeBackBeforeSmallOnesBegin) {
  SimulatedChat chat(anonymous(10'000), {.room_cap = 100'000});
  chat.want(zipf_rooms(2000));
  chat.run(minutes{5});
  ASSERT_TRUE(chat.inside().contains("r0"));
  chat.lose(0);
  chat.run(minutes{2});
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(chat.inside().contains("r" + std::to_string(i))) << i;
}

TEST(RoomPlanSimulation, ASlowSocketBunchesNoJoins) {
  SimulatedChat chat(anonymous(10'000), {.room_cap = 100'000, .longest_write = seconds{9}});
  chat.check_rooms = false;  // PARTs are slow, too
  chat.want(zipf_rooms(300));
  chat.run(minutes{15});
  EXPECT_EQ(chat.inside().size(), 300U);
  EXPECT_EQ(chat.join_times.size(), 300U);
}

TEST(RoomPlanSimulation, AHeldBackCapIsFoundAndGivenBack) {
  SimulatedChat chat(account(), {.room_cap = 80});
  chat.check_rooms = true;
  chat.want(zipf_rooms(200));
  chat.run(minutes{5});
  EXPECT_LE(chat.inside().size(), 80U);
  EXPECT_EQ(chat.plan.counts(chat.now).ceiling, 80U);
  const std::uint64_t notices = chat.plan.counts(chat.now).limit_notices;
  EXPECT_LE(notices, 18U);
  chat.run(hours{5});
  EXPECT_LE(chat.plan.counts(chat.now).limit_notices, notices + 30) << "tried seldom";
  EXPECT_GE(chat.inside().size(), 75U);
}

TEST(RoomPlanSimulation, OneConnectionOfTwoKeepsTurning) {
  ChatOptions options = account();
  SimulatedChat chat(options, {.connect_every = hours{3}});  // the second never opens
  const std::vector<WantedRoom> rooms = zipf_rooms(300);
  chat.want(rooms);
  chat.run(minutes{30});
  for (const WantedRoom& room : rooms) EXPECT_GE(chat.answered(room.login), 2U) << room.login;
}

TEST(RoomPlanSimulation, EqualInputGivesEqualActions) {
  std::vector<std::vector<SteadyTime>> times;
  for (int run = 0; run < 2; ++run) {
    SimulatedChat chat(account(), {.lost_joins = 0.1, .seed = 7});
    chat.want(zipf_rooms(300));
    chat.run(minutes{10});
    times.push_back(chat.join_times);
  }
  EXPECT_EQ(times[0], times[1]);
}

// Anything may happen, in any order: the limits hold (SimulatedChat looks), and in the end what is wanted is in.
TEST(RoomPlanSimulation, LimitsHoldWhateverHappens) {
  const bool good = rc::check("limits hold", [] {
    const ChatOptions options{.mode = ChatMode::kAnonymous,
                              .rooms_per_connection = *rc::gen::inRange(3U, 30U),
                              .max_rooms = *rc::gen::inRange(5U, 80U),
                              .dwell = seconds{*rc::gen::inRange(1, 60)}};
    SimulatedChat chat(options, {.room_cap = 1000, .lost_joins = 0.1, .seed = *rc::gen::inRange<std::uint64_t>(1, 1'000'000)});
    const auto steps = *rc::gen::container<std::vector<int>>(20, rc::gen::inRange(0, 60));
    for (const int step : steps) {
      if (step < 15) chat.want(zipf_rooms(static_cast<std::size_t>(step) * 7));
      if (step >= 15 && step < 25) chat.lose(static_cast<SlotId>(step - 15));
      if (step >= 25 && step < 35 && !chat.inside().empty()) chat.put_out(std::string(chat.inside().begin()->first));
      chat.run(seconds{step});
    }
    for (int refresh = 0; refresh < 9; ++refresh) {  // past every pause
      chat.want(zipf_rooms(4));
      chat.run(minutes{10}, seconds{1});
    }
    RC_ASSERT(chat.inside().size() == 4U);
    RC_ASSERT(!::testing::Test::HasFailure());
  });
  EXPECT_TRUE(good);
}

}  // namespace
}  // namespace vieweratlas
