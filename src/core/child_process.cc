#include "vieweratlas/core/child_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLook{100};  // how soon a stop or an end is noticed

Error error_of(int number, std::string_view attempt, const fs::path& path) {
  const ErrorCode code = number == ENOENT                      ? ErrorCode::kNotFound
                         : number == EACCES || number == EPERM ? ErrorCode::kDenied
                                                               : ErrorCode::kUnavailable;
  return {code, std::string(attempt) + " " + printable(path.string(), 1000) + ": " + std::generic_category().message(number)};
}

/// Closes what is left open on the way out.
struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    if (read_end >= 0) ::close(read_end);
    if (write_end >= 0) ::close(write_end);
  }
  bool open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read_end = ends[0];
    write_end = ends[1];
    return true;
  }
  int take_read_end() { return std::exchange(read_end, -1); }
  void close_write_end() { ::close(std::exchange(write_end, -1)); }
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));  // the API is older than const
  pointers.push_back(nullptr);
  return pointers;
}

/// What the child needs between fork and exec, where nothing may be allocated.
struct Becoming {
  const char* program;
  char* const* words;
  char* const* environment;
  int nothing;
  int output;
  int errors;
  int problem;  ///< where an errno is written to when the program cannot be run
  bool in_background;
};

/// Only calls that are safe after the fork of a program with threads.
[[noreturn]] void become(const Becoming& what) {
  sigset_t none;
  sigemptyset(&none);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT}) ::signal(number, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);  // NOLINT(concurrency-mt-unsafe): the child of a fork has one thread
  ::setpgid(0, 0);
  if (what.in_background) {
    constexpr int kLowestPriority = 19;
    constexpr int kIoPriorityProcess = 1;
    constexpr int kIoPriorityIdle = 3 << 13;  // linux/ioprio.h: class idle
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);       // NOLINT(misc-include-cleaner): of <sys/prctl.h>
    ::setpriority(PRIO_PROCESS, 0, kLowestPriority);
    ::syscall(SYS_ioprio_set, kIoPriorityProcess, 0, kIoPriorityIdle);
  }
  ::dup2(what.nothing, STDIN_FILENO);
  ::dup2(what.output, STDOUT_FILENO);
  ::dup2(what.errors, STDERR_FILENO);
  // Also what a library has opened without a thought of children.
  ::syscall(SYS_close_range, 3U, ~0U, static_cast<unsigned>(CLOSE_RANGE_CLOEXEC));
  ::execve(what.program, what.words, what.environment);
  const int problem = errno;
  static_cast<void>(::write(what.problem, &problem, sizeof problem) == 0);
  constexpr int kCannotStart = 127;
  ::_exit(kCannotStart);
}

bool can_run(const fs::path& path) {
  std::error_code problem;
  return fs::is_regular_file(path, problem) && ::access(path.c_str(), X_OK) == 0;
}

/// Appends what is there; closes at the end.
void take(int& end, std::string& text) {
  std::array<char, 4096> buffer{};
  while (end >= 0) {
    const ssize_t got = ::read(end, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      ::close(std::exchange(end, -1));
      return;
    }
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() >= std::size_t{1} << 20U) return;  // whoever reads it looks at it first
  }
}

void keep_end(std::string& text, std::size_t kept) {
  if (text.size() > kept) text.erase(0, text.size() - kept);
}

}  // namespace

ChildProcess::ChildProcess(ChildProcess&& other) noexcept { take_from(other); }

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    stop();
    close_outputs();
    take_from(other);
  }
  return *this;
}

ChildProcess::~ChildProcess() {
  stop();
  close_outputs();
}

void ChildProcess::take_from(ChildProcess& other) {
  id_ = std::exchange(other.id_, 0);
  output_ = std::exchange(other.output_, -1);
  errors_ = std::exchange(other.errors_, -1);
}

void ChildProcess::close_outputs() {
  for (int* end : {&output_, &errors_}) {
    if (*end >= 0) ::close(std::exchange(*end, -1));
  }
}

