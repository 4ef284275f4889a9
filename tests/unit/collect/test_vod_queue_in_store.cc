// A queue in a store that fails, that many use, and whose processes die or sleep.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/fault_store.h"
#include "support/temporary_folder.h"

#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

const UtcTime kNow = *parse_time("2026-02-05T12:00:00Z");

std::vector<VodItem> items_of(std::size_t count) {
  std::vector<VodItem> items;
  for (std::size_t i = 0; i < count; ++i) items.push_back({.vod_id = std::to_string(i + 1), .channel = "lumen"});
  return items;
}

class VodQueueInStore : public testing::Test {
 protected:
  std::string claimed(VodQueue& queue, std::string_view worker, UtcTime now = kNow) {
    const auto item = queue.claim(worker, now);
    EXPECT_TRUE(item.ok()) << item.error().message;
    return item.ok() && *item ? (*item)->vod_id : std::string();
  }
  [[nodiscard]] std::vector<std::string> versions() const {
    std::vector<std::string> keys;
    const auto objects = files_.list("state/vod_queue/");
    for (const StoredObject& object : *objects) keys.push_back(object.key);
    return keys;
  }
  /// As if the versions that are there had been written so long ago.
  void age(seconds by) {
    for (const std::string& key : versions()) {
      const fs::path path = folder_.path() / key;
      fs::last_write_time(path, fs::last_write_time(path) - by);
    }
  }

  TemporaryFolder folder_;
  LocalStore files_{folder_.path()};
  FaultStore store_{files_};
  VodQueue queue_{store_};
};

TEST_F(VodQueueInStore, BeginsAsTheFileOfTheEarlierSystem) {
  ASSERT_TRUE(files_
                  .put("state/vod_queue.json",
                       R"([{"vod_id": "111", "channel_login": "Lumen", "status": "failed", "attempt_count": 2,
                            "next_attempt_at": "2026-02-05T01:00:00.123456+00:00", "lease_expires_at": null, "processing_by": null,
                            "created_at": "2026-02-05T00:00:00", "updated_at": null, "vod_created_at": "2026-02-04T20:00:00Z"},
                           {"vod_id": 222, "channel_login": "nova"}])")
                  .ok());
  EXPECT_EQ(claimed(queue_, "w"), "222");
  EXPECT_EQ(claimed(queue_, "w"), "111");
  EXPECT_EQ(queue_.items()->at(0).attempts, 3U);
  ASSERT_TRUE(files_.remove("state/vod_queue.json").ok());
  EXPECT_EQ(queue_.items()->size(), 2U);
}

TEST_F(VodQueueInStore, OldVersionsAreRemovedAQuarterOfAnHourAfterTheirSuccessor) {
  for (const std::string_view id : {"1", "2", "3"}) {
    ASSERT_TRUE(queue_.add(std::vector<VodItem>{{.vod_id = std::string(id), .channel = "lumen"}}, kNow).ok());
  }
  EXPECT_EQ(versions().size(), 3U);
  age(seconds(1000));
  ASSERT_EQ(claimed(queue_, "w"), "1");
  // The third one's successor is young: who read the third may still be about to write the fourth.
  EXPECT_EQ(versions(), (std::vector<std::string>{"state/vod_queue/0000000003.json.zst", "state/vod_queue/0000000004.json.zst"}));
  EXPECT_EQ(queue_.items()->size(), 3U);
}

TEST_F(VodQueueInStore, WhoMayNotRemoveGoesOnWithoutRemoving) {
  store_.fail_calls("remove", {.code = ErrorCode::kDenied, .nth = 1, .times = 1000});
  ASSERT_TRUE(queue_.add(items_of(20), kNow).ok());
  for (int i = 0; i < 20; ++i) {
    age(seconds(1000));
    ASSERT_FALSE(claimed(queue_, "w").empty());
  }
  EXPECT_EQ(versions().size(), 21U);
  EXPECT_EQ(store_.num_calls("remove"), 1U) << "asked once";
}

