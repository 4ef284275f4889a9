#include "cli/exit_code.h"

#include <array>
#include <span>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return kExitUsage;
    case ErrorCode::kNoData: return kExitNoData;
    case ErrorCode::kCancelled: return kExitInterrupted;
    case ErrorCode::kNotFound:
    case ErrorCode::kCorruptData:
    case ErrorCode::kUnavailable:
    case ErrorCode::kDenied:
    case ErrorCode::kLimitExceeded:
    case ErrorCode::kInternal: return kExitFailed;
  }
  return kExitFailed;
}

std::span<const ExitCodeInfo> exit_codes() {
  static constexpr std::array<ExitCodeInfo, 5> kCodes{{
      {kExitOk, "done"},
      {kExitFailed, "failed: a file cannot be read or written, or input is damaged beyond use"},
      {kExitUsage, "the command line or the configuration is wrong; nothing was done"},
      {kExitNoData, "no data, or a graph without edges"},
      {kExitInterrupted, "stopped by Ctrl-C; an earlier result is untouched"},
  }};
  return kCodes;
}

}  // namespace vieweratlas
