#pragma once

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/setting_source.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// A command that talks to the platform in the operator's name: it has credentials, and so keeps its memory private from the start.
class TwitchCommand : public Command {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 protected:
  Configuration configuration_;
  Environment environment_;
  CollectOptions options_;
};

}  // namespace vieweratlas
