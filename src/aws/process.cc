#include "aws/process.h"

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
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/descriptor.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::aws_internal {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kPollMs = 50;
constexpr std::size_t kMaxOutput = std::size_t{1} << 20U;

/// One of the child's outputs.
struct Outlet {
  Descriptor read_end{-1};
  std::string text;
  bool open = true;
};

Status make_pipe(int& read_end, int& write_end) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error(errno, "starting", "credential_process");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  read_end = ends[0];
  write_end = ends[1];
  return {};
}

/// In a process group of its own, so that all of it can be ended. Returns an errno.
int spawn_shell(const std::string& command, int output, int errors, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  VA_CHECK(::posix_spawn_file_actions_init(&actions) == 0 && ::posix_spawnattr_init(&attributes) == 0);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  sigset_t none;
  sigset_t usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT}) sigaddset(&usual, number);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::array<std::string, 3> words{"sh", "-c", command};
  const std::array<char*, 4> pointers{words[0].data(), words[1].data(), words[2].data(), nullptr};
  const int problem = ::posix_spawn(&pid, "/bin/sh", &actions, &attributes, pointers.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return problem;
}

void take(Outlet& outlet) {
  std::array<char, 4096> buffer{};
  while (outlet.open) {
    const ssize_t got = ::read(outlet.read_end.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      outlet.open = false;
      return;
    }
    outlet.text.append(buffer.data(), static_cast<std::size_t>(got));
    if (outlet.text.size() > kMaxOutput) return;
  }
}

enum class End { kExited, kTooSlow, kTooLong, kStopped };

/// Reads both outlets until the child has closed them and ended, or must be ended.
End follow(pid_t pid, Outlet& output, Outlet& errors, SteadyClock::time_point deadline, const std::stop_token& stop, int& status) {
  bool has_ended = false;
  while (true) {
    take(output);
    take(errors);
    if (!has_ended) has_ended = ::waitpid(pid, &status, WNOHANG) == pid;  // NOLINT(misc-include-cleaner): of <sys/wait.h>
    // What the shell left behind in the background may hold the pipes; what it wrote itself has been read.
    if (has_ended) {
      take(output);
      take(errors);
      return output.text.size() > kMaxOutput ? End::kTooLong : End::kExited;
    }
    if (output.text.size() > kMaxOutput || errors.text.size() > kMaxOutput) return End::kTooLong;
    if (stop.stop_requested()) return End::kStopped;
    if (SteadyClock::now() >= deadline) return End::kTooSlow;
    std::array<pollfd, 2> waiting{pollfd{.fd = output.open ? output.read_end.get() : -1, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = errors.open ? errors.read_end.get() : -1, .events = POLLIN, .revents = 0}};
    ::poll(waiting.data(), waiting.size(), output.open || errors.open ? kPollMs : 5);
  }
}

std::string_view last_line(std::string_view text) {
  text = trim(text);
  const std::size_t at = text.rfind('\n');
  return at == std::string_view::npos ? text : trim(text.substr(at + 1));
}

}  // namespace

Result<std::string> output_of_credential_process(const std::string& command, std::chrono::milliseconds timeout,
                                                 const std::stop_token& stop) {
  int output_read = -1;
  int output_write = -1;
  int errors_read = -1;
  int errors_write = -1;
  if (Status made = make_pipe(output_read, output_write); !made) return std::move(made).error();
  Outlet output{.read_end = Descriptor(output_read)};
  Descriptor output_end(output_write);
  if (Status made = make_pipe(errors_read, errors_write); !made) return std::move(made).error();
  Outlet errors{.read_end = Descriptor(errors_read)};
  Descriptor errors_end(errors_write);

  pid_t pid = -1;
  const auto deadline = SteadyClock::now() + timeout;
  if (const int problem = spawn_shell(command, output_write, errors_write, pid); problem != 0) {
    return system_error(problem, "starting", "/bin/sh");
  }
  output_end.close();
  errors_end.close();
  int status = 0;
  const End end = follow(pid, output, errors, deadline, stop, status);
  if (end != End::kExited) {
    ::kill(-pid, SIGKILL);
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  }
  switch (end) {
    case End::kStopped: return Error{ErrorCode::kCancelled, "credential_process: given up because the program was asked to stop"};
    case End::kTooSlow:
      return Error{ErrorCode::kUnavailable, "credential_process gave no answer within " + std::to_string(timeout.count() / 1000) +
                                                " s and was ended; it must not wait for a person"};
    case End::kTooLong: return Error{ErrorCode::kLimitExceeded, "credential_process wrote more than 1 MiB; it must write one JSON object"};
    case End::kExited: break;
  }
  // NOLINTNEXTLINE(misc-include-cleaner): of <sys/wait.h>
  const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  if (code == 0) return std::move(output.text);
  const std::string_view said = last_line(errors.text);
  return Error{ErrorCode::kDenied, "credential_process ended with exit code " + std::to_string(code) +
                                       (said.empty() ? std::string() : " (" + printable(said, 200) + ")") +
                                       "; run the command of that name in the profile by hand"};
}

}  // namespace vieweratlas::aws_internal
