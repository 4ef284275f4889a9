#pragma once

#include <vector>

#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/privacy/forget.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas {

/// vieweratlas forget
class CommandForget final : public Command {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 private:
  [[nodiscard]] Status add_people_of_file();
  [[nodiscard]] Result<ViewerKey> key() const;
  [[nodiscard]] Status finish(const ForgetReport& report) const;

  Configuration configuration_;
  Environment environment_;
  std::vector<Person> people_;
};

}  // namespace vieweratlas
