#include "cli/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

constexpr int kLowestPriority = 19;
constexpr int kCannotStart = 127;

/// Between fork and exec: calls that are safe after a fork of a program with threads, nothing else.
[[noreturn]] void become(const char* program, char* const* words, char* const* environment, int output, int nothing) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  setpriority(PRIO_PROCESS, 0, kLowestPriority);
  constexpr int kIoPriorityProcess = 1;
  constexpr int kIoPriorityIdle = 3 << 13;  // linux/ioprio.h: class idle
  syscall(SYS_ioprio_set, kIoPriorityProcess, 0, kIoPriorityIdle);
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execve(program, words, environment);
  _exit(kCannotStart);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : id_(std::exchange(other.id_, 0)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    stop();
    id_ = std::exchange(other.id_, 0);
  }
  return *this;
}

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& words, const Environment& environment,
                                         const std::filesystem::path& output) {
  std::error_code problem;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", problem).string();
  if (problem) return Error{ErrorCode::kUnavailable, "this program's own file cannot be found: " + problem.message()};
  std::filesystem::create_directories(output.parent_path(), problem);
  const int log = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (log < 0) {
    return Error{ErrorCode::kDenied, fmt::format("{} cannot be written: {}", printable(output.string(), 4000), std::strerror(errno))};
  }
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  std::vector<std::string> arguments{program};
  arguments.insert(arguments.end(), words.begin(), words.end());
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(fmt::format("{}={}", name, value));
  const std::vector<char*> argument_pointers = pointers(arguments);
  const std::vector<char*> variable_pointers = pointers(variables);
  const pid_t id = fork();
  if (id == 0) become(program.c_str(), argument_pointers.data(), variable_pointers.data(), log, nothing);
  const int fork_problem = errno;
  close(log);
  if (nothing >= 0) close(nothing);
  if (id < 0) return Error{ErrorCode::kUnavailable, fmt::format("a process cannot be started: {}", std::strerror(fork_problem))};
  return ChildProcess(id);
}

std::optional<int> ChildProcess::poll() {
  if (id_ <= 0) return std::nullopt;
  int status = 0;
  if (waitpid(id_, &status, WNOHANG) == 0) return std::nullopt;
  id_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void ChildProcess::stop() {
  if (id_ <= 0) return;
  kill(id_, SIGTERM);
  for (int i = 0; i < 40; ++i) {
    if (poll() || id_ == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  kill(id_, SIGKILL);
  int status = 0;
  waitpid(id_, &status, 0);
  id_ = 0;
}

}  // namespace vieweratlas
