#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/fault_store.h"
#include "support/temporary_folder.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/privacy/forget.h"
#include "vieweratlas/privacy/forget_in_store.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/privacy/retention.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/open_sqlite_store.h"

namespace vieweratlas {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PrivacyInStore : public testing::Test {
 protected:
  PrivacyInStore() {
    auto opened = open_sqlite_store(folder_.path() / "store.sqlite");
    VA_CHECK(opened.ok());
    store_ = *std::move(opened);
  }
  void put(std::string_view key, std::string_view bytes = "{}") { VA_CHECK(store_->put(key, bytes).ok()); }
  [[nodiscard]] std::vector<std::string> keys(std::string_view prefix = "") const {
    std::vector<std::string> found;
    const auto listed = store_->list(prefix);
    VA_CHECK(listed.ok());
    for (const StoredObject& object : *listed) found.push_back(object.key);
    return found;
  }
  [[nodiscard]] static ViewerKey key(std::uint8_t first = 1) {
    std::array<std::uint8_t, 32> bytes{};
    bytes[0] = first;
    return ViewerKey::from_bytes(bytes);
  }

  TemporaryFolder folder_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(PrivacyInStore, PurgeRemovesWholeDaysThatEndedBeforeTheCutoff) {
  put("raw/snapshots/2026/11/20/round_20261120_100000.ndjson.zst");
  put("raw/snapshots/2026/11/21/round_20261121_230000.ndjson.zst");
  put("raw/snapshots/2026/11/22/round_20261122_000000.ndjson.zst");
  put("raw/chatter_logs/2026/11/20/chatters_20261120_100000.csv");
  put("raw/vod_chat/channel=a/vod_id=1/chat.json");
  put("curated/presence/dt=2026-11-20/_manifest.json");
  put("state/forgotten.json");
  const auto look = purge_older_than(*store_, *parse_time("2026-11-22"), PurgeMode::kLook);
  ASSERT_TRUE(look.ok());
  EXPECT_EQ(look->num_files, 3U);
  EXPECT_EQ(keys().size(), 7U);
  const auto purged = purge_by_retention(*store_, 1, *parse_time("2026-11-23T05:00:00Z"), "test");
  ASSERT_TRUE(purged.ok()) << purged.error().message;
  EXPECT_EQ(purged->num_files, 3U);
  EXPECT_EQ(purged->num_bytes, 6U);
  EXPECT_THAT(keys("raw/"),
              ElementsAre("raw/snapshots/2026/11/22/round_20261122_000000.ndjson.zst", "raw/vod_chat/channel=a/vod_id=1/chat.json"));
  EXPECT_EQ(keys("curated/").size(), 1U);
  ASSERT_EQ(keys("state/audit/").size(), 1U);
  EXPECT_THAT(*store_->get(keys("state/audit/").front()), HasSubstr("\"action\":\"purge\""));
  EXPECT_EQ(purge_by_retention(*store_, 0, *parse_time("2030-01-01"), "test")->num_files, 0U);
}

TEST_F(PrivacyInStore, APurgeWithoutARecordIsTold) {
  put("raw/snapshots/2026/11/20/round_20261120_100000.ndjson.zst");
  FaultStore refusing(*store_);
  refusing.fail_calls("put", {.code = ErrorCode::kDenied});
  const auto purged = purge_by_retention(refusing, 1, *parse_time("2026-11-23T05:00:00Z"), "test");
  ASSERT_TRUE(purged.ok());
  EXPECT_EQ(purged->num_files, 1U);
  ASSERT_TRUE(purged->unlogged);
  EXPECT_EQ(purged->unlogged->problem.code, ErrorCode::kDenied);
  EXPECT_EQ(purged->unlogged->entry.counts.at("files"), 1U);
  EXPECT_TRUE(keys("state/audit/").empty());
}

TEST_F(PrivacyInStore, TheListOfAStoreGrowsAndIsTakenOver) {
  const Pseudonym ada = key().of_login("twitch", "ada");
  const Pseudonym bob = key().of_login("twitch", "bob");
  EXPECT_TRUE(load_forgotten(*store_, key().id())->empty());
  EXPECT_EQ(*add_to_forgotten(*store_, key().id(), {}, std::array{ada}), 1U);
  EXPECT_EQ(*add_to_forgotten(*store_, key().id(), {}, std::array{ada, bob}), 1U);
  EXPECT_EQ(*add_to_forgotten(*store_, key().id(), {}, std::array{ada}), 0U);
  EXPECT_EQ(load_forgotten(*store_, key(2).id()).error().code, ErrorCode::kInvalidArgument);

  const auto file = folder_.path() / "forgotten.json";
  const Pseudonym eve = key().of_login("twitch", "eve");
  ASSERT_TRUE(add_to_forgotten(file, key().id(), {}, std::array{eve}).ok());
  std::string seen;
  ASSERT_TRUE(take_over_forgotten(*store_, file, key().id(), seen).ok());
  const auto list = ForgottenList::load(file, key().id());
  EXPECT_EQ(list->size(), 3U) << "what the file held before stays";
  EXPECT_TRUE(list->holds_login(ada) && list->holds_login(eve));
  EXPECT_FALSE(seen.empty());
  ASSERT_TRUE(take_over_forgotten(*store_, file, key().id(), seen).ok());
  EXPECT_TRUE(list->is_current(file)) << "nothing new, nothing written";
  put("state/forgotten.json", "no list");
  EXPECT_EQ(take_over_forgotten(*store_, file, key().id(), seen).error().code, ErrorCode::kCorruptData);
}

TEST_F(PrivacyInStore, ForgetChangesTheObjectsThatNameSomebodyAndNoOthers) {
  put("raw/snapshots/2026/11/20/a.json", R"({"channel":"x","timestamp":"2026-11-20T10:00:00Z","chatters":["ada","bob"]})");
  put("raw/snapshots/2026/11/20/b.json", R"({"channel":"x","timestamp":"2026-11-20T11:00:00Z","chatters":["bob"]})");
  put("processed/analysis_results.json", R"({"ada":1})");
  const std::string version = (*store_->find("raw/snapshots/2026/11/20/b.json"))->version;
  TemporaryFolder work;
  ThreadPool pool(2);
  const std::array people{*parse_person("ada")};
  const auto dry =
      forget_in_store(people, key(), *store_, {.data_dir = work.path(), .dry_run = true, .progress = {}, .cancelled = {}}, pool);
  ASSERT_TRUE(dry.ok()) << dry.error().message;
  EXPECT_EQ(dry->num_rows, 1U);
  EXPECT_THAT(*store_->get("raw/snapshots/2026/11/20/a.json"), HasSubstr("ada"));
  TemporaryFolder second;
  const auto done = forget_in_store(people, key(), *store_, {.data_dir = second.path(), .progress = {}, .cancelled = {}}, pool);
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(done->num_rows, 1U);
  EXPECT_EQ(done->num_files_changed, 1U);
  EXPECT_TRUE(done->problems.empty());
  EXPECT_THAT(*store_->get("raw/snapshots/2026/11/20/a.json"), HasSubstr(R"("chatters":["bob"])"));
  EXPECT_EQ((*store_->find("raw/snapshots/2026/11/20/b.json"))->version, version) << "was not written";
  EXPECT_TRUE(load_forgotten(*store_, key().id())->holds_login(key().of_login("twitch", "ada")));
  EXPECT_THAT(*store_->get("processed/analysis_results.json"), HasSubstr("ada")) << "only presence is looked at";
}

}  // namespace
}  // namespace vieweratlas