TEST_F(VodQueueInStore, AnAnswerThatIsLostCountsAsWhatWasDone) {
  ASSERT_TRUE(queue_.add(items_of(2), kNow).ok());
  store_.fail_calls("put_if_absent", {.nth = 2, .after = true});
  EXPECT_EQ(claimed(queue_, "w"), "1");
  EXPECT_EQ(queue_.stats(kNow)->processing, 1U);
}

TEST_F(VodQueueInStore, WhatWasNotDoneIsAnErrorAndChangesNothing) {
  ASSERT_TRUE(queue_.add(items_of(2), kNow).ok());
  store_.fail_calls("put_if_absent", {.code = ErrorCode::kDenied, .nth = 2});
  EXPECT_EQ(queue_.claim("w", kNow).error().code, ErrorCode::kDenied);
  EXPECT_EQ(queue_.stats(kNow)->pending, 2U);
  store_.fail_calls("list_page", {.nth = store_.num_calls("list_page") + 1});
  EXPECT_EQ(queue_.claim("w", kNow).error().code, ErrorCode::kUnavailable);
}

TEST_F(VodQueueInStore, WhoWasSlowerBeginsAgain) {
  ASSERT_TRUE(queue_.add(items_of(3), kNow).ok());
  VodQueue other(files_);
  int num_calls = 0;
  store_.before_calls([&](std::string_view name) {
    if (name != "put_if_absent" || num_calls++ > 0) return;
    EXPECT_EQ(claimed(other, "other"), "1");
  });
  EXPECT_EQ(claimed(queue_, "w"), "2");
  EXPECT_EQ(num_calls, 2);
}

TEST_F(VodQueueInStore, WhoSleptWhileVersionsWentByDoesNotReplaceThem) {
  ASSERT_TRUE(queue_.add(items_of(5), kNow).ok());
  VodQueue other(files_);
  bool has_slept = false;
  store_.before_calls([&](std::string_view name) {
    if (name != "put_if_absent" || has_slept) return;
    has_slept = true;
    EXPECT_EQ(claimed(other, "other"), "1");
    EXPECT_EQ(claimed(other, "other"), "2");
    age(seconds(2000));
    EXPECT_EQ(claimed(other, "other"), "3");
    // The number that this one is about to make is free again.
    EXPECT_EQ(versions().front(), "state/vod_queue/0000000003.json.zst");
  });
  EXPECT_EQ(claimed(queue_, "w"), "4");
  EXPECT_EQ(queue_.stats(kNow)->processing, 4U);
}

TEST_F(VodQueueInStore, SomebodyWhoBuildsOnItAtOnceDoesNotMakeItUndone) {
  ASSERT_TRUE(queue_.add(items_of(3), kNow).ok());
  VodQueue other(files_);
  bool has_written = false;
  store_.before_calls([&](std::string_view name) {
    if (name == "put_if_absent") has_written = true;
    if (name != "list_page" || !has_written) return;
    has_written = false;
    EXPECT_EQ(claimed(other, "other"), "2");
  });
  EXPECT_EQ(claimed(queue_, "w"), "1");
  EXPECT_EQ(queue_.stats(kNow)->processing, 2U);
}

TEST_F(VodQueueInStore, DamageIsToldAndNothingIsReplaced) {
  ASSERT_TRUE(queue_.add(items_of(1), kNow).ok());
  ASSERT_TRUE(files_.put("state/vod_queue/0000000001.json.zst", "nonsense").ok());
  const auto item = queue_.claim("w", kNow);
  ASSERT_FALSE(item.ok());
  EXPECT_EQ(item.error().code, ErrorCode::kCorruptData);
  EXPECT_NE(item.error().message.find("0000000001.json.zst"), std::string::npos);
  EXPECT_EQ(versions().size(), 1U);
}

TEST_F(VodQueueInStore, OtherNamesInItsFolderArePassedOver) {
  ASSERT_TRUE(files_.put("state/vod_queue/README", "notes of a person").ok());
  ASSERT_TRUE(files_.put("state/vod_queue/99.json.zst", "x").ok());
  ASSERT_TRUE(queue_.add(items_of(1), kNow).ok());
  EXPECT_EQ(claimed(queue_, "w"), "1");
}

