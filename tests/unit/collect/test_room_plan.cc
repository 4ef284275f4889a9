#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "vieweratlas/collect/room_plan.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A plan with one ready connection, moved by hand.
class RoomPlanTest : public ::testing::Test {
 protected:
  void want(std::vector<WantedRoom> rooms) { plan.set_wanted(rooms, now); }

  // Steps once; JOINs count as written at once. Returns "PART a b JOIN c" of all slots.
  std::string step(milliseconds later = milliseconds{0}) {
    now += later;
    const RoomActions actions = plan.step(now);
    slots_wanted = actions.slots_wanted;
    std::string said;
    for (const SlotActions& slot : actions.slots) {
      if (!slot.parts.empty()) said += "PART ";
      for (const std::string& login : slot.parts) said += login + " ";
      if (!slot.joins.empty()) said += "JOIN ";
      for (const std::string& login : slot.joins) said += login + " ";
      plan.on_written(slot.slot, slot.joins, now);
    }
    if (!said.empty()) said.pop_back();
    return said;
  }

  std::uint64_t failed(const std::string& reason) {
    const RoomCounts counts = plan.counts(now);
    const auto at = counts.failed.find(reason);
    return at == counts.failed.end() ? 0 : at->second;
  }

  void make(const ChatOptions& options) {
    plan = RoomPlan(options);
    plan.on_slot_ready(0, now);
  }

  void SetUp() override { plan.on_slot_ready(0, now); }

  SteadyTime now{seconds{5000}};
  std::uint32_t slots_wanted = 0;
  RoomPlan plan{ChatOptions{}};
};

TEST_F(RoomPlanTest, JoinsTheLargestFirstAndConfirms) {
  want({{"small", "1", 10}, {"large", "2", 1000}});
  EXPECT_EQ(step(), "JOIN large small");
  EXPECT_EQ(slots_wanted, 1U);
  RoomCounts counts = plan.counts(now);
  EXPECT_EQ(counts.wanted, 2U);
  EXPECT_EQ(counts.sent, 2U);
  EXPECT_EQ(counts.join_tokens_left, 16U);
  plan.on_joined(0, "large", now);
  plan.on_room_id(0, "large", "2", now);
  EXPECT_TRUE(plan.is_confirmed("large"));
  EXPECT_FALSE(plan.is_confirmed("small"));
  EXPECT_TRUE(plan.on_heard(0, "small", now));
  EXPECT_FALSE(plan.on_heard(1, "small", now)) << "not over this connection";
  EXPECT_FALSE(plan.on_heard(0, "nobody", now));
  EXPECT_EQ(plan.confirmed(), (std::vector<std::string>{"large", "small"})) << "who is heard has been joined";
  EXPECT_EQ(step(seconds{30}), "");
}

TEST_F(RoomPlanTest, WantsNoConnectionWithoutRooms) {
  EXPECT_EQ(step(), "");
  EXPECT_EQ(slots_wanted, 0U);
}

TEST_F(RoomPlanTest, JoinsOnlyOverReadyConnections) {
  plan.on_slot_lost(0, now, now);
  want({{"a", "1", 1}});
  EXPECT_EQ(step(), "");
  EXPECT_EQ(slots_wanted, 1U);
  plan.on_slot_ready(0, now);
  EXPECT_EQ(step(), "JOIN a");
}

TEST_F(RoomPlanTest, LeavesWhatIsNotWantedAnyMore) {
  want({{"a", "1", 1}, {"b", "2", 1}});
  step();
  plan.on_joined(0, "a", now);
  plan.on_joined(0, "b", now);
  want({{"b", "2", 1}});
  EXPECT_FALSE(plan.on_heard(0, "a", now)) << "also before the PART is written";
  EXPECT_EQ(step(seconds{1}), "PART a");
  EXPECT_EQ(step(seconds{100}), "");
  plan.on_joined(0, "a", now);
  EXPECT_FALSE(plan.is_confirmed("a"));
  want({{"b", "2", 1}, {"a", "1", 1}});
  EXPECT_EQ(step(), "JOIN a");
}

