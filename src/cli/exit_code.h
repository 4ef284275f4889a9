#pragma once

#include <span>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitNoData = 3;
inline constexpr int kExitInterrupted = 130;  // 128 + SIGINT, as shells expect

/// The one translation of errors to exit codes.
[[nodiscard]] int exit_code_of(ErrorCode code);

struct ExitCodeInfo {
  int code = 0;
  std::string_view meaning;
};

/// For help and documentation.
[[nodiscard]] std::span<const ExitCodeInfo> exit_codes();

}  // namespace vieweratlas
