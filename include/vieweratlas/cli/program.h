#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

namespace vieweratlas {

/// Runs the program with the words of its command line (without the program's own name) and its environment, and returns the
/// exit code of the process. Results go to stdout, talk to stderr. Call it once, before any thread is made.
[[nodiscard]] int run_program(std::span<const std::string> words, const std::map<std::string, std::string, std::less<>>& environment);

}  // namespace vieweratlas
