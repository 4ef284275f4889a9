#pragma once

#include "cli/command_line.h"
#include "cli/setting_source.h"
#include "cli/twitch_command.h"

namespace vieweratlas {

/// vieweratlas collect, and vieweratlas continuous: collects, and analyses now and then in a process beside it.
class CommandCollect final : public TwitchCommand {
 public:
  explicit CommandCollect(bool analyses) : analyses_(analyses) {}
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;

 private:
  [[nodiscard]] Status tell_plan() const;

  bool analyses_;
  CommandLine line_;
};

}  // namespace vieweratlas
