#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/pipeline/presence_source.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// Lets `options` read what the settings name: the folder, or the store that is returned, which must outlive the reading; nullptr for a
/// folder. Errors: those of store_for and cache_dir_of.
[[nodiscard]] Result<std::unique_ptr<ObjectStore>> open_presence(const Settings& settings, const Environment& environment,
                                                                 AnalysisOptions& options);

/// Sentences on downloads, the cache and compacted days; none where files were read alone.
[[nodiscard]] std::vector<std::string> input_text(const InputReport& report);

}  // namespace vieweratlas
