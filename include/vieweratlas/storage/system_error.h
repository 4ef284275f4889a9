#pragma once

#include <filesystem>
#include <string_view>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// Translates an errno of a file operation into the house's words: "`attempt` PATH: what is wrong; the remedy". `attempt` is a word
/// such as "writing".
[[nodiscard]] Error system_error(int number, std::string_view attempt, const std::filesystem::path& path);

}  // namespace vieweratlas
