#pragma once

#include "cli/command.h"

namespace vieweratlas {

/// vieweratlas version
class CommandVersion final : public Command {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
};

}  // namespace vieweratlas
