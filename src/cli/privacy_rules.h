#pragma once

#include <filesystem>
#include <string_view>

#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas {

/// The platform whose viewers have bare pseudonyms.
inline constexpr std::string_view kPlatform = "twitch";

/// viewer.key in the private folder.
[[nodiscard]] Result<std::filesystem::path> viewer_key_path(const Settings& settings, const Environment& environment);

/// Makes reading pass over the viewers on the list of the data folder, when there is one: data that came back from a backup must
/// not bring them back. Without the key of the list only pseudonyms can be told, which is said to `log`.
/// Errors: corrupt_data and denied (the list, the key).
[[nodiscard]] Status obey_forgotten(const Settings& settings, const Environment& environment, Logger& log, AnalysisOptions& options);

/// Writes down that maps were made of the data folder's presence, where that folder keeps a log of such things (it has a folder
/// `state`). What cannot be written is said to `log`.
void audit_export(const AnalysisOptions& options, const Analysis& analysis, Logger& log);

}  // namespace vieweratlas
