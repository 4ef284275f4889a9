#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/temporary_folder.h"

#include "vieweratlas/core/log.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

TEST(Log, WritesLinesThatForeignTextCannotForge) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "logs" / "pipeline.log";
  {
    auto logger = make_logger({.console = false, .file = file});
    ASSERT_TRUE(logger.ok()) << logger.error().message;
    (*logger)->info("title \"a\nERROR forged\" \x1b[31m\x80");
    (*logger)->debug("not at this level");
  }
  const std::string text = *read_file(file);
  EXPECT_THAT(text, testing::HasSubstr("Z info title \"a\\nERROR forged\"  [31m\xEF\xBF\xBD\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Log, RotatesBySize) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "pipeline.log";
  {
    auto logger = make_logger({.console = false, .file = file, .max_file_bytes = 2000, .max_files = 3});
    for (int i = 0; i < 200; ++i) (*logger)->info(std::string(100, 'x'));
  }
  const auto files = list_files(folder.path());
  ASSERT_EQ(files->size(), 3U);
  for (const auto& entry : *files) EXPECT_LE(entry.num_bytes, 2000U);
}

TEST(Log, AFolderThatCannotBeMadeIsAClearError) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomic(folder.path() / "file", "").ok());
  const auto logger = make_logger({.console = false, .file = folder.path() / "file" / "pipeline.log"});
  ASSERT_FALSE(logger.ok());
  EXPECT_EQ(logger.error().code, ErrorCode::kDenied);
  EXPECT_THAT(logger.error().message, testing::HasSubstr("--log-file"));
}

TEST(Log, TheConsoleWarnsTheProgressBarFirst) {
  int calls = 0;
  auto logger = make_logger({.console_level = LogLevel::kWarning, .before_console_line = [&] { ++calls; }});
  testing::internal::CaptureStderr();
  (*logger)->info("unheard");
  (*logger)->warning("heard");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "heard\n");
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace vieweratlas
