#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "vieweratlas/core/error.h"

namespace vieweratlas::aws_internal {

/// What `command`, which a shell runs, writes to its stdout: JSON with credentials, a MiB at most. It gets no input and what this
/// process has as its environment; at `timeout` it is killed with all that it started. Errors: denied (exit code other than 0: the
/// message has the last line of its stderr), unavailable (too slow, cannot be started), limit_exceeded, cancelled.
[[nodiscard]] Result<std::string> output_of_credential_process(const std::string& command, std::chrono::milliseconds timeout,
                                                               const std::stop_token& stop);

}  // namespace vieweratlas::aws_internal
