#pragma once

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/setting_source.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// `vieweratlas login`: gets a user's token by a code that is entered in a browser, and keeps it in the private folder.
class CommandLogin final : public Command {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 private:
  Configuration configuration_;
  Environment environment_;
  CollectOptions options_;
};

}  // namespace vieweratlas
