#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/option.h"
#include "cli/option_text.h"
#include "cli/settings.h"

#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kIndent = 30;

/// Appends `text` broken into lines at blanks; the first line goes on where `out` ends, at column `column`.
void append_wrapped(std::string& out, std::string_view text, std::size_t column, std::size_t indent) {
  for (const std::string_view word : split(text, ' ')) {
    if (column + word.size() + 1 > kWidth) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  out += '\n';
}

void append_entry(std::string& out, std::string_view left, std::string_view right) {
  std::string line = fmt::format("  {}", left);
  if (line.size() + 2 > kIndent) {
    out += line + '\n';
    line.clear();
  }
  line.resize(kIndent, ' ');
  out += line;
  append_wrapped(out, right, kIndent, kIndent);
}

std::string flags_text(const Option& option) {
  std::string result;
  std::vector<std::string_view> more;
  if (!option.more_flags.empty()) more = split(option.more_flags, ',');
  for (const std::string_view flag : more) {
    if (!flag.starts_with("--")) result += fmt::format("{}, ", flag);
  }
  if (option.secret) return "(environment) " + option.environment_names().back();
  result += option.field.is_switch ? "--[no-]" + option.flag_name().substr(2) : option.flag_name();
  for (const std::string_view flag : more) {
    if (flag.starts_with("--")) result += fmt::format(", {}", flag);
  }
  return result;
}

void append_options(std::string& out, std::string_view command) {
  std::string_view heading;
  for (const Option& option : option_table()) {
    if (!option.used_by(command)) continue;
    if (option.heading != heading) out += fmt::format("\n{}:\n", option.heading);
    heading = option.heading;
    append_entry(out, flags_text(option), fmt::format("{} [{}; default {}]", option.help, value_text(option), default_text(option)));
  }
}

std::string program_help() {
  std::string out =
      "ViewerAtlas: maps of shared audiences.\n\nUsage: vieweratlas COMMAND [OPTIONS]     without a command: analyze "
      "default\n\nCommands:\n";
  for (const CommandInfo& command : commands()) {
    append_entry(out, command.name, fmt::format("{}{}", command.summary, command.in_this_release ? "" : " Not in this release."));
  }
  out += "\n`vieweratlas COMMAND --help` lists the options of a command, docs/configuration.md all of them.\n\nExit codes:\n";
  for (const ExitCodeInfo& code : exit_codes()) append_entry(out, fmt::format("{}", code.code), code.meaning);
  out += "\nFirst steps:\n  vieweratlas simulate && vieweratlas analyze\n";
  return out;
}

}  // namespace

std::string help_text(std::string_view command_name) {
  const CommandInfo* command = find_command(command_name);
  if (command == nullptr) return program_help();
  std::string out;
  append_wrapped(out, fmt::format("Usage: vieweratlas {} {} [OPTIONS]", command->name, command->arguments), 0, 4);
  out += fmt::format("\n{}{}\n", command->summary, command->in_this_release ? "" : " Not in this release.");
  if (command->name == "config show") {
    append_entry(out, "--origin", "Print where each value comes from.");
    out += "\nTakes every flag of `vieweratlas analyze --help` as well.\n";
    return out;
  }
  append_options(out, command->name);
  out += fmt::format("\nHelp:\n");
  append_entry(out, "-h, --help", "This text.");
  return out;
}

}  // namespace vieweratlas
