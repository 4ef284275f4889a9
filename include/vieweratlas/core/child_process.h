#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// A program to be run without a shell. It gets no input, no descriptor of ours but its outputs, no environment but the one that is given,
/// and a process group of its own: signals from a terminal do not reach it.
struct ChildCommand {
  std::filesystem::path program;
  std::vector<std::string> arguments;    ///< without the program's name
  std::vector<std::string> environment;  ///< "NAME=value"
  /// Lowest priority for processor and disk; it gets SIGTERM when the thread that started it ends.
  bool in_background = false;
  /// What it writes to stderr replaces this file, and what it writes to stdout is dropped. Empty = read() gives both.
  std::filesystem::path log;
};

/// A running program; the destructor stops it. Thread-compatible.
class ChildProcess {
 public:
  ChildProcess() = default;
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// Errors: not_found, denied, unavailable (it cannot be started; the log cannot be written).
  [[nodiscard]] static Result<ChildProcess> start(const ChildCommand& command);

  [[nodiscard]] bool running() const { return id_ > 0; }
  /// The exit code (128 + signal) once it has ended, one time; does not wait.
  [[nodiscard]] std::optional<int> poll();
  /// To it and all that it started, while it runs.
  void signal(int number) const;
  /// SIGTERM, and SIGKILL after the grace; returns when it is gone.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(2));
  /// Appends what it has written since, waiting for `patience` at most; false when nothing more can come.
  [[nodiscard]] bool read(std::string& output, std::string& errors, std::chrono::milliseconds patience);

 private:
  void take_from(ChildProcess& other);
  void close_outputs();

  pid_t id_ = 0;
  int output_ = -1;
  int errors_ = -1;
};

struct ChildLimits {
  std::chrono::milliseconds timeout{0};   ///< 0 = none
  std::chrono::milliseconds grace{5000};  ///< from SIGTERM to SIGKILL; 0 = SIGKILL at once
  std::size_t kept_bytes = 2000;          ///< of the end of each output
  /// Of stdout; more ends it. Not more than kept_bytes, to have it whole.
  std::size_t most_bytes = std::numeric_limits<std::size_t>::max();
  std::function<void()> tick;  ///< each second or so while it runs; may be empty
};

struct ChildResult {
  int exit_code = 0;  ///< 128 + signal when a signal ended it
  bool timed_out = false;
  bool wrote_too_much = false;
  std::string output;  ///< the end of what it wrote to stdout
  std::string errors;  ///< and to stderr
};

/// Runs a program to its end. When time is over, when it writes too much or when `stop` is asked for, all that it started is ended, too.
/// Errors: as start(); cancelled.
[[nodiscard]] Result<ChildResult> run_child(const ChildCommand& command, const ChildLimits& limits, const std::stop_token& stop);

/// `program` itself when it has a '/' and can be run, else the first of that name below the folders of `search_path` ("a:b:c").
[[nodiscard]] std::optional<std::filesystem::path> find_program(const std::filesystem::path& program, std::string_view search_path);

}  // namespace vieweratlas
