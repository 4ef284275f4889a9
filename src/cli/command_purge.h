#pragma once

#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// vieweratlas purge
class CommandPurge final : public Command {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 private:
  Configuration configuration_;
  Environment environment_;
};

}  // namespace vieweratlas