TEST_F(VodQueueInStore, FourWorkersAtOnceNeverGetTheSame) {
  constexpr std::size_t kItems = 40;
  ASSERT_TRUE(queue_.add(items_of(kItems), kNow).ok());
  std::vector<std::vector<std::string>> got(4);
  std::vector<std::jthread> workers;
  for (std::size_t number = 0; number < got.size(); ++number) {
    workers.emplace_back([&, number] {
      VodQueue queue(files_);
      const std::string worker = "worker" + std::to_string(number);
      for (;;) {
        const auto item = queue.claim(worker, kNow);
        ASSERT_TRUE(item.ok()) << item.error().message;
        if (!*item) return;
        got[number].push_back((*item)->vod_id);
        ASSERT_TRUE(queue.complete((*item)->vod_id, worker, kNow).ok());
      }
    });
  }
  workers.clear();
  std::set<std::string> distinct;
  std::size_t num_claims = 0;
  for (const auto& list : got) {
    num_claims += list.size();
    distinct.insert(list.begin(), list.end());
  }
  EXPECT_EQ(num_claims, kItems);
  EXPECT_EQ(distinct.size(), kItems);
  EXPECT_EQ(queue_.stats(kNow)->completed, kItems);
}

class VodQueueWhateverFails : public VodQueueInStore, public testing::WithParamInterface<std::uint64_t> {
 protected:
  std::uint64_t any(std::uint64_t below) { return random_() % below; }

  /// One thing that one of three workers does, each of whose calls may fail, before or after its work.
  void step(const std::string& worker) {
    VodQueue queue(store_, {.max_attempts = 1000});
    const auto held = std::find_if(holders_.begin(), holders_.end(), [&](const auto& entry) { return entry.second == worker; });
    if (held == holders_.end() || any(3) == 0) {
      const auto item = queue.claim(worker, now_);
      if (!item.ok() || !*item) return;  // what was claimed without anybody's knowing is a lease that runs out
      EXPECT_FALSE(holders_.contains((*item)->vod_id)) << "held twice";
      holders_[(*item)->vod_id] = worker;
    } else if (any(2) == 0) {
      if (queue.complete(held->first, worker, now_).ok()) holders_.erase(held);
    } else {  // a failure that is told, or not: then all die
      static_cast<void>(queue.fail(held->first, worker, "no luck", now_));
      now_ += std::chrono::hours(7);
      holders_.clear();
    }
  }

  std::mt19937_64 random_{GetParam()};
  UtcTime now_ = kNow;
  std::map<std::string, std::string> holders_;  // of items, as those who hold them know
};

/// No item is lost, nobody holds what another holds, and in the end all are done.
TEST_P(VodQueueWhateverFails, NothingIsLostAndNothingIsHeldTwice) {
  const std::size_t count = 1 + any(5);
  VodQueue calm(files_, {.max_attempts = 1000});
  ASSERT_TRUE(calm.add(items_of(count), kNow).ok());
  store_.fail_at_random({.seed = GetParam(), .probability = 0.2, .at_most = 30});
  for (int i = 0; i < 15; ++i) {
    step("w" + std::to_string(any(3)));
    ASSERT_EQ(calm.items()->size(), count);
  }
  for (int i = 0; i < 2; ++i) {  // leases end, then waits
    now_ += std::chrono::hours(7);
    for (auto item = calm.claim("last", now_); item.ok() && *item; item = calm.claim("last", now_)) {
      ASSERT_TRUE(calm.complete((*item)->vod_id, "last", now_).ok());
    }
  }
  EXPECT_EQ(calm.stats(now_)->completed, count);
}
INSTANTIATE_TEST_SUITE_P(Seeds, VodQueueWhateverFails, testing::Range<std::uint64_t>(0, 12));

}  // namespace
}  // namespace vieweratlas
