#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas::collect_internal {

struct ChildCommand {
  std::filesystem::path program;
  std::vector<std::string> arguments;     ///< without the program's name
  std::vector<std::string> environment;   ///< "NAME=value"; nothing else is handed down
  std::chrono::milliseconds timeout{0};   ///< 0 = none
  std::chrono::milliseconds grace{5000};  ///< from SIGTERM to SIGKILL
  std::function<void()> tick;             ///< now and then while it runs; may be empty
};

struct ChildResult {
  int exit_code = 0;  ///< 128 + signal when a signal ended it
  bool timed_out = false;
  std::string output;  ///< the end of what it wrote to stdout and stderr
};

/// `program` itself when it has a '/' and can be run, else the first of that name below the folders of `search_path` ("a:b:c").
[[nodiscard]] std::optional<std::filesystem::path> find_program(const std::filesystem::path& program, std::string_view search_path);

/// Runs a program without a shell, in a process group of its own, with no input, and waits for its end. When time is over or `stop` is
/// asked for, the whole group gets SIGTERM and, after the grace, SIGKILL.
/// Errors: not_found, denied, unavailable (it cannot be started), cancelled.
[[nodiscard]] Result<ChildResult> run_child(const ChildCommand& command, const std::stop_token& stop);

}  // namespace vieweratlas::collect_internal
