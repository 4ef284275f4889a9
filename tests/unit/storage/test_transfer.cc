#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "support/fault_store.h"
#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/open_sqlite_store.h"
#include "vieweratlas/storage/transfer.h"

namespace vieweratlas {
namespace {

using ::testing::HasSubstr;

class TransferTest : public ::testing::Test {
 protected:
  TransferTest() {
    for (int i = 0; i < 30; ++i) EXPECT_TRUE(from_.put("raw/day=1/ü " + std::to_string(i), "content " + std::to_string(i)).ok());
    EXPECT_TRUE(from_.put("state/a", "").ok());
    EXPECT_TRUE(from_.put("large", std::string(std::size_t{9} << 20U, 'x')).ok());
  }
  static constexpr std::uint64_t kNumObjects = 32;

  TransferReport run(const ObjectStore& from, ObjectStore& to, const TransferOptions& options = {}) {
    const auto report = transfer(from, to, options);
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report ? *report : TransferReport();
  }
  void expect_equal(const ObjectStore& a, const ObjectStore& b) {
    const auto objects = a.list("");
    for (const StoredObject& object : *objects) {
      if (object.key.starts_with(kTransferNotes)) continue;
      EXPECT_EQ(*a.get(object.key), *b.get(object.key)) << object.key;
    }
  }

  TemporaryFolder folder_;
  LocalStore from_{folder_.path() / "from"};
  LocalStore to_{folder_.path() / "to"};
};

TEST_F(TransferTest, CopiesThereAndBack) {
  const auto database = open_sqlite_store(folder_.path() / "x.sqlite");
  const TransferReport there = run(from_, **database);
  EXPECT_EQ(there.num_copied, kNumObjects);
  EXPECT_EQ(there.num_copied_bytes, there.num_bytes);
  expect_equal(from_, **database);
  const TransferReport back = run(**database, to_);
  EXPECT_EQ(back.num_copied, kNumObjects) << "notes are not copied";
  expect_equal(from_, to_);
}

TEST_F(TransferTest, ReadsNothingTwice) {
  run(from_, to_);
  FaultStore watched_from(from_);
  FaultStore watched_to(to_);
  const TransferReport again = run(watched_from, watched_to);
  EXPECT_EQ(again.num_known, kNumObjects);
  EXPECT_EQ(again.num_copied + again.num_compared, 0U);
  EXPECT_EQ(watched_from.num_calls("get_stream") + watched_from.num_calls("get_range"), 0U);
  EXPECT_EQ(watched_to.num_calls("get_stream"), 0U);
  EXPECT_EQ(watched_to.num_calls("put"), 0U) << "not even the notes";
}

TEST_F(TransferTest, ComparesWhatIsThereWithoutNotes) {
  run(from_, to_);
  std::filesystem::remove_all(folder_.path() / "to" / "state" / "transfers");
  ASSERT_TRUE(to_.put("raw/day=1/ü 3", "damaged 3").ok());
  const TransferReport again = run(from_, to_);
  EXPECT_EQ(again.num_compared, kNumObjects - 1);
  EXPECT_EQ(again.num_copied, 1U);
  expect_equal(from_, to_);
  EXPECT_EQ(run(from_, to_).num_known, kNumObjects);
}

TEST_F(TransferTest, SeesChangesOfBothSides) {
  run(from_, to_);
  ASSERT_TRUE(from_.put("raw/day=1/ü 1", "changed 1").ok());
  ASSERT_TRUE(to_.put("raw/day=1/ü 2", "damaged 2").ok());
  ASSERT_TRUE(to_.remove("state/a").ok());
  ASSERT_TRUE(to_.put("only/there", "stays").ok());
  const TransferReport again = run(from_, to_);
  EXPECT_EQ(again.num_copied, 3U);
  EXPECT_EQ(again.num_known, kNumObjects - 3);
  expect_equal(from_, to_);
  EXPECT_EQ(*to_.get("only/there"), "stays");
}

TEST_F(TransferTest, TakesAPartAndLeavesOut) {
  const TransferReport report = run(from_, to_, {.prefix = "raw/", .leaves_out = [](std::string_view key) { return key.ends_with("1"); }});
  EXPECT_EQ(report.num_left_out, 3U);
  EXPECT_EQ(report.num_copied, 27U);
  EXPECT_FALSE(*to_.exists("large"));
}

TEST_F(TransferTest, OnlyLooksInADryRun) {
  const TransferReport report = run(from_, to_, {.dry_run = true});
  EXPECT_EQ(report.num_copied, kNumObjects);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "to"));
}