TEST_F(RoomPlanTest, RetriesAfterFifteenSixtyThreeHundredSecondsThenParks) {
  want({{"ghost", "1", 1}});
  EXPECT_EQ(step(), "JOIN ghost");
  EXPECT_EQ(step(milliseconds{14'999}), "");
  EXPECT_EQ(step(milliseconds{1}), "PART ghost") << "the answer may have been lost and not the JOIN";
  EXPECT_EQ(failed("silent"), 1U);
  EXPECT_EQ(step(milliseconds{14'999}), "");
  EXPECT_EQ(step(milliseconds{1}), "JOIN ghost");
  EXPECT_EQ(step(seconds{15}), "PART ghost");
  EXPECT_EQ(step(milliseconds{59'999}), "");
  EXPECT_EQ(step(milliseconds{1}), "JOIN ghost");
  EXPECT_EQ(step(seconds{15}), "PART ghost");
  EXPECT_EQ(step(seconds{299}), "");
  EXPECT_EQ(step(seconds{1}), "JOIN ghost");
  EXPECT_EQ(step(seconds{15}), "PART ghost");
  EXPECT_EQ(step(minutes{600}), "") << "parked";
  EXPECT_EQ(plan.counts(now).target, 0U);
  want({{"ghost", "1", 1}});
  EXPECT_EQ(step(), "JOIN ghost") << "one more with each new wanted set";
  EXPECT_EQ(step(seconds{15}), "PART ghost");
  EXPECT_EQ(step(minutes{600}), "");
  EXPECT_EQ(plan.counts(now).misses, 5U);
}

TEST_F(RoomPlanTest, TheAnswerIsAwaitedFromTheWrittenLineOn) {
  want({{"a", "1", 1}});
  const RoomActions actions = plan.step(now);
  ASSERT_EQ(actions.slots.size(), 1U);
  EXPECT_EQ(step(minutes{1}), "") << "not written yet";
  EXPECT_EQ(plan.counts(now).join_tokens_left, 17U) << "and so its token is still out";
  plan.on_written(0, actions.slots[0].joins, now);
  EXPECT_EQ(step(milliseconds{12'499}), "");
  EXPECT_EQ(plan.counts(now).join_tokens_left, 17U);
  EXPECT_EQ(step(milliseconds{1}), "");
  EXPECT_EQ(plan.counts(now).join_tokens_left, 18U);
  EXPECT_EQ(step(milliseconds{2'500}), "PART a");
}

TEST_F(RoomPlanTest, ALateAnswerAfterThePartChangesNothing) {
  want({{"a", "1", 1}});
  step();
  EXPECT_EQ(step(seconds{15}), "PART a");
  plan.on_joined(0, "a", now);
  plan.on_room_id(0, "a", "1", now);
  EXPECT_FALSE(plan.is_confirmed("a"));
  EXPECT_EQ(step(seconds{15}), "JOIN a");
  plan.on_joined(0, "a", now);
  EXPECT_TRUE(plan.is_confirmed("a"));
}

TEST_F(RoomPlanTest, RefusalsHoldForThisRun) {
  want({{"a", "1", 1}, {"b", "2", 1}, {"c", "3", 1}});
  step();
  plan.on_refused(0, "a", RoomRefusal::kBanned, now);
  plan.on_refused(0, "b", RoomRefusal::kSuspended, now);
  plan.on_refused(0, "c", RoomRefusal::kNotFound, now);
  for (int refresh = 0; refresh < 5; ++refresh) {
    EXPECT_EQ(step(minutes{10}), "");
    want({{"a", "1", 1}, {"b", "2", 1}, {"c", "3", 1}});
  }
  want({});
  step(minutes{60 * 48});
  want({{"a", "1", 1}, {"b", "2", 1}});
  EXPECT_EQ(step(), "") << "also after a while in which they were not wanted";
  EXPECT_EQ(failed("banned"), 1U);
  EXPECT_EQ(failed("suspended"), 1U);
  want({{"a", "77", 1}});
  EXPECT_EQ(step(), "JOIN a") << "the name belongs to another channel";
}

TEST_F(RoomPlanTest, ARoomOfAnotherIdIsLeftAndParked) {
  want({{"a", "1", 1}});
  step();
  plan.on_joined(0, "a", now);
  plan.on_room_id(0, "a", "999", now);
  EXPECT_EQ(step(), "PART a");
  EXPECT_EQ(failed("renamed"), 1U);
  want({{"a", "1", 1}});
  EXPECT_EQ(step(minutes{10}), "");
  want({{"a", "999", 1}});
  EXPECT_EQ(step(), "JOIN a");
  plan.on_room_id(0, "a", "999", now);
  EXPECT_TRUE(plan.is_confirmed("a"));
  want({{"a", "1000", 1}});
  EXPECT_EQ(step(), "PART a") << "known to be the wrong room";
}

TEST_F(RoomPlanTest, WithoutAWantedIdAnyRoomOfTheNameWillDo) {
  want({{"a", "", 1}});
  step();
  plan.on_room_id(0, "a", "5", now);
  EXPECT_TRUE(plan.is_confirmed("a"));
}

TEST_F(RoomPlanTest, ARemovalIsRetriedOnceThenRestsForAnHour) {
  want({{"a", "1", 1}});
  step();
  plan.on_joined(0, "a", now);
  plan.on_removed(0, "a", now += seconds{10});
  EXPECT_EQ(failed("removed"), 1U);
  EXPECT_EQ(step(milliseconds{299'999}), "");
  EXPECT_EQ(step(milliseconds{1}), "JOIN a");
  plan.on_joined(0, "a", now);
  plan.on_removed(0, "a", now);
  want({{"a", "1", 1}});
  EXPECT_EQ(step(minutes{59}), "");
  EXPECT_EQ(step(minutes{1}), "JOIN a");
}

TEST_F(RoomPlanTest, TooManyRoomsLowersTheCeilingAndPauses) {
  std::vector<WantedRoom> rooms;
  for (int i = 0; i < 18; ++i) rooms.push_back({"r" + std::to_string(i), std::to_string(i), 1});
  want(rooms);
  step();
  for (int i = 0; i < 16; ++i) plan.on_joined(0, "r" + std::to_string(i), now);
  plan.on_refused(0, "r16", RoomRefusal::kRoomLimit, now);
  plan.on_refused(0, "r17", RoomRefusal::kRoomLimit, now);
  EXPECT_EQ(plan.counts(now).ceiling, 16U);
  EXPECT_EQ(plan.counts(now).limit_notices, 2U);
  EXPECT_EQ(plan.counts(now).waiting, 2U);
  EXPECT_EQ(step(minutes{10} - milliseconds{1}), "") << "no JOIN in the pause, not even in somebody's place";
  EXPECT_EQ(step(milliseconds{1}), "PART r0 r1 JOIN r16 r17");
  EXPECT_EQ(plan.counts(now).rotations, 2U);
  plan.on_joined(0, "r16", now);
  plan.on_joined(0, "r17", now);
  EXPECT_EQ(step(minutes{10}), "JOIN r0 r1") << "after a quiet while a few more are tried";
  EXPECT_EQ(plan.counts(now).ceiling, 21U);
}

TEST_F(RoomPlanTest, ALostConnectionMakesItsRoomsWait) {
  want({{"a", "1", 1}, {"b", "2", 1}});
  step();
  plan.on_joined(0, "a", now);
  plan.on_slot_lost(0, now, now);
  EXPECT_EQ(plan.counts(now).waiting, 2U);
  plan.on_joined(0, "b", now);
  EXPECT_FALSE(plan.is_confirmed("b"));
  EXPECT_EQ(step(seconds{1}), "");
  EXPECT_EQ(plan.counts(now).join_tokens_left, 16U) << "the pace survives the reconnect";
  plan.on_slot_ready(0, now);
  want({{"b", "2", 1}});
  EXPECT_EQ(step(), "JOIN b") << "only what is wanted";
}

TEST_F(RoomPlanTest, TokensOfUnwrittenJoinsReturnAfterTheLoss) {
  want({{"a", "1", 1}});
  ASSERT_EQ(plan.step(now).slots.size(), 1U);
  now += minutes{1};
  plan.on_slot_lost(0, now, now);
  EXPECT_EQ(plan.counts(now).join_tokens_left, 17U);
  EXPECT_EQ(plan.counts(now + milliseconds{12'500}).join_tokens_left, 18U);
}

TEST_F(RoomPlanTest, TellsWhatWasObservedOnce) {
  make({.max_rooms = 1, .dwell = seconds{60}});
  want({{"a", "1", 10}, {"b", "2", 1}});
  EXPECT_EQ(step(), "JOIN a");
  const SteadyTime begin = now += seconds{1};
  plan.on_joined(0, "a", now);
  EXPECT_EQ(step(seconds{59}), "");
  const std::vector<ObservedPiece> first = plan.take_observed(now);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].channel, "a");
  EXPECT_EQ(first[0].begin, begin);
  EXPECT_EQ(first[0].end, now);
  const SteadyTime cut = now;
  EXPECT_EQ(step(seconds{1}), "PART a JOIN b");
  plan.on_joined(0, "b", now);
  now += seconds{5};
  const SteadyTime alive = now - seconds{3};
  plan.on_slot_lost(0, alive, now);
  const std::vector<ObservedPiece> rest = plan.take_observed(now);
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0].begin, cut);
  EXPECT_EQ(rest[0].end, cut + seconds{1});
  EXPECT_EQ(rest[1].channel, "b");
  EXPECT_EQ(rest[1].end, alive) << "a dead connection hears nothing";
  EXPECT_TRUE(plan.take_observed(now + seconds{9}).empty());
}

TEST_F(RoomPlanTest, OneLeavesForOneWhoWaitsAndRestsForADwell) {
  make({.max_rooms = 2, .dwell = seconds{60}});
  want({{"a", "1", 100}, {"b", "2", 10}, {"c", "3", 1}});
  EXPECT_EQ(step(), "JOIN a b");
  plan.on_joined(0, "a", now);
  plan.on_joined(0, "b", now + seconds{1});
  EXPECT_EQ(step(milliseconds{59'999}), "");
  EXPECT_EQ(step(milliseconds{1}), "PART a JOIN c") << "the longest stay ends";
  plan.on_joined(0, "c", now);
  EXPECT_EQ(step(seconds{59}), "");
  EXPECT_EQ(step(seconds{1}), "PART b JOIN a");
}

TEST_F(RoomPlanTest, NamesThatAreNoLoginsAreCounted) {
  want({{"Not A Login", "1", 1}, {"a", "2", 1}, {"a", "3", 1}, {"x\r\nQUIT", "", 1}});
  EXPECT_EQ(step(), "JOIN a");
  EXPECT_EQ(failed("bad_name"), 2U);
  EXPECT_EQ(plan.counts(now).wanted, 1U);
}

TEST_F(RoomPlanTest, EventsOfUnknownRoomsAndConnectionsAreIgnored) {
  plan.on_joined(0, "nobody", now);
  plan.on_joined(7, "nobody", now);
  plan.on_removed(3, "nobody", now);
  plan.on_room_id(3, "nobody", "1", now);
  plan.on_refused(3, "nobody", RoomRefusal::kBanned, now);
  plan.on_slot_lost(9, now, now);
  const std::vector<std::string> never{"nobody"};
  plan.on_written(0, never, now);
  EXPECT_EQ(step(), "");
}

}  // namespace
}  // namespace vieweratlas
