#include "cli/command_version.h"

#include <string>

#include "cli/command_line.h"
#include "cli/results.h"
#include "cli/setting_source.h"
#include "cli/version.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

Status CommandVersion::setup(const CommandLine& /*line*/, const Environment& /*environment*/) { return {}; }

Status CommandVersion::run() {
  print_result(std::string("vieweratlas ") + kVersion + "\n");
  return {};
}

}  // namespace vieweratlas
