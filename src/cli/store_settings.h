#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_choice.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// For who waits: an answer comes within ten seconds, also from a machine that is busy.
inline constexpr std::chrono::seconds kLittlePatience{6};

/// The store of the settings in effect. Of kind file it is the folder collection.logs_dir. `environment` is that of the process; what
/// .env gives of AWS_... stands in for what it does not set. `stop` ends calls. Nothing is asked of the store yet.
/// Errors: invalid_argument (see storage_problem), those of open_store.
[[nodiscard]] Result<std::unique_ptr<ObjectStore>> store_for(const Settings& settings, const Environment& environment,
                                                             std::stop_token stop);

/// The same store with little patience (six seconds in place of a minute), for who wants to know how it stands before the work begins.
[[nodiscard]] Result<std::unique_ptr<ObjectStore>> impatient_store_for(const Settings& settings, const Environment& environment,
                                                                       std::stop_token stop);

/// Asks the store for one page of presence, or puts state/collector/start.json into it, with little patience: an address, a bucket, a
/// region, a credential or a right that is wrong is told before the work begins. A store of files is not asked.
/// Errors: those of impatient_store_for and of the store.
enum class StoreUse : std::uint8_t { kRead, kCollect };
[[nodiscard]] Status reach_store(const Settings& settings, const Environment& environment, StoreUse use, std::stop_token stop);

/// Asks the store that `options` name for one name, with little patience: an address where nobody answers, or a database that another
/// process holds, and another region's bucket are told in under ten seconds. A store of files is not asked, and rights are left to the work
/// itself. Errors: those of open_store; unavailable.
[[nodiscard]] Status reach_place(StoreOptions options);

/// A server's refusal of what was asked, such as another region's bucket, as a failure of this run and not of its command line.
[[nodiscard]] Error told_by_server(Error error);

/// What store_for opens. Errors: invalid_argument.
[[nodiscard]] Result<StoreOptions> store_options(const Settings& settings, const Environment& environment, std::stop_token stop);

/// The store that somebody names: FOLDER, sqlite:FILE or s3://BUCKET[/PREFIX]; the rest of what S3 needs (region, endpoint,
/// credentials) is that of the settings. Errors: invalid_argument.
[[nodiscard]] Result<StoreOptions> parse_place(std::string_view place, const Settings& settings, const Environment& environment,
                                               std::stop_token stop);

/// What is wrong with the settings of S3: the key of an option, and a sentence. `needs_bucket`: a missing one is wrong, too.
[[nodiscard]] std::optional<std::pair<std::string_view, std::string>> storage_problem(const StorageSettings& storage, bool needs_bucket);

/// The folder of local copies: the setting, else vieweratlas/objects in $XDG_CACHE_HOME or in ~/.cache.
/// Errors: invalid_argument (none of them).
[[nodiscard]] Result<std::filesystem::path> cache_dir_of(const StorageSettings& storage, const Environment& environment);

}  // namespace vieweratlas
