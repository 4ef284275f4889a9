#pragma once

#include "cli/command_line.h"
#include "cli/setting_source.h"
#include "cli/twitch_command.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// `vieweratlas channels update`: writes the most watched live channels into a file.
class CommandChannelsUpdate final : public TwitchCommand {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
};

}  // namespace vieweratlas
