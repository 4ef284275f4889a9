#pragma once

#include "cli/lake_command.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// vieweratlas compact
class CommandCompact final : public LakeCommand {
 public:
  [[nodiscard]] Status run() override;
};

}  // namespace vieweratlas
