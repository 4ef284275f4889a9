#pragma once

#include "cli/command_line.h"
#include "cli/lake_command.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas {

/// vieweratlas lake stats
class CommandLakeStats final : public LakeCommand {
 public:
  [[nodiscard]] Status run() override;
};

/// vieweratlas lake verify
class CommandLakeVerify final : public LakeCommand {
 public:
  [[nodiscard]] Status run() override;
};

/// vieweratlas lake purge
class CommandLakePurge final : public LakeCommand {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;

 private:
  UtcTime cutoff_;
};

}  // namespace vieweratlas
