#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "collect/folder_lock.h"

namespace vieweratlas::collect_internal {
namespace {

class FolderLockTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("vieweratlas-lock-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(FolderLockTest, IsHeldByOneAndFreeAfterwards) {
  const std::filesystem::path file = folder_ / "state" / "collector.lock";
  {
    const Result<FolderLock> first = FolderLock::take(file);
    ASSERT_TRUE(first.ok()) << first.error().message;
    const Result<FolderLock> second = FolderLock::take(file);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(second.error().message, testing::HasSubstr(std::to_string(getpid())));
  }
  EXPECT_TRUE(FolderLock::take(file).ok());
}

TEST_F(FolderLockTest, MovesWithItsOwner) {
  const std::filesystem::path file = folder_ / "state" / "collector.lock";
  Result<FolderLock> first = FolderLock::take(file);
  ASSERT_TRUE(first.ok());
  std::optional<FolderLock> kept(*std::move(first));
  EXPECT_FALSE(FolderLock::take(file).ok());
  kept.reset();
  EXPECT_TRUE(FolderLock::take(file).ok());
}

TEST_F(FolderLockTest, TellsAFolderThatCannotBeMade) {
  std::filesystem::create_directories(folder_);
  const std::filesystem::path file = "/proc/no-such-place/state/collector.lock";
  const Result<FolderLock> lock = FolderLock::take(file);
  ASSERT_FALSE(lock.ok());
  EXPECT_EQ(lock.error().code, ErrorCode::kDenied);
}

}  // namespace
}  // namespace vieweratlas::collect_internal
