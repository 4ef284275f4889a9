#pragma once

#include <filesystem>

#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/session.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/simulate/simulate.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// vieweratlas simulate
class CommandSimulate final : public Command {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 private:
  [[nodiscard]] Result<SimulateReport> write(const std::filesystem::path& folder, Session& session) const;
  [[nodiscard]] Result<SimulateReport> write_to(ObjectStore& store, Session& session) const;

  Configuration configuration_;
  Environment environment_;
};

}  // namespace vieweratlas
