#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  return names;
}

TEST(ListFiles, IsSortedRecursiveAndLeavesOutWhatIsInTheMaking) {
  const TemporaryFolder folder;
  put(folder.path() / "b.json", "1");
  put(folder.path() / "a" / "z.json", "12");
  put(folder.path() / "a" / "x.json.tmp", "1");
  put(folder.path() / ".hidden" / "y.json", "1");
  fs::create_symlink(folder.path() / "b.json", folder.path() / "link.json");
  const auto files = list_files(folder.path());
  ASSERT_TRUE(files.ok());
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ((*files)[0].key, "a/z.json");
  EXPECT_EQ((*files)[0].num_bytes, 2U);
  EXPECT_EQ((*files)[1].key, "b.json");
}

TEST(ListFiles, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  put(folder.path() / "file", "");
  EXPECT_EQ(list_files(folder.path() / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(list_files(folder.path() / "file").error().code, ErrorCode::kInvalidArgument);
}

TEST(ReadFile, ReusesTheBufferAndPads) {
  const TemporaryFolder folder;
  put(folder.path() / "long", std::string(1000, 'x'));
  put(folder.path() / "short", "abc");
  std::string buffer;
  ASSERT_EQ(read_file_into(folder.path() / "long", buffer, 64)->size(), 1000U);
  const auto content = read_file_into(folder.path() / "short", buffer, 64);
  EXPECT_EQ(*content, "abc");
  EXPECT_EQ(std::string_view(content->data() + 3, 64), std::string_view(std::string(64, '\0')));
  EXPECT_EQ(*read_file(folder.path() / "short"), "abc");
  EXPECT_EQ(read_file(folder.path() / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_file(folder.path()).error().code, ErrorCode::kInvalidArgument);
}

TEST(WriteFileAtomic, MakesFoldersReplacesAndLeavesNothingBehind) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "deep" / "er" / "file.txt";
  ASSERT_TRUE(write_file_atomic(path, "old").ok());
  ASSERT_TRUE(write_file_atomic(path, "new").ok());
  EXPECT_EQ(*read_file(path), "new");
  EXPECT_THAT(names_in(path.parent_path()), testing::ElementsAre("file.txt"));
}

TEST(WriteFileAtomic, AFailureKeepsTheOldFile) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "taken");
  put(folder.path() / "taken" / "inside", "1");
  EXPECT_FALSE(write_file_atomic(folder.path() / "taken", "x").ok());
  EXPECT_THAT(names_in(folder.path()), testing::ElementsAre("taken"));
  put(folder.path() / "file", "1");
  EXPECT_EQ(write_file_atomic(folder.path() / "file" / "below", "x").error().code, ErrorCode::kInvalidArgument);
}

TEST(WriteFileAtomic, AFullDiskIsNamedAndLeavesNothing) {
  const TemporaryFolder folder;
  // A limit on the size of files fails in write() in the middle, as a full disk does.
  struct rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small{1000, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status = write_file_atomic(folder.path() / "file", std::string(5000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  static_cast<void>(std::signal(SIGXFSZ, old_handler));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kLimitExceeded);
  EXPECT_THAT(names_in(folder.path()), testing::IsEmpty());
}

TEST(OutputFolder, AllFilesAppearTogetherOrNone) {
  const TemporaryFolder folder;
  put(folder.path() / "a.csv", "good");
  {
    auto output = OutputFolder::open(folder.path());
    ASSERT_TRUE(output.ok());
    ASSERT_TRUE(output->add("a.csv", "bad").ok());
    ASSERT_TRUE(output->add("b.csv", "bad").ok());
  }
  EXPECT_THAT(names_in(folder.path()), testing::ElementsAre("a.csv"));
  EXPECT_EQ(*read_file(folder.path() / "a.csv"), "good");
  auto output = OutputFolder::open(folder.path());
  ASSERT_TRUE(output->add("a.csv", "new").ok());
  ASSERT_TRUE(output->add("b.csv", "new").ok());
  EXPECT_EQ(*read_file(folder.path() / "a.csv"), "good");
  ASSERT_TRUE(output->commit().ok());
  EXPECT_EQ(*read_file(folder.path() / "a.csv"), "new");
  EXPECT_THAT(names_in(folder.path()), testing::UnorderedElementsAre("a.csv", "b.csv"));
}

TEST(OutputFolder, RefusesAFile) {
  const TemporaryFolder folder;
  put(folder.path() / "file", "1");
  EXPECT_EQ(OutputFolder::open(folder.path() / "file").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace vieweratlas
