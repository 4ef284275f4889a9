#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collect/daily_state.h"
#include "collect/part_numbers.h"
#include "support/fault_store.h"
#include "support/manual_clock.h"
#include "support/memory_log.h"
#include "support/temporary_folder.h"
#include "unit/collect/recording.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/recorder.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {
namespace {

// Several collectors and one store.

class SeveralCollectors : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path folder(std::string_view name) const { return folder_.path() / name; }
  std::uint32_t part(std::string_view name, const RosterOptions& roster = {}) { return first_part_of(roster, folder(name), store_); }

  std::unique_ptr<Recorder> record(std::string_view name) {
    CollectOptions options;
    options.data_dir = folder(name);
    auto opened =
        Recorder::open(options, key_, clock_, log_, {.store = &store_, .store_calls = {}, .disk_fault = {}, .first_part = part(name)});
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  void see(Recorder& recorder, std::string_view viewer) {
    recorder.see(
        {.channel = "ada", .channel_id = "1", .viewer_id = viewer, .viewer_login = viewer, .message_id = viewer, .time = clock_.utc()});
  }

  TemporaryFolder folder_;
  LocalStore files_{folder_.path() / "store"};
  FaultStore store_{files_};
  ManualClock clock_{"2026-11-22T10:05:00Z"};
  MemoryLog log_;
  ViewerKey key_ = test_key();
};

TEST_F(SeveralCollectors, TheFirstFolderCountsFromOneAndOthersFromNumbersOfTheirOwn) {
  EXPECT_EQ(part("one"), 1U);
  const std::uint32_t other = part("two");
  EXPECT_GE(other, std::uint32_t{1} << 31U);
  EXPECT_EQ(part("two"), other);
  EXPECT_EQ(part("one"), 1U);
  EXPECT_NE(part("three"), other);
  const RosterOptions shard{.shard = 1, .shards = 2};
  EXPECT_EQ(part("two", shard), 1U) << "shards have names of their own";
}

TEST_F(SeveralCollectors, AStoreThatCannotBeAskedGivesANumberOfOnesOwn) {
  store_.fail_calls("put_if_absent", {.code = ErrorCode::kDenied, .nth = 1, .times = 2});
  EXPECT_GT(part("one"), 1U);
  store_.fail_calls("get", {.nth = 1});
  EXPECT_GT(part("one"), 1U);
}

TEST_F(SeveralCollectors, RoundsOfOneWindowStandBesideEachOther) {
  // A new one starts before the old one has stored what it holds, as when containers are replaced.
  const std::unique_ptr<Recorder> old_one = record("old");
  see(*old_one, "v1");
  const std::unique_ptr<Recorder> new_one = record("new");
  see(*new_one, "v2");
  const SteadyTime deadline = clock_.steady() + std::chrono::minutes(1);
  EXPECT_TRUE(old_one->finish(true, deadline).ok());
  EXPECT_TRUE(new_one->finish(true, deadline).ok());
  const auto stored = files_.list("raw/snapshots/");
  ASSERT_EQ(stored->size(), 2U);
  EXPECT_EQ(stored->at(0).key, "raw/snapshots/2026/11/22/round_20261122_100000.ndjson.zst");
  EXPECT_NE(stored->at(1).key.find("_part-"), std::string::npos) << stored->at(1).key;
}

TEST_F(SeveralCollectors, AJournalIsStoredThoughAnotherHasStoredItsWindow) {
  const std::unique_ptr<Recorder> first = record("first");
  see(*first, "v1");
  {
    const std::unique_ptr<Recorder> killed = record("killed");
    see(*killed, "v2");
    EXPECT_TRUE(killed->finish(false, clock_.steady() + std::chrono::minutes(1)).ok()) << "in its journal";
  }
  EXPECT_TRUE(first->finish(true, clock_.steady() + std::chrono::minutes(1)).ok());
  clock_.advance(std::chrono::hours(2));
  const std::unique_ptr<Recorder> again = record("killed");
  EXPECT_TRUE(again->finish(true, clock_.steady() + std::chrono::minutes(1)).ok());
  EXPECT_EQ(files_.list("raw/snapshots/2026/11/22/round_20261122_100000")->size(), 2U);
}

TEST_F(SeveralCollectors, ShardsKeepTheirDailyStateApart) {
  DailyState before = *DailyState::load(store_);
  ASSERT_TRUE(before.mark(std::vector<std::string>{"ada", "bob"}, "2026-11-22", "r0", store_).ok());
  DailyState zero = *DailyState::load(store_, 0, 2);
  DailyState one = *DailyState::load(store_, 1, 2);
  EXPECT_TRUE(zero.has("ada", "2026-11-22") && one.has("bob", "2026-11-22")) << "begins as the state of all";
  ASSERT_TRUE(zero.mark(std::vector<std::string>{"cyd"}, "2026-11-22", "r1", store_).ok());
  ASSERT_TRUE(one.mark(std::vector<std::string>{"dan"}, "2026-11-22", "r2", store_).ok());
  EXPECT_TRUE(DailyState::load(store_, 0, 2)->has("cyd", "2026-11-22"));
  EXPECT_EQ(DailyState::load(store_, 1, 2)->last_round(), "r2");
  EXPECT_FALSE(DailyState::load(store_)->has("cyd", "2026-11-22"));
}

}  // namespace
}  // namespace vieweratlas::collect_internal
