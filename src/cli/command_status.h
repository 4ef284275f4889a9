#pragma once

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/setting_source.h"

namespace vieweratlas {

/// vieweratlas status: what the collector of the data folder does. vieweratlas health: whether it is well, as an exit code.
class CommandStatus final : public Command {
 public:
  explicit CommandStatus(bool health) : health_(health) {}
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 private:
  bool health_;
  Configuration configuration_;
};

}  // namespace vieweratlas
