#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/storage/private_file.h"

namespace vieweratlas {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat facts{};
  EXPECT_EQ(::stat(path.c_str(), &facts), 0);
  return facts.st_mode & 0777;
}

TEST(PrivateFile, IsForItsOwnerAlone) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "deep" / "er" / "secret";
  const auto made = create_private_file(path, "one");
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(*made);
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(mode_of(path.parent_path()), 0700U);
  EXPECT_EQ(*read_private_file(path), "one");
}

TEST(PrivateFile, IsNeverReplaced) {
  const TemporaryFolder folder;
  ASSERT_TRUE(create_private_file(folder.path() / "secret", "one").ok());
  const auto again = create_private_file(folder.path() / "secret", "two");
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(*again);
  EXPECT_EQ(*read_private_file(folder.path() / "secret"), "one");
}

TEST(PrivateFile, ReplacesWhatIsThere) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "deep" / "secret";
  ASSERT_TRUE(replace_private_file(path, "one").ok());
  ASSERT_TRUE(replace_private_file(path, "two").ok());
  EXPECT_EQ(*read_private_file(path), "two");
  EXPECT_EQ(mode_of(path), 0600U);
}

TEST(PrivateFile, OneOfManyWritersWins) {
  const TemporaryFolder folder;
  std::atomic<int> winners{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&, i] {
      const auto made = create_private_file(folder.path() / "secret", std::string(1000, static_cast<char>('a' + i)));
      if (made.ok() && *made) winners.fetch_add(1);
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(winners.load(), 1);
  EXPECT_EQ(read_private_file(folder.path() / "secret")->size(), 1000U);
  std::size_t num_files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) num_files += entry.exists() ? 1U : 0U;
  EXPECT_EQ(num_files, 1U) << "temporary files are left behind";
}

TEST(PrivateFile, RefusesWhatOthersCanRead) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "secret";
  ASSERT_TRUE(create_private_file(path, "one").ok());
  for (const mode_t mode : {0640U, 0604U, 0620U, 0644U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    const auto read = read_private_file(path);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code, ErrorCode::kDenied);
    EXPECT_NE(read.error().message.find("chmod 600 " + path.string()), std::string::npos) << read.error().message;
  }
}

TEST(PrivateFile, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_private_file(folder.path() / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_private_file(folder.path()).error().code, ErrorCode::kInvalidArgument);
  ASSERT_TRUE(create_private_file(folder.path() / "file", "12345").ok());
  EXPECT_EQ(read_private_file(folder.path() / "file", 4).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(read_private_file(folder.path() / "file", 5)->size(), 5U);
  EXPECT_EQ(create_private_file(folder.path() / "file" / "below", "x").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace vieweratlas
