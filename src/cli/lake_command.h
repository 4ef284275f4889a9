#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/scratch_folder.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/lake/care.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/object_cache.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// What a command on the lake works with.
struct LakeTools {
  std::unique_ptr<ObjectStore> store;
  std::unique_ptr<ObjectCache> cache;  ///< of a store that is not local
  std::unique_ptr<PresenceInput> raw;
  std::unique_ptr<ScratchFolder> scratch;
};

/// Opens the store of the settings. Of kind file it is analysis.logs_dir. Errors: those of store_for; not_found (no such folder).
[[nodiscard]] Result<LakeTools> open_lake(const Settings& settings, const Environment& environment);

/// "HOST, process 12": who holds the lake's lock, and whether a holder on this machine is gone.
[[nodiscard]] std::string lock_owner();
[[nodiscard]] bool lock_owner_is_gone(std::string_view owner);

/// The whole of both; kept together by who changes the lake.
[[nodiscard]] LakeChangeOptions lake_change_options(const Settings& settings, const LakeTools& tools);

/// The viewer key, made when there is none (not in a dry run). Errors: those of ViewerKey.
[[nodiscard]] Result<ViewerKey> lake_key(const Settings& settings, const Environment& environment);

/// The list of forgotten viewers of the data folder or the store. Errors: those of the list.
[[nodiscard]] Result<ForgottenList> forgotten_of(const Settings& settings, const ObjectStore& store, const ViewerKey& key);

/// The day of a time that is a day. Errors: invalid_argument.
[[nodiscard]] Result<std::optional<DayNumber>> day_of_setting(const std::optional<UtcTime>& time, std::string_view flag);

/// since and until, or date for both. Errors: invalid_argument.
struct DayRange {
  std::optional<DayNumber> since;
  std::optional<DayNumber> until;
};
[[nodiscard]] Result<DayRange> day_range(const LakeSettings& settings);

/// Setup of all commands on the lake.
class LakeCommand : public Command {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 protected:
  [[nodiscard]] const Settings& settings() const { return configuration_.settings; }

  Configuration configuration_;
  Environment environment_;
  DayRange range_;
};

}  // namespace vieweratlas
