#pragma once

#include <filesystem>

#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// What the collector needs, from the settings in effect. Reads the files that hold credentials; `environment` says where the
/// private folder is when no setting does ($XDG_CONFIG_HOME/vieweratlas, $HOME/.config/vieweratlas).
/// Errors: invalid_argument (a value and its file are both set, a token that cannot be one, an address that is none, no place for
/// the private folder), not_found and denied (files). Messages never show a secret.
[[nodiscard]] Result<CollectOptions> collect_options(const Settings& settings, const Environment& environment);

/// The folder of keys and tokens: the setting, else $XDG_CONFIG_HOME/vieweratlas, else $HOME/.config/vieweratlas.
/// Errors: invalid_argument (none of them).
[[nodiscard]] Result<std::filesystem::path> private_dir_of(const CollectionSettings& settings, const Environment& environment);

}  // namespace vieweratlas
