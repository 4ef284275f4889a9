#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/open_sqlite_store.h"

namespace vieweratlas {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const UtcTime kNow = *parse_time("2026-02-05T12:00:00Z");

/// What every queue does, wherever it is kept.
enum class Home : std::uint8_t { kFile, kFolderStore, kSqlite };

std::string name_of_home(const testing::TestParamInfo<Home>& info) {
  return info.param == Home::kFile ? "File" : info.param == Home::kSqlite ? "Sqlite" : "Folder";
}

class VodQueueTest : public testing::TestWithParam<Home> {
 protected:
  std::unique_ptr<ObjectStore> make_store() {
    switch (GetParam()) {
      case Home::kFile: return nullptr;
      case Home::kSqlite: return *open_sqlite_store(folder_.path() / "store.sqlite");
      default: return std::make_unique<LocalStore>(folder_.path() / "store");
    }
  }
  VodQueue open(VodQueueOptions options = {}) { return store_ ? VodQueue(*store_, options) : VodQueue(file_, options); }
  void add(std::string_view id, std::optional<UtcTime> vod_created = {}) {
    const std::vector<VodItem> items{{.vod_id = std::string(id), .channel = "lumen", .vod_created = vod_created}};
    ASSERT_TRUE(queue_.add(items, kNow).ok());
  }
  std::string claimed(std::string_view worker, UtcTime now) {
    const auto item = queue_.claim(worker, now);
    EXPECT_TRUE(item.ok());
    return item.ok() && *item ? (*item)->vod_id : std::string();
  }
  VodItem only() { return queue_.items()->at(0); }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "state/vod_queue.json";
  std::unique_ptr<ObjectStore> store_ = make_store();
  VodQueue queue_{open()};
};
INSTANTIATE_TEST_SUITE_P(Homes, VodQueueTest, testing::Values(Home::kFile, Home::kFolderStore, Home::kSqlite), name_of_home);

TEST_P(VodQueueTest, KnowsARecordingOnce) {
  const std::vector<VodItem> items{
      {.vod_id = "1", .channel = "lumen"}, {.vod_id = "2", .channel = "nova"}, {.vod_id = "1", .channel = "lumen"}};
  EXPECT_EQ(*queue_.add(items, kNow), 2U);
  EXPECT_EQ(*queue_.add(items, kNow), 0U);
  EXPECT_EQ(queue_.items()->size(), 2U);
  EXPECT_EQ(queue_.add(std::vector<VodItem>{{.vod_id = "../1", .channel = "lumen"}}, kNow).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(queue_.add(std::vector<VodItem>{{.vod_id = "1", .channel = "Lu men"}}, kNow).error().code, ErrorCode::kInvalidArgument);
}

TEST_P(VodQueueTest, OldestRecordingsComeFirst) {
  add("new", kNow - minutes(10));
  add("old", kNow - minutes(90));
  EXPECT_EQ(claimed("w", kNow), "old");
  EXPECT_EQ(claimed("w", kNow), "new");
  EXPECT_EQ(claimed("w", kNow), "");
}

TEST_P(VodQueueTest, FailedItemsAreRetriedWithGrowingWaitsUntilTheyAreGivenUp) {
  add("1");
  UtcTime now = kNow;
  for (const int wait_s : {300, 600, 1200, 2400}) {
    ASSERT_EQ(claimed("w", now), "1");
    ASSERT_TRUE(queue_.fail("1", "w", "no luck", now).ok());
    EXPECT_EQ(only().status, VodStatus::kFailed);
    EXPECT_EQ(only().next_attempt, now + seconds(wait_s));
    EXPECT_EQ(only().last_error, "no luck");
    EXPECT_EQ(claimed("w", now + seconds(wait_s - 1)), "");
    now += seconds(wait_s);
  }
  EXPECT_EQ(queue_.stats(now)->retrying, 1U);
  EXPECT_EQ(queue_.stats(now)->due, 1U);
  ASSERT_EQ(claimed("w", now), "1");
  ASSERT_TRUE(queue_.fail("1", "w", "no luck", now).ok());
  EXPECT_EQ(only().attempts, 5U);
  EXPECT_EQ(claimed("w", now + std::chrono::hours(1000)), "");
  EXPECT_EQ(queue_.stats(now)->given_up, 1U);
}

TEST_P(VodQueueTest, WaitsAreBounded) {
  VodQueue queue = open({.max_attempts = 1000});
  add("1");
  UtcTime now = kNow;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(queue.claim("w", now).ok());
    ASSERT_TRUE(queue.fail("1", "w", "x", now).ok());
    ASSERT_LE(*only().next_attempt - now, std::chrono::hours(6));
    now = *only().next_attempt;
  }
}

TEST_P(VodQueueTest, ALeaseKeepsOthersAwayUntilItRunsOut) {
  add("1");
  ASSERT_EQ(claimed("a", kNow), "1");
  EXPECT_EQ(claimed("b", kNow + seconds(899)), "");
  ASSERT_TRUE(queue_.renew("1", "a", kNow + seconds(800)).ok());
  EXPECT_EQ(claimed("b", kNow + seconds(1699)), "");
  // Then it counts as a failed attempt, with its wait.
  EXPECT_EQ(claimed("b", kNow + seconds(1700)), "");
  EXPECT_EQ(only().status, VodStatus::kFailed);
  EXPECT_EQ(claimed("b", kNow + seconds(1700 + 300)), "1");
  EXPECT_EQ(only().attempts, 2U);
  for (const Status& late : {queue_.complete("1", "a", kNow), queue_.fail("1", "a", "x", kNow), queue_.renew("1", "a", kNow)}) {
    ASSERT_FALSE(late.ok());
    EXPECT_EQ(late.error().code, ErrorCode::kNotFound);
  }
  EXPECT_TRUE(queue_.complete("1", "b", kNow + seconds(2100)).ok());
  EXPECT_EQ(claimed("b", kNow + seconds(90'000)), "");
}

TEST_P(VodQueueTest, AProcessThatDiesAgainAndAgainDoesNotGoOnForEver) {
  add("1");
  UtcTime now = kNow;
  int claims = 0;
  for (int i = 0; i < 100; ++i, now += minutes(30)) claims += claimed("w", now).empty() ? 0 : 1;
  EXPECT_EQ(claims, 5);
  EXPECT_EQ(queue_.stats(now)->given_up, 1U);
}

TEST_P(VodQueueTest, WhatIsGivenBackCostsNoAttempt) {
  add("1");
  ASSERT_EQ(claimed("w", kNow), "1");
  ASSERT_TRUE(queue_.release("1", "w", "no program", minutes(1), kNow).ok());
  EXPECT_EQ(only().attempts, 0U);
  EXPECT_EQ(only().status, VodStatus::kPending);
  EXPECT_EQ(claimed("w", kNow), "");
  EXPECT_EQ(claimed("w", kNow + minutes(1)), "1");
}

TEST_P(VodQueueTest, OldItemsAreDropped) {
  add("old", kNow - std::chrono::hours(500));
  add("new", kNow);
  add("done", kNow - std::chrono::hours(500));
  ASSERT_EQ(claimed("w", kNow), "old");
  ASSERT_EQ(claimed("w", kNow), "done");
  ASSERT_TRUE(queue_.complete("done", "w", kNow).ok());
  EXPECT_EQ(*queue_.drop_older(kNow - std::chrono::hours(336), kNow - std::chrono::hours(672)), 0U);
  ASSERT_TRUE(queue_.fail("old", "w", "x", kNow).ok());
  EXPECT_EQ(*queue_.drop_older(kNow - std::chrono::hours(336), kNow - std::chrono::hours(672)), 1U);
  EXPECT_EQ(queue_.items()->size(), 2U);
}

class VodQueueFileTest : public testing::Test {
 protected:
  std::string claimed(std::string_view worker, UtcTime now) {
    const auto item = queue_.claim(worker, now);
    EXPECT_TRUE(item.ok());
    return item.ok() && *item ? (*item)->vod_id : std::string();
  }
  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "state/vod_queue.json";
  VodQueue queue_{file_};
};

TEST_F(VodQueueFileTest, ReadsTheFilesOfTheEarlierSystem) {
  ASSERT_TRUE(write_file_atomic(file_, R"([
    {"vod_id": "111", "channel_login": "Lumen", "status": "failed", "attempt_count": 2, "next_attempt_at": "2026-02-05T01:00:00.123456+00:00",
     "lease_expires_at": null, "processing_by": null, "created_at": "2026-02-05T00:00:00", "updated_at": "2026-02-05T00:30:00", "vod_created_at": "2026-02-04T20:00:00Z"},
    {"vod_id": 222, "channel_login": "nova"}])")
                  .ok());
  const auto items = *queue_.items();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].channel, "lumen");
  EXPECT_EQ(items[0].attempts, 2U);
  EXPECT_EQ(items[0].next_attempt, parse_time("2026-02-05T01:00:00Z"));
  EXPECT_EQ(items[0].vod_created, parse_time("2026-02-04T20:00:00Z"));
  EXPECT_EQ(items[1].vod_id, "222");
  EXPECT_EQ(items[1].status, VodStatus::kPending);
  EXPECT_EQ(claimed("w", kNow), "222");
  EXPECT_EQ(claimed("w", kNow), "111");
  EXPECT_NE(read_file(file_)->find(
                "{\"vod_id\":\"111\",\"channel_login\":\"lumen\",\"status\":\"processing\",\"attempt_count\":3,\"next_attempt_at\":null,"
                "\"lease_expires_at\":\"2026-02-05T12:15:00Z\",\"processing_by\":\"w\","),
            std::string::npos);
}

TEST_F(VodQueueFileTest, ADamagedFileIsLeftAlone) {
  for (const std::string_view bytes : {"{", "5", "[1]", "[{\"vod_id\":\"1\"}]", "{\"x\":[]}"}) {
    ASSERT_TRUE(write_file_atomic(file_, bytes).ok());
    EXPECT_EQ(queue_.claim("w", kNow).error().code, ErrorCode::kCorruptData) << bytes;
    EXPECT_EQ(*read_file(file_), bytes);
  }
}

TEST_P(VodQueueTest, TwoWorkersAtOnceNeverGetTheSame) {
  std::vector<VodItem> items;
  for (int i = 0; i < 40; ++i) items.push_back({.vod_id = std::to_string(i), .channel = "lumen"});
  ASSERT_TRUE(queue_.add(items, kNow).ok());
  std::vector<std::vector<std::string>> got(2);
  const auto work = [&](std::size_t number) {
    VodQueue queue = open();  // of its own, as in a process of its own
    const std::string worker = "worker" + std::to_string(number);
    for (;;) {
      const auto item = queue.claim(worker, kNow);
      if (!item.ok() || !*item) return;
      got[number].push_back((*item)->vod_id);
      if (!queue.complete((*item)->vod_id, worker, kNow).ok()) return;
    }
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  EXPECT_EQ(got[0].size() + got[1].size(), 40U);
  std::set<std::string> distinct(got[0].begin(), got[0].end());
  distinct.insert(got[1].begin(), got[1].end());
  EXPECT_EQ(distinct.size(), 40U);
  EXPECT_EQ(queue_.stats(kNow)->completed, 40U);
}

TEST_F(VodQueueFileTest, BeginsAsWhatAnExportedStoreLeftBesideIt) {
  LocalStore store(folder_.path());
  VodQueue there(store);
  ASSERT_TRUE(there.add(std::vector<VodItem>{{.vod_id = "1", .channel = "lumen"}}, kNow).ok());
  EXPECT_EQ(claimed("w", kNow), "1");
  EXPECT_TRUE(queue_.complete("1", "w", kNow).ok());
  EXPECT_EQ(there.items()->at(0).status, VodStatus::kPending) << "the store's own is as it was";
}

TEST_P(VodQueueTest, TakesOverWhatAnotherKnowsAsItIs) {
  VodQueue old(folder_.path() / "old.json");
  ASSERT_TRUE(old.add(std::vector<VodItem>{{.vod_id = "1", .channel = "lumen"}, {.vod_id = "2", .channel = "nova"}}, kNow).ok());
  ASSERT_TRUE(old.claim("w", kNow).ok());
  ASSERT_TRUE(old.fail("1", "w", "no luck", kNow).ok());
  add("2");
  EXPECT_EQ(*queue_.take_over(old), 1U);
  EXPECT_EQ(*queue_.take_over(old), 0U);
  ASSERT_EQ(queue_.items()->size(), 2U);
  const VodItem item = queue_.items()->at(1);
  EXPECT_EQ(item.vod_id, "1");
  EXPECT_EQ(item.attempts, 1U);
  EXPECT_EQ(item.last_error, "no luck");
  EXPECT_EQ(item.next_attempt, kNow + seconds(300));
}

}  // namespace
}  // namespace vieweratlas
