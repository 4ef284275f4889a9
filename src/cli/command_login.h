#pragma once

#include "cli/twitch_command.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// `vieweratlas login`: gets a user's token by a code that is entered in a browser, and keeps it in the private folder.
class CommandLogin final : public TwitchCommand {
 public:
  [[nodiscard]] Status run() override;
};

}  // namespace vieweratlas