Result<ChildProcess> ChildProcess::start(const ChildCommand& command) {
  Pipe nothing;  // its ends are files here
  Pipe output;
  Pipe errors;
  Pipe problem;
  nothing.read_end = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing.read_end < 0) return error_of(errno, "opening", "/dev/null");
  if (!command.log.empty()) {
    std::error_code ignored;
    if (command.log.has_parent_path()) fs::create_directories(command.log.parent_path(), ignored);
    errors.write_end = ::open(command.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (errors.write_end < 0) return error_of(errno, "writing", command.log);
  } else if (!output.open() || !errors.open()) {
    return error_of(errno, "starting", command.program);
  }
  if (!problem.open()) return error_of(errno, "starting", command.program);
  std::vector<std::string> words{command.program.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  const std::vector<char*> word_pointers = pointers_to(words);
  const std::vector<char*> environment = pointers_to(command.environment);
  const Becoming what{.program = command.program.c_str(),
                      .words = word_pointers.data(),
                      .environment = environment.data(),
                      .nothing = nothing.read_end,
                      .output = command.log.empty() ? output.write_end : nothing.read_end,
                      .errors = errors.write_end,
                      .problem = problem.write_end,
                      .in_background = command.in_background};
  const pid_t id = ::fork();
  if (id == 0) become(what);
  if (id < 0) return error_of(errno, "starting", command.program);
  ::setpgid(id, id);  // both do it, so that a signal to the group reaches it from here on
  problem.close_write_end();
  int number = 0;
  ssize_t got = 0;
  do {
    got = ::read(problem.read_end, &number, sizeof number);
  } while (got < 0 && errno == EINTR);
  ChildProcess child;
  child.id_ = id;
  if (got == static_cast<ssize_t>(sizeof number)) {
    while (::waitpid(id, nullptr, 0) < 0 && errno == EINTR) continue;
    child.id_ = 0;
    return error_of(number, "starting", command.program);
  }
  child.output_ = output.take_read_end();
  if (command.log.empty()) child.errors_ = errors.take_read_end();
  for (const int end : {child.output_, child.errors_}) {
    if (end >= 0) ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  return child;
}

std::optional<int> ChildProcess::poll() {
  if (id_ <= 0) return std::nullopt;
  int status = 0;
  const pid_t got = ::waitpid(id_, &status, WNOHANG);  // NOLINT(misc-include-cleaner): of <sys/wait.h>
  if (got == 0 || (got < 0 && errno == EINTR)) return std::nullopt;
  id_ = 0;
  // NOLINTNEXTLINE(misc-include-cleaner): of <sys/wait.h>
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void ChildProcess::signal(int number) const {
  if (id_ > 0) ::kill(-id_, number);
}

void ChildProcess::stop(milliseconds grace) {
  if (id_ <= 0) return;
  const auto end = SteadyClock::now() + grace;
  if (grace.count() > 0) signal(SIGTERM);
  while (SteadyClock::now() < end && id_ > 0) {
    if (poll()) return;
    ::poll(nullptr, 0, 20);
  }
  signal(SIGKILL);
  while (id_ > 0 && ::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) continue;
  id_ = 0;
}

bool ChildProcess::read(std::string& output, std::string& errors, milliseconds patience) {
  std::array<pollfd, 2> waiting{pollfd{.fd = output_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = errors_, .events = POLLIN, .revents = 0}};
  if (::poll(waiting.data(), waiting.size(), static_cast<int>(patience.count())) > 0) {
    take(output_, output);
    take(errors_, errors);
  }
  return output_ >= 0 || errors_ >= 0;
}

Result<ChildResult> run_child(const ChildCommand& command, const ChildLimits& limits, const std::stop_token& stop) {
  Result<ChildProcess> child = ChildProcess::start(command);
  if (!child) return std::move(child).error();
  ChildResult result;
  const auto begin = SteadyClock::now();
  auto last_tick = begin;
  std::size_t num_written = 0;
  std::optional<int> code;
  const auto read = [&](milliseconds patience) {
    const std::size_t before = result.output.size();
    static_cast<void>(child->read(result.output, result.errors, patience));
    const std::size_t got = result.output.size() - before;
    num_written += got;
    result.wrote_too_much = num_written > limits.most_bytes;
    keep_end(result.output, limits.kept_bytes);
    keep_end(result.errors, limits.kept_bytes);
    return got > 0;
  };
  while (!(code = child->poll())) {
    // A short look at first: most programs end soon, and an outlet that is closed cannot be waited for.
    read(std::min<milliseconds>(kLook, milliseconds(5) + std::chrono::duration_cast<milliseconds>(SteadyClock::now() - begin) / 4));
    const auto now = SteadyClock::now();
    result.timed_out = limits.timeout.count() > 0 && now - begin > limits.timeout;
    if (result.timed_out || result.wrote_too_much || stop.stop_requested()) {
      child->signal(limits.grace.count() > 0 ? SIGTERM : SIGKILL);
      const auto end = now + limits.grace;
      while (!(code = child->poll()) && SteadyClock::now() < end) read(milliseconds(20));
      child->signal(SIGKILL);
      while (!code && !(code = child->poll())) read(milliseconds(20));
      break;
    }
    if (limits.tick && now - last_tick > std::chrono::seconds(1)) {
      last_tick = now;
      limits.tick();
    }
  }
  while (read(milliseconds(0))) continue;  // what it left behind in the background may hold the pipes: no waiting for their end
  if (stop.stop_requested()) return Error{ErrorCode::kCancelled, "stopped"};
  result.exit_code = *code;
  return result;
}

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

}  // namespace vieweratlas
