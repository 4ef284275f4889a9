#pragma once

#include "cli/twitch_command.h"

namespace vieweratlas {

/// vieweratlas doctor: tries all that a collector needs.
class CommandDoctor final : public TwitchCommand {
 public:
  [[nodiscard]] Status run() override;
};

}  // namespace vieweratlas
