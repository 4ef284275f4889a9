#pragma once

#include <string>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/interrupt.h"
#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// What commands that work on data share: talk, log file and the answer to Ctrl-C. Make it before any thread.
class Session {
 public:
  /// Both must outlive it. `interrupted` is told when the user stops the work.
  Session(const Configuration& configuration, const Environment& environment, std::string interrupted);

  [[nodiscard]] Console& console() { return console_; }
  [[nodiscard]] Interrupt& interrupt() { return interrupt_; }

  /// Opens the log file; when that cannot be, says so and goes on without.
  void open_log_file();
  /// Tells, when verbose, each value that is not the default, and where it comes from.
  void tell_settings();

 private:
  const Configuration& configuration_;
  Console console_;
  Interrupt interrupt_;
};

/// Flags, environment, .env and file of a command line, resolved.
[[nodiscard]] Result<Configuration> configuration_for(const CommandLine& line, const Environment& environment);

}  // namespace vieweratlas