TEST_F(TransferTest, CountsWhatFailsAndGoesOn) {
  FaultStore broken(from_);
  broken.fail_calls("get_stream", {.code = ErrorCode::kUnavailable, .nth = 3});
  const TransferReport report = run(broken, to_, {.num_parallel = 1});
  EXPECT_EQ(report.num_failed, 1U);
  EXPECT_EQ(report.num_copied, kNumObjects - 1);
  EXPECT_FALSE(report.stopped);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_THAT(report.problems[0].error.message, HasSubstr(report.problems[0].key));
  EXPECT_EQ(run(from_, to_).num_copied, 1U);
}

TEST_F(TransferTest, EndsOnAFullDisk) {
  FaultStore full(to_);
  full.fail_calls("put", {.code = ErrorCode::kLimitExceeded, .nth = 5, .times = 1000});
  const TransferReport report = run(from_, full, {.num_parallel = 1});
  EXPECT_TRUE(report.stopped);
  EXPECT_EQ(report.num_failed, 1U);
  EXPECT_LT(report.num_objects, kNumObjects);
  run(from_, to_);
  expect_equal(from_, to_);
}

TEST_F(TransferTest, NoticesThatTheDestinationKeepsSomethingElse) {
  FaultStore liar(to_);
  liar.truncate_puts(2);
  const TransferReport report = run(from_, liar, {.num_parallel = 1});
  EXPECT_EQ(report.num_failed, 1U);
  EXPECT_EQ(report.problems[0].error.code, ErrorCode::kCorruptData);
  EXPECT_EQ(run(from_, to_).num_copied, 1U);
  expect_equal(from_, to_);
}

TEST_F(TransferTest, StopsWhenAsked) {
  std::stop_source stop;
  const TransferReport report = run(from_, to_, {.num_parallel = 1, .stop = stop.get_token(), .progress = [&](const TransferProgress& at) {
                                                   if (at.num_objects == 5) stop.request_stop();
                                                 }});
  EXPECT_TRUE(report.stopped);
  EXPECT_EQ(report.num_objects, 5U);
  const TransferReport rest = run(from_, to_);
  EXPECT_EQ(rest.num_known, 5U) << "the notes were saved";
  EXPECT_EQ(rest.num_copied, kNumObjects - 5);
}

TEST_F(TransferTest, RefusesWhatCannotBe) {
  EXPECT_EQ(transfer(from_, from_).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(transfer(from_, to_, {.prefix = "../"}).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(TransferTest, AStoreIsNotCopiedIntoItself) {
  LocalStore inner(folder_.path() / "from" / "zzz");
  const auto report = transfer(from_, inner);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(report.error().message, HasSubstr("zzz"));
  EXPECT_FALSE(transfer(from_, inner, {.prefix = "z"}).ok());
  EXPECT_FALSE(transfer(from_, inner, {.prefix = "zzz/raw/"}).ok());
  EXPECT_EQ(inner.list("")->size(), 0U);
  // What lies elsewhere never comes in the list of what is copied, and a copy may come back from within.
  run(from_, inner, {.prefix = "raw/"});
  run(inner, from_);
  LocalStore beside(folder_.path() / "from2");
  run(from_, beside);
}

TEST_F(TransferTest, AnObjectThatIsReplacedWhileItIsReadIsNoObject) {
  const StoredObject object = *(*from_.find("large"));
  const auto source = open_object(from_, object, std::size_t{1} << 20U);
  ASSERT_TRUE(source->next().ok());
  ASSERT_TRUE(from_.put("large", std::string(std::size_t{9} << 20U, 'y')).ok());
  for (;;) {
    const auto piece = source->next();
    if (!piece) {
      EXPECT_EQ(piece.error().code, ErrorCode::kUnavailable);
      break;
    }
    ASSERT_FALSE(piece->empty());
  }
}

}  // namespace
}  // namespace vieweratlas
