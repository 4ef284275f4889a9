#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "collect/child_process.h"
#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas::collect_internal {
namespace {

class ChildProcess : public testing::Test {
 protected:
  std::filesystem::path script(std::string_view name, std::string_view body) {
    const std::filesystem::path path = folder_.path() / name;
    EXPECT_TRUE(write_file_atomic(path, "#!/bin/sh\n" + std::string(body)).ok());
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  TemporaryFolder folder_;
};

TEST_F(ChildProcess, HandsOverWordsAndEnvironmentAsTheyAre) {
  const auto path = script("say", "printf '%s|' \"$@\"; echo $SECRET$GIVEN; echo bad >&2; read line; exit 7\n");
  const auto result = run_child({.program = path, .arguments = {"a b", "$HOME", "; rm -rf x", "*"}, .environment = {"GIVEN=yes"}}, {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 7);
  EXPECT_EQ(result->output, "a b|$HOME|; rm -rf x|*|yes\nbad\n");
}

TEST_F(ChildProcess, KeepsTheEndOfALongOutput) {
  const auto path = script("talk", "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done\n");
  const auto result = run_child({.program = path}, {});
  ASSERT_TRUE(result.ok());
  EXPECT_LE(result->output.size(), 2000U);
  EXPECT_TRUE(result->output.ends_with("line 19999\n"));
}

TEST_F(ChildProcess, IsEndedWithItsGroup) {
  const auto path = script("hang", "trap '' TERM; sleep 600 & echo $! > " + (folder_.path() / "pid").string() + "; sleep 600; sleep 600\n");
  const auto timed_out = run_child({.program = path,
                                    .environment = {"PATH=/bin:/usr/bin"},
                                    .timeout = std::chrono::milliseconds(300),
                                    .grace = std::chrono::milliseconds(100)},
                                   {});
  ASSERT_TRUE(timed_out.ok());
  EXPECT_TRUE(timed_out->timed_out);
  EXPECT_EQ(timed_out->exit_code, 128 + 9);
  const std::string pid = *read_file(folder_.path() / "pid");
  const std::filesystem::path grandchild = "/proc/" + pid.substr(0, pid.find('\n')) + "/stat";
  // SIGKILL works when the kernel gets to it; a process whose parent is gone may then stand as a zombie until init takes note.
  const auto is_gone = [&] {
    const auto stat = read_file(grandchild);
    return !stat.ok() || stat->find(") Z ") != std::string::npos;
  };
  for (int i = 0; i < 500 && !is_gone(); ++i) ::poll(nullptr, 0, 10);
  EXPECT_TRUE(is_gone());
}

TEST_F(ChildProcess, AStopEndsItSoon) {
  const auto path = script("hang", "sleep 600\n");
  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  const auto result = run_child({.program = path, .environment = {"PATH=/bin:/usr/bin"}}, stop.get_token());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
}

TEST_F(ChildProcess, ProgramsAreFoundByPathOrByName) {
  const auto path = script("tool", "exit 0\n");
  ASSERT_TRUE(write_file_atomic(folder_.path() / "no_tool", "x").ok());
  const std::string search = "/nonexistent::" + folder_.path().string();
  EXPECT_EQ(find_program(path, ""), path);
  EXPECT_EQ(find_program("tool", search), path);
  EXPECT_EQ(find_program("tool", ""), std::nullopt);
  EXPECT_EQ(find_program("no_tool", search), std::nullopt);
  EXPECT_EQ(find_program(folder_.path() / "no_tool", search), std::nullopt);
  EXPECT_EQ(find_program(folder_.path(), search), std::nullopt);
  EXPECT_EQ(find_program("", search), std::nullopt);
  EXPECT_EQ(run_child({.program = folder_.path() / "absent"}, {}).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace vieweratlas::collect_internal
