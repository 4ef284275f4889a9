#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/file_replacement.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

fs::path put(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::size_t num_files(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) count += entry.exists() ? 1U : 0U;
  return count;
}

TEST(FileReplacement, PutsThePiecesInPlaceAndKeepsTheRights) {
  const TemporaryFolder folder;
  const fs::path path = put(folder.path() / "a.json", "old");
  fs::permissions(path, static_cast<fs::perms>(0640));
  const auto modified = fs::last_write_time(path) - std::chrono::hours(50);
  fs::last_write_time(path, modified);
  auto replacement = FileReplacement::begin(path);
  ASSERT_TRUE(replacement.ok());
  ASSERT_TRUE(replacement->append("ne").ok());
  ASSERT_TRUE(replacement->append("w").ok());
  EXPECT_EQ(read_file(path).value(), "old");
  ASSERT_TRUE(replacement->commit().ok());
  EXPECT_EQ(read_file(path).value(), "new");
  EXPECT_EQ(fs::status(path).permissions(), static_cast<fs::perms>(0640));
  EXPECT_EQ(fs::last_write_time(path), modified);
  EXPECT_EQ(num_files(folder.path()), 1U);
}

TEST(FileReplacement, WithoutCommitNothingHappened) {
  const TemporaryFolder folder;
  const fs::path path = put(folder.path() / "a.json", "old");
  {
    auto replacement = FileReplacement::begin(path);
    ASSERT_TRUE(replacement.ok());
    ASSERT_TRUE(replacement->append("new").ok());
  }
  EXPECT_EQ(read_file(path).value(), "old");
  EXPECT_EQ(num_files(folder.path()), 1U);
}

TEST(FileReplacement, DoesNotReplaceWhatChangedMeanwhile) {
  const TemporaryFolder folder;
  const fs::path path = put(folder.path() / "a.csv", "old");
  auto replacement = FileReplacement::begin(path);
  ASSERT_TRUE(replacement.ok());
  std::ofstream(path, std::ios::app) << " and more";
  const Status committed = replacement->commit();
  ASSERT_FALSE(committed.ok());
  EXPECT_EQ(committed.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(read_file(path).value(), "old and more");
}

TEST(FileReplacement, TakesOverWhatAKilledProcessLeft) {
  const TemporaryFolder folder;
  const fs::path path = put(folder.path() / "a.json", "old");
  const fs::path left = put(folder.path() / ".a.json.replacing.tmp", "half");
  EXPECT_TRUE(FileReplacement::is_left_over(left.filename().string()));
  EXPECT_FALSE(FileReplacement::is_left_over("a.json"));
  auto replacement = FileReplacement::begin(path);
  ASSERT_TRUE(replacement.ok());
  ASSERT_TRUE(replacement->append("new").ok());
  ASSERT_TRUE(replacement->commit().ok());
  EXPECT_EQ(read_file(path).value(), "new");
  EXPECT_EQ(num_files(folder.path()), 1U);
}

TEST(FileReplacement, FollowsNoLinks) {
  const TemporaryFolder folder;
  put(folder.path() / "a.json", "old");
  fs::create_symlink(folder.path() / "a.json", folder.path() / "link.json");
  EXPECT_EQ(FileReplacement::begin(folder.path() / "link.json").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(FileReplacement::begin(folder.path() / "none.json").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace vieweratlas
