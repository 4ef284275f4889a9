#pragma once

#include "cli/console.h"
#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/pipeline/analyze.h"

namespace vieweratlas {

/// Where the settings name a store that is not files: puts a finished map there (publish.h), notes the export in the store's audit log
/// and tells where it is. With files it does nothing: the output folder is the place.
/// Errors: those of publish. The output folder holds the map in any case.
[[nodiscard]] Status publish_result(const Settings& settings, const Environment& environment, const OutputOptions& output,
                                    const Analysis& analysis, Console& console);

}  // namespace vieweratlas
