#include "aws/process.h"

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/child_process.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas::aws_internal {
namespace {

constexpr std::size_t kMaxOutput = std::size_t{1} << 20U;

std::string_view last_line(std::string_view text) {
  text = trim(text);
  const std::size_t at = text.rfind('\n');
  return at == std::string_view::npos ? text : trim(text.substr(at + 1));
}

}  // namespace

Result<std::string> output_of_credential_process(const std::string& command, std::chrono::milliseconds timeout,
                                                 const std::stop_token& stop) {
  ChildCommand shell{.program = "/bin/sh", .arguments = {"-c", command}};
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) shell.environment.emplace_back(*variable);
  Result<ChildResult> result = run_child(
      shell, {.timeout = timeout, .grace = std::chrono::milliseconds(0), .kept_bytes = kMaxOutput, .most_bytes = kMaxOutput, .tick = {}},
      stop);
  if (!result && result.error().code == ErrorCode::kCancelled)
    return Error{ErrorCode::kCancelled, "credential_process: given up because the program was asked to stop"};
  if (!result) return std::move(result).error();
  if (result->timed_out) {
    return Error{ErrorCode::kUnavailable, "credential_process gave no answer within " + std::to_string(timeout.count() / 1000) +
                                              " s and was ended; it must not wait for a person"};
  }
  if (result->wrote_too_much)
    return Error{ErrorCode::kLimitExceeded, "credential_process wrote more than 1 MiB; it must write one JSON object"};
  if (result->exit_code == 0) return std::move(result->output);
  const std::string_view said = last_line(result->errors);
  return Error{ErrorCode::kDenied, "credential_process ended with exit code " + std::to_string(result->exit_code) +
                                       (said.empty() ? std::string() : " (" + printable(said, 200) + ")") +
                                       "; run the command of that name in the profile by hand"};
}

}  // namespace vieweratlas::aws_internal
