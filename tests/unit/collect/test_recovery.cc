#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "recording.h"

#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr std::string_view kFirst = "raw/snapshots/2026/11/22/round_20261122_100000.ndjson.zst";
constexpr std::string_view kSecondPart = "raw/snapshots/2026/11/22/round_20261122_100000_part-2.ndjson.zst";

Error disk_full() { return {ErrorCode::kLimitExceeded, "writing x: the disk is full"}; }

TEST(Recovery, GoesOnWithARoundWhoseWindowStillRuns) {
  Recording recording;
  Recording undisturbed;
  for (Recording* each : {&recording, &undisturbed}) {
    each->see("ada", 1, "m1");
    each->observe("ada", seconds(30));
    each->advance(seconds(2));
    if (each == &recording) each->restart();
    each->see("ada", 1, "m1");  // repeated by the server
    each->see("ada", 2, "m2");
    each->see("bob", 1, "m3");
    each->advance(hours(2));
  }
  EXPECT_EQ(recording.counters().recovered_sightings, 1U);
  EXPECT_EQ(recording.store.objects, undisturbed.store.objects);
  EXPECT_EQ(recording.num_journals(), 0U);
}

TEST(Recovery, StoresARoundThatIsOver) {
  Recording recording;
  recording.see("ada", 1);
  recording.tick();
  recording.crash();
  recording.clock.advance(hours(3));
  recording.start();
  recording.tick();
  EXPECT_EQ(recording.lines(kFirst).size(), 2U);
  EXPECT_EQ(recording.counters().recovered_sightings, 1U);
  EXPECT_EQ(recording.num_journals(), 0U);
}

TEST(Recovery, StoringAgainChangesNothing) {
  Recording recording;
  recording.see("ada", 1);
  recording.disk_fault = [](std::string_view step) { return step == "remove" ? Status(disk_full()) : Status(); };
  recording.advance(hours(2));
  const auto stored = recording.store.objects;
  EXPECT_EQ(recording.num_journals(), 1U) << "could not be removed";
  recording.disk_fault = {};
  recording.restart();
  recording.tick();
  EXPECT_EQ(recording.store.objects, stored);
  EXPECT_EQ(recording.num_journals(), 0U);
}

TEST(Recovery, StoringAgainChangesNothingWithOneSnapshotADay) {
  Recording recording;
  recording.options.round.daily_snapshot = true;
  recording.see("ada", 1);
  recording.disk_fault = [](std::string_view step) { return step == "remove" ? Status(disk_full()) : Status(); };
  recording.advance(hours(2));
  const auto stored = recording.store.objects;
  recording.disk_fault = {};
  recording.restart();
  recording.tick();
  EXPECT_EQ(recording.store.objects, stored);
}

TEST(Recovery, NeverReplacesAPartOfTheSameWindow) {
  Recording recording;
  recording.see("ada", 1);
  ASSERT_TRUE(recording.finish(true).ok());
  EXPECT_EQ(recording.lines(kFirst).size(), 2U);
  recording.crash();
  recording.see("ada", 2);
  recording.advance(hours(2));
  EXPECT_THAT(recording.lines(kFirst)[1], HasSubstr(recording.id_of(1)));
  ASSERT_EQ(recording.lines(kSecondPart).size(), 2U);
  EXPECT_THAT(recording.lines(kSecondPart)[0], HasSubstr("\"part\":2"));
  EXPECT_THAT(recording.lines(kSecondPart)[1], HasSubstr(recording.id_of(2)));
}

TEST(Recovery, LeavesTheOpenRoundInItsJournalWhenAskedTo) {
  Recording recording;
  recording.see("ada", 1);
  ASSERT_TRUE(recording.finish(false).ok());
  EXPECT_TRUE(recording.store.objects.empty());
  EXPECT_EQ(recording.num_journals(), 1U);
  recording.restart();
  EXPECT_EQ(recording.counters().recovered_sightings, 1U);
}

