#pragma once

#include <memory>
#include <string_view>

#include "cli/command_line.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// One command of the program: first setup, then run, once each.
class Command {
 public:
  Command() = default;
  virtual ~Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// Reads the configuration and checks all that can be checked; touches nothing.
  [[nodiscard]] virtual Status setup(const CommandLine& line, const Environment& environment) = 0;
  /// Does the work; results go to stdout.
  [[nodiscard]] virtual Status run() = 0;
  /// The user wants JSON, also of an error. Known after setup.
  [[nodiscard]] virtual bool wants_json() const { return false; }
};

/// `name` is one of commands() of this release.
[[nodiscard]] std::unique_ptr<Command> make_command(std::string_view name);

}  // namespace vieweratlas
