#pragma once

#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill is POSIX
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace vieweratlas {

/// What became of a process that was stepped from system call to system call.
struct SteppedProcess {
  bool possible = false;             ///< false: this machine allows no tracing
  bool killed = false;               ///< false: the work was done before its time came
  std::vector<std::uint64_t> calls;  ///< numbers of the system calls that it made
};

/// Does `work` in a process of its own and kills that with SIGKILL before its `nth` system call, from 1: what is on the disk then is what a
/// crash of the program at this point leaves. 0 = let it finish.
inline SteppedProcess kill_at_call(std::uint64_t nth, const std::function<void()>& work) {
  SteppedProcess result;
  const pid_t child = ::fork();
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(99);
    ::raise(SIGSTOP);
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFSTOPPED(status)) return result;
  result.possible = ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == 0;
  bool entering = true;
  std::uint64_t num_calls = 0;
  for (;;) {
    if (::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0) break;
    ::waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) return result;
    if (entering) {
      struct __ptrace_syscall_info info{};
      if (::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        result.calls.push_back(info.entry.nr);
      }
      if (++num_calls == nth) break;
    }
    entering = !entering;
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  result.killed = true;
  return result;
}

}  // namespace vieweratlas
