#pragma once

#include <vector>

#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/session.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/lake/care.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/privacy/forget.h"
#include "vieweratlas/privacy/forgotten.h"
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
  /// Takes the same people out of the lake, wherever it is; an empty report when there is none.
  [[nodiscard]] Result<LakeForgetReport> forget_curated(const ViewerKey& key, const ForgottenList& before, const std::vector<Person>& found,
                                                        Session& session) const;
  [[nodiscard]] Result<ForgottenList> list_of(const ViewerKey& key) const;
  [[nodiscard]] Status finish(const ForgetReport& report, const LakeForgetReport& lake) const;
  [[nodiscard]] Result<ForgetReport> forget_elsewhere(const ViewerKey& key, ForgetOptions options, ThreadPool& pool);
  [[nodiscard]] Status log_it(const AuditEntry& entry) const;

  Configuration configuration_;
  Environment environment_;
  std::vector<Person> people_;
};

}  // namespace vieweratlas
