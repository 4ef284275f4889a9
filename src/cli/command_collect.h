#pragma once

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/setting_source.h"

#include "vieweratlas/collect/options.h"

namespace vieweratlas {

/// vieweratlas collect, and vieweratlas continuous: collects, and analyses now and then in a process beside it.
class CommandCollect final : public Command {
 public:
  explicit CommandCollect(bool analyses) : analyses_(analyses) {}
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 private:
  [[nodiscard]] Status tell_plan() const;

  bool analyses_;
  CommandLine line_;
  Configuration configuration_;
  Environment environment_;
  CollectOptions options_;
};

}  // namespace vieweratlas
