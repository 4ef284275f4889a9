#include "collect/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::collect_internal {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kKeptOutput = 2000;
constexpr int kPollMs = 100;  // how soon a stop is noticed

bool can_run(const fs::path& path) {
  std::error_code problem;
  return fs::is_regular_file(path, problem) && ::access(path.c_str(), X_OK) == 0;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));  // the API is older than const
  pointers.push_back(nullptr);
  return pointers;
}

/// A child in its own process group and the end of a pipe with all that it writes.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (output_ >= 0) ::close(output_);
    if (pid_ > 0) {
      signal_group(SIGKILL);
      wait(0);
    }
  }

  Status start(const ChildCommand& command) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return system_error(errno, "starting", command.program);
    output_ = pipe[0];
    ::fcntl(output_, F_SETFL, O_NONBLOCK);
    const int problem = spawn(command, pipe[1]);
    ::close(pipe[1]);
    if (problem != 0) {
      pid_ = -1;
      return system_error(problem, "starting", command.program);
    }
    return {};
  }

  /// Takes what is there, waiting a little for more; false when there will be nothing more.
  bool read(std::string& kept) {
    pollfd waiting{.fd = output_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, kPollMs) <= 0) return true;
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(output_, buffer.data(), buffer.size());
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    kept.append(buffer.data(), static_cast<std::size_t>(got));
    if (kept.size() > 4 * kKeptOutput) kept.erase(0, kept.size() - kKeptOutput);
    return got > 0;
  }

  /// True when it has ended.
  bool wait(int flags) {
    int status = 0;
    const pid_t got = ::waitpid(pid_, &status, flags);
    if (got == 0 || (got < 0 && errno == EINTR)) return false;
    // NOLINTNEXTLINE(misc-include-cleaner): of <sys/wait.h>
    exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    pid_ = -1;
    return true;
  }
  void signal_group(int number) const {
    if (pid_ > 0) ::kill(-pid_, number);
  }
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  int spawn(const ChildCommand& command, int write_end) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    VA_CHECK(::posix_spawn_file_actions_init(&actions) == 0 && ::posix_spawnattr_init(&attributes) == 0);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, write_end, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, write_end, STDERR_FILENO);
    // Signals that are blocked or ignored here must not be so there.
    sigset_t none;
    sigset_t usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT}) sigaddset(&usual, number);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &usual);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<std::string> words{command.program.string()};
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    const int problem = ::posix_spawn(&pid_, command.program.c_str(), &actions, &attributes, pointers_to(words).data(),
                                      pointers_to(command.environment).data());
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    return problem;
  }

  pid_t pid_ = -1;
  int output_ = -1;
  int exit_code_ = 0;
};

void pause_a_little() { ::poll(nullptr, 0, kPollMs); }

}  // namespace

std::optional<fs::path> find_program(const fs::path& program, std::string_view search_path) {
  if (program.empty()) return std::nullopt;
  if (program.string().find('/') != std::string::npos) return can_run(program) ? std::optional(program) : std::nullopt;
  for (const std::string_view folder : split(search_path, ':')) {
    if (folder.empty()) continue;  // the current folder is no place for programs
    fs::path path = fs::path(folder) / program;
    if (can_run(path)) return path;
  }
  return std::nullopt;
}

Result<ChildResult> run_child(const ChildCommand& command, const std::stop_token& stop) {
  Child child;
  if (Status started = child.start(command); !started) return std::move(started).error();
  ChildResult result;
  const auto begin = SteadyClock::now();
  auto last_tick = begin;
  std::optional<SteadyClock::time_point> asked_to_end;
  bool has_output = true;
  while (!child.wait(WNOHANG)) {  // NOLINT(misc-include-cleaner): of <sys/wait.h>
    if (has_output) {
      has_output = child.read(result.output);
    } else {
      pause_a_little();
    }
    const auto now = SteadyClock::now();
    result.timed_out = result.timed_out || (command.timeout.count() > 0 && now - begin > command.timeout);
    if (!asked_to_end && (result.timed_out || stop.stop_requested())) {
      asked_to_end = now;
      child.signal_group(SIGTERM);
    }
    if (asked_to_end && now - *asked_to_end > command.grace) child.signal_group(SIGKILL);
    if (command.tick && now - last_tick > std::chrono::seconds(1)) {
      last_tick = now;
      command.tick();
    }
  }
  while (has_output) {
    const std::size_t before = result.output.size();
    has_output = child.read(result.output) && result.output.size() != before;
  }
  if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "stopped"};
  result.exit_code = child.exit_code();
  if (result.output.size() > kKeptOutput) result.output.erase(0, result.output.size() - kKeptOutput);
  return result;
}

}  // namespace vieweratlas::collect_internal