TEST(Recovery, DoesNotMixKeysOrClearLogins) {
  Recording recording;
  recording.see("ada", 1);
  recording.tick();
  recording.crash();
  const std::string old_id = recording.key.id();
  recording.key = test_key(9);
  recording.see("ada", 1);
  recording.advance(hours(2));
  EXPECT_THAT(recording.lines(kFirst)[0], HasSubstr(old_id));
  EXPECT_THAT(recording.lines(kSecondPart)[0], HasSubstr(recording.key.id()));
}

TEST(Recovery, RoundsThatAreNotAlignedGoOnToo) {
  Recording recording("2026-11-22T10:07:30Z");
  recording.options.round.align_to_hour = false;
  recording.options.round.length = minutes(10);
  recording.see("ada", 1);
  recording.advance(minutes(5));
  recording.restart();
  recording.see("ada", 2);
  recording.advance(minutes(6));
  const auto lines = recording.lines("raw/snapshots/2026/11/22/round_20261122_100730.ndjson.zst");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr("\"chatters\":2,"));
}

TEST(Recovery, KeepsAllWhileTheStoreFails) {
  Recording recording;
  recording.see("ada", 1);
  recording.store.failure = disk_full();
  recording.advance(hours(1) + seconds(15));
  EXPECT_EQ(recording.counters().rounds_waiting, 1U);
  EXPECT_THAT(recording.counters().problem, HasSubstr("the disk is full"));
  EXPECT_EQ(recording.counters().rounds_closed, 0U);
  EXPECT_EQ(recording.num_journals(), 1U);
  recording.see("ada", 2);
  for (int minute = 0; minute < 60; ++minute) recording.advance(minutes(1));
  recording.advance(seconds(15));
  EXPECT_EQ(recording.counters().rounds_waiting, 2U);
  EXPECT_GT(recording.counters().retries, 10U);
  recording.store.failure.reset();
  recording.advance(minutes(1));
  EXPECT_EQ(recording.counters().rounds_waiting, 0U);
  EXPECT_EQ(recording.counters().rounds_closed, 2U);
  EXPECT_EQ(recording.counters().problem, "");
  EXPECT_EQ(recording.lines(kFirst).size(), 2U);
  EXPECT_EQ(recording.num_journals(), 0U);
  EXPECT_THAT(recording.log.text(), HasSubstr("the disk is full"));
}

TEST(Recovery, AStoreThatFailsInTheMiddleIsAskedForAllAgain) {
  Recording recording;
  recording.options.round.formats = {RoundFormat::kJson};
  for (const char* channel : {"ada", "bob", "eve"}) recording.see(channel, 1);
  recording.store.puts_before_failure = 2;
  recording.store.failure = Error{ErrorCode::kUnavailable, "away"};
  recording.advance(hours(1) + seconds(15));
  EXPECT_EQ(recording.store.objects.size(), 2U);
  EXPECT_EQ(recording.num_journals(), 1U);
  recording.store.failure.reset();
  recording.restart();
  recording.advance(seconds(1));
  EXPECT_EQ(recording.store.objects.size(), 4U) << "three channels and the run record";
}

TEST(Recovery, MendsAJournalThatCouldNotBeWritten) {
  Recording recording;
  Recording undisturbed;
  for (Recording* each : {&recording, &undisturbed}) {
    each->see("ada", 1);
    each->tick();
    if (each == &recording) each->disk_fault = [](std::string_view) { return Status(disk_full()); };
    each->see("ada", 2);
    each->tick();
    each->see("ada", 3);
    each->tick();
    if (each == &recording) {
      EXPECT_EQ(each->counters().unjournaled, 2U);
      EXPECT_THAT(each->counters().problem, HasSubstr("the disk is full"));
      EXPECT_TRUE(each->keeper().broken_since().has_value());
      each->disk_fault = {};
      each->advance(seconds(2));
      EXPECT_EQ(each->counters().unjournaled, 0U);
      EXPECT_EQ(each->counters().problem, "");
      EXPECT_FALSE(each->keeper().broken_since().has_value());
      each->see("ada", 4);
      each->tick();
      each->restart();
      EXPECT_EQ(each->counters().recovered_sightings, 4U);
    } else {
      each->advance(seconds(2));
      each->see("ada", 4);
    }
    each->advance(hours(2));
  }
  EXPECT_EQ(recording.store.objects, undisturbed.store.objects);
}

