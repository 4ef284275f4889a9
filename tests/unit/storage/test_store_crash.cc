// Crashes at every step of writing, and random faults around every call.

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "support/fault_store.h"
#include "support/stepped_process.h"
#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/open_sqlite_store.h"

namespace vieweratlas {
namespace {

enum class StoreKind : std::uint8_t { kFile, kSqlite };

std::unique_ptr<ObjectStore> open_at(StoreKind kind, const std::filesystem::path& folder) {
  if (kind == StoreKind::kFile) return std::make_unique<LocalStore>(folder / "data");
  auto store = open_sqlite_store(folder / "data.sqlite");
  return store ? *std::move(store) : nullptr;
}

class StoreFaults : public ::testing::TestWithParam<StoreKind> {};

/// Kills a process before each of its system calls in turn, and looks at what is left.
void expect_old_or_new(StoreKind kind, const std::function<void(ObjectStore&)>& work, const std::optional<std::string>& old,
                       const std::string& changed) {
  const TemporaryFolder folder;
  for (std::uint64_t nth = 1;; ++nth) {
    {
      const auto store = open_at(kind, folder.path());
      ASSERT_TRUE(old ? store->put("a/b", *old).ok() : store->remove("a/b").ok());
    }
    const SteppedProcess process = kill_at_call(nth, [&] {
      const auto store = open_at(kind, folder.path());
      work(*store);
    });
    if (!process.possible) GTEST_SKIP() << "this machine allows no tracing of processes";
    const auto store = open_at(kind, folder.path());
    ASSERT_NE(store, nullptr) << "killed before call " << nth;
    const auto found = store->get("a/b");
    if (found) {
      ASSERT_TRUE(*found == changed || (old && *found == *old)) << "killed before call " << nth;
    } else {
      ASSERT_EQ(found.error().code, ErrorCode::kNotFound) << found.error().message;
      ASSERT_FALSE(old) << "killed before call " << nth << ": what was there is gone";
    }
    ASSERT_EQ(store->list("")->size(), found.ok() ? 1U : 0U);
    if (!process.killed) {
      ASSERT_TRUE(found.ok() && *found == changed);
      ASSERT_GT(nth, 10U) << "it was killed nowhere";
      return;
    }
  }
}

TEST_P(StoreFaults, ACrashAtAnyStepOfReplacingLeavesOldOrNew) {
  const std::string changed(30'000, 'n');
  expect_old_or_new(GetParam(), [&](ObjectStore& store) { static_cast<void>(store.put("a/b", changed)); }, "old content", changed);
}

TEST_P(StoreFaults, ACrashAtAnyStepOfMakingLeavesAllOrNothing) {
  const std::string changed(30'000, 'n');
  expect_old_or_new(GetParam(), [&](ObjectStore& store) { static_cast<void>(store.put_if_absent("a/b", changed)); }, std::nullopt, changed);
}

TEST_P(StoreFaults, LosesNothingUnderRandomFaults) {
  const TemporaryFolder folder;
  const auto store = open_at(GetParam(), folder.path());
  FaultStore faulty(*store);
  faulty.fail_at_random({.seed = 7, .probability = 0.3, .at_most = 200});
  std::mt19937_64 random(7);
  // What may be there: the content that was acknowledged last, or one that was put since without an answer.
  std::map<std::string, std::string> acknowledged;
  std::map<std::string, std::string> in_doubt;
  while (faulty.num_faults() < 200) {
    const std::string key = "k/" + std::to_string(random() % 20);
    const std::string content = "content " + std::to_string(random());
    if (faulty.put(key, content, {}).ok()) {
      acknowledged[key] = content;
      in_doubt.erase(key);
    } else {
      in_doubt[key] = content;
      if (store->get(key).ok() && *store->get(key) == content) acknowledged[key] = content;
    }
    const auto got = faulty.get(key);
    if (got && acknowledged.contains(key)) {
      ASSERT_EQ(*got, acknowledged[key]);
    } else if (!got) {
      ASSERT_FALSE(got.error().message.empty());
    }
    const auto listed = faulty.list("k/");
    if (listed) {
      ASSERT_EQ(listed->size(), acknowledged.size());
    }
  }
  for (const auto& [key, content] : acknowledged) ASSERT_EQ(*store->get(key), content) << key;
}

INSTANTIATE_TEST_SUITE_P(Local, StoreFaults, ::testing::Values(StoreKind::kFile, StoreKind::kSqlite),
                         [](const auto& kind) { return kind.param == StoreKind::kFile ? "Files" : "Sqlite"; });

TEST(LocalStoreOrder, SyncsTheContentBeforeItsNameAndTheNameAfterwards) {
  // What a power cut leaves is decided by this order: a name that reaches the disk before its content would show half of it.
  const TemporaryFolder folder;
  LocalStore store(folder.path());
  ASSERT_TRUE(store.put("a", "old").ok());
  const SteppedProcess process = kill_at_call(0, [&] { static_cast<void>(store.put("a", std::string(5000, 'n'))); });
  if (!process.possible) GTEST_SKIP() << "this machine allows no tracing of processes";
  const auto first = [&](std::uint64_t call) { return std::find(process.calls.begin(), process.calls.end(), call); };
  const auto write = first(SYS_write);
  const auto sync = first(SYS_fsync);
  const auto rename = std::find_if(process.calls.begin(), process.calls.end(),
                                   [](std::uint64_t call) { return call == SYS_renameat || call == SYS_renameat2; });
  ASSERT_NE(rename, process.calls.end());
  EXPECT_LT(write, sync);
  EXPECT_LT(sync, rename);
  EXPECT_EQ(std::find(sync, rename, SYS_write), rename) << "nothing is written after the sync";
  EXPECT_NE(std::find(rename, process.calls.end(), SYS_fsync), process.calls.end()) << "the folder is synced";
}

}  // namespace
}  // namespace vieweratlas
