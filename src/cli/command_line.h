#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// What the words after the program's name ask for. Flags are those of the option table; values are not checked yet.
struct CommandLine {
  std::string command;                 ///< "analyze", "config show", "version", ...
  bool help = false;                   ///< print the help of `command` (empty: of the program)
  std::vector<std::string> arguments;  ///< words that are no flags
  std::vector<GivenValue> flags;
  bool show_origin = false;  ///< config show --origin
};

struct CommandInfo {
  std::string_view name;
  std::string_view arguments;  ///< as in the usage line
  std::string_view summary;    ///< one sentence
  std::size_t max_arguments = 0;
  bool in_this_release = true;
};

/// All commands in the order of the help.
[[nodiscard]] std::span<const CommandInfo> commands();
/// nullptr when there is none of that name.
[[nodiscard]] const CommandInfo* find_command(std::string_view name);

/// `words` are the arguments without the program's name. No word at all, or a flag first, means `analyze`.
/// Accepted: --flag value, --flag=value, -f value, --switch, --no-switch, --switch=false; `--` ends the flags.
/// Errors: invalid_argument (unknown command or flag, with the nearest known one; a flag without value or given twice).
[[nodiscard]] Result<CommandLine> parse_command_line(std::span<const std::string> words);

/// The help of one command, or of the program when `command` is empty, for a terminal of 100 columns.
[[nodiscard]] std::string help_text(std::string_view command);

}  // namespace vieweratlas
