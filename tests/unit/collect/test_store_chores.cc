#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "collect/store_chores.h"
#include "support/fault_store.h"
#include "support/manual_clock.h"
#include "support/memory_log.h"
#include "support/temporary_folder.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {
namespace {

class StoreChoresTest : public testing::Test {
 protected:
  StoreChoresTest() {
    options_.data_dir = folder_.path() / "data";
    options_.retention_days = 1;
  }
  void put(const std::string& key) { ASSERT_TRUE(files_.put(key, "x").ok()); }
  [[nodiscard]] std::size_t num_records() const { return files_.list("state/audit/")->size(); }

  TemporaryFolder folder_;
  LocalStore files_{folder_.path() / "store"};
  FaultStore store_{files_};
  CollectOptions options_;
  ManualClock clock_{"2026-11-23T05:00:00Z"};
  MemoryLog log_;
  StoreChores chores_{options_, &store_, "key", "test", clock_, log_};
};

TEST_F(StoreChoresTest, WhatIsTooOldGoesOnceADay) {
  put("raw/snapshots/2026/11/20/a.ndjson");
  put("raw/snapshots/2026/11/23/b.ndjson");
  chores_.purge_and_log({});
  chores_.purge_and_log({});
  EXPECT_EQ(files_.list("raw/")->size(), 1U);
  EXPECT_EQ(num_records(), 1U);
  EXPECT_EQ(store_.num_calls("put"), 1U);
  clock_.advance(std::chrono::hours(24));
  put("raw/snapshots/2026/11/21/c.ndjson");
  chores_.purge_and_log({});
  EXPECT_EQ(files_.list("raw/")->size(), 1U);
  EXPECT_EQ(num_records(), 2U);
  EXPECT_EQ(chores_.problem(), "");
}

TEST_F(StoreChoresTest, ARecordThatIsRefusedIsToldAndWrittenAsSoonAsItCanBe) {
  put("raw/snapshots/2026/11/20/a.ndjson");
  store_.fail_calls("put", {.code = ErrorCode::kDenied, .nth = 1, .times = 3});
  chores_.purge_and_log({});  // the purge's own attempt, and the next one
  EXPECT_TRUE(files_.list("raw/")->empty());
  EXPECT_NE(chores_.problem().find("audit log has no record yet"), std::string::npos) << chores_.problem();
  chores_.purge_and_log({});
  EXPECT_NE(chores_.problem(), "");
  EXPECT_EQ(num_records(), 0U);
  chores_.purge_and_log({});
  EXPECT_EQ(chores_.problem(), "");
  EXPECT_EQ(num_records(), 1U);
  const std::string text = log_.text();
  EXPECT_EQ(text.find("audit log has no record yet"), text.rfind("audit log has no record yet")) << "said once";
}

}  // namespace
}  // namespace vieweratlas::collect_internal