TEST(Recovery, NeverReplacesWhatIsStoredByAJournalThatHoldsLess) {
  Recording recording;
  recording.see("ada", 1);
  recording.tick();
  recording.disk_fault = [](std::string_view) { return Status(disk_full()); };
  recording.see("ada", 2);
  recording.advance(hours(2));
  EXPECT_THAT(recording.lines(kFirst)[0], HasSubstr("\"chatters\":2,"));
  EXPECT_EQ(recording.num_journals(), 1U) << "that of the first viewer could not be removed";
  recording.disk_fault = {};
  recording.restart();
  recording.tick();
  EXPECT_THAT(recording.lines(kFirst)[0], HasSubstr("\"chatters\":2,"));
  EXPECT_EQ(recording.num_journals(), 0U);
}

TEST(Recovery, NeverReplacesWhatIsStoredWhereNothingMayBeListed) {
  Recording recording;
  recording.see("ada", 1);
  recording.tick();
  recording.disk_fault = [](std::string_view) { return Status(disk_full()); };
  recording.see("ada", 2);
  recording.advance(hours(2));
  recording.disk_fault = {};
  recording.store.list_failure = Error{ErrorCode::kDenied, "ListBucket is not allowed"};
  recording.restart();
  recording.tick();
  EXPECT_THAT(recording.lines(kFirst)[0], HasSubstr("\"chatters\":2,"));
  EXPECT_EQ(recording.num_journals(), 0U);
  recording.see("ada", 3);
  recording.advance(hours(1) + seconds(15));
  EXPECT_EQ(recording.store.objects.size(), 2U);
  EXPECT_THAT(recording.store.objects.rbegin()->first, HasSubstr("_part-")) << "the store may hold any part of the first window";
}

TEST(Recovery, StoresWithoutAnyJournal) {
  Recording recording;
  recording.disk_fault = [](std::string_view) { return Status(disk_full()); };
  recording.see("ada", 1);
  recording.see("ada", 2);
  recording.tick();
  EXPECT_EQ(recording.counters().unjournaled, 2U);
  recording.advance(hours(2));
  EXPECT_EQ(recording.lines(kFirst).size(), 2U);
  EXPECT_EQ(recording.counters().unjournaled, 0U);
}

TEST(Recovery, BoundsMemoryWhenNothingCanBeWritten) {
  Recording recording;
  recording.options.round.max_viewers = 10;
  recording.disk_fault = [](std::string_view) { return Status(disk_full()); };
  recording.store.failure = disk_full();
  int viewer = 0;
  for (int hour = 0; hour < 5; ++hour) {
    for (int i = 0; i < 8; ++i) recording.see("ada", viewer++);
    recording.advance(hours(1) + seconds(15));
  }
  EXPECT_EQ(recording.counters().sightings, 20U) << "twice max_viewers";
  EXPECT_EQ(recording.counters().lost.at("memory_full"), 20U);
  EXPECT_EQ(recording.counters().unjournaled, 20U);
  EXPECT_FALSE(recording.finish(true).ok());
}

TEST(Recovery, SaysWhatFinishCouldNotDo) {
  Recording recording;
  recording.see("ada", 1);
  recording.store.failure = disk_full();
  const Status closed = recording.finish(true);
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(closed.error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(recording.num_journals(), 1U);
  recording.store.failure.reset();
  recording.restart();
  EXPECT_TRUE(recording.finish(true).ok());
  EXPECT_EQ(recording.lines(kFirst).size(), 2U);
}

TEST(Recovery, SetsDamagedJournalsAside) {
  Recording recording;
  const auto path = recording.folder.path() / "state" / "journal" / "round_20261122_090000.journal";
  ASSERT_TRUE(write_file_atomic(path, "nonsense").ok());
  recording.start();
  EXPECT_EQ(recording.counters().journal_bytes_torn, 8U);
  EXPECT_TRUE(std::filesystem::exists(path.string() + ".damaged"));
}

}  // namespace
}  // namespace vieweratlas
