#pragma once

#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// Prints to stdout: results only, never talk.
void print_result(std::string_view text);

/// {"status":"error",...} for machines.
[[nodiscard]] std::string error_json(const Error& error);

}  // namespace vieweratlas
