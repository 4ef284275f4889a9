#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "support/temporary_folder.h"

#include "vieweratlas/core/child_process.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

class ChildProcessTest : public testing::Test {
 protected:
  std::filesystem::path script(std::string_view name, std::string_view body) {
    const std::filesystem::path path = folder_.path() / name;
    EXPECT_TRUE(write_file_atomic(path, "#!/bin/sh\n" + std::string(body)).ok());
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  TemporaryFolder folder_;
};

TEST_F(ChildProcessTest, HandsOverWordsAndEnvironmentAsTheyAre) {
  const auto path = script("say", "printf '%s|' \"$@\"; echo $SECRET$GIVEN; echo bad >&2; read line; exit 7\n");
  const auto result = run_child({.program = path, .arguments = {"a b", "$HOME", "; rm -rf x", "*"}, .environment = {"GIVEN=yes"}}, {}, {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 7);
  EXPECT_EQ(result->output, "a b|$HOME|; rm -rf x|*|yes\n");
  EXPECT_EQ(result->errors, "bad\n");
}

TEST_F(ChildProcessTest, KeepsTheEndOfALongOutput) {
  const auto path = script("talk", "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done\n");
  const auto result = run_child({.program = path}, {}, {});
  ASSERT_TRUE(result.ok());
  EXPECT_LE(result->output.size(), 2000U);
  EXPECT_TRUE(result->output.ends_with("line 19999\n"));
}

TEST_F(ChildProcessTest, IsEndedWithItsGroup) {
  const auto path = script("hang", "trap '' TERM; sleep 600 & echo $! > " + (folder_.path() / "pid").string() + "; sleep 600; sleep 600\n");
  const auto timed_out = run_child({.program = path, .environment = {"PATH=/bin:/usr/bin"}},
                                   {.timeout = std::chrono::milliseconds(300), .grace = std::chrono::milliseconds(100)}, {});
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

TEST_F(ChildProcessTest, AStopEndsItSoon) {
  const auto path = script("hang", "sleep 600\n");
  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  const auto result = run_child({.program = path, .environment = {"PATH=/bin:/usr/bin"}}, {}, stop.get_token());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
}

TEST_F(ChildProcessTest, GetsNoDescriptorOfOurs) {
  const int low = ::open(folder_.path().c_str(), O_RDONLY | O_CLOEXEC);
  const int ours = ::fcntl(low, F_DUPFD, 200);  // without O_CLOEXEC, as a library may do it; shells use low ones themselves
  ::close(low);
  ASSERT_GE(ours, 200);
  const auto path = script("look", "cd /proc/self/fd && echo *\n");
  const auto result = run_child({.program = path}, {}, {});
  ::close(ours);
  ASSERT_TRUE(result.ok());
  const std::string seen = " " + result->output.substr(0, result->output.size() - 1) + " ";
  EXPECT_EQ(seen.find(" " + std::to_string(ours) + " "), std::string::npos) << seen;
  for (const char* standard : {" 0 ", " 1 ", " 2 "}) EXPECT_NE(seen.find(standard), std::string::npos) << seen;
}

TEST_F(ChildProcessTest, LeavesNoDescriptorBehind) {
  const auto count = [] { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); };
  const auto before = count();
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(run_child({.program = script("say", "echo hi; exit 3\n")}, {}, {}).ok());
    EXPECT_FALSE(run_child({.program = folder_.path() / "absent"}, {}, {}).ok());
  }
  EXPECT_EQ(count(), before);
}

TEST_F(ChildProcessTest, WhoWritesTooMuchIsEnded) {
  const auto result = run_child({.program = script("talk", "while :; do echo 0123456789; done\n")},
                                {.grace = std::chrono::milliseconds(0), .kept_bytes = 10'000, .most_bytes = 10'000}, {});
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->wrote_too_much);
  EXPECT_LE(result->output.size(), 10'000U);
}

TEST_F(ChildProcessTest, RunsInTheBackgroundWithALog) {
  const auto path = script("work", "echo dropped; cut -d ' ' -f 19 /proc/self/stat >&2; exec sleep 600\n");
  auto child = ChildProcess::start(
      {.program = path, .environment = {"PATH=/bin:/usr/bin"}, .in_background = true, .log = folder_.path() / "new/log.txt"});
  ASSERT_TRUE(child.ok()) << child.error().message;
  const auto said = [&] { return read_file(folder_.path() / "new/log.txt").value(); };
  for (int i = 0; i < 500 && said().find('\n') == std::string::npos; ++i) ::poll(nullptr, 0, 10);
  EXPECT_NE(said().find("19"), std::string::npos) << said();
  EXPECT_EQ(said().find("dropped"), std::string::npos);
  EXPECT_TRUE(child->running());
  EXPECT_EQ(child->poll(), std::nullopt);
  child->stop();
  EXPECT_FALSE(child->running());
}

TEST_F(ChildProcessTest, ProgramsAreFoundByPathOrByName) {
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
  EXPECT_EQ(run_child({.program = folder_.path() / "absent"}, {}, {}).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace vieweratlas
