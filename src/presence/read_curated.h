#pragma once

#include <vector>

#include "presence/snapshot_file.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas::presence_internal {

/// What read_files() gives, with days of `curated` in the place of files wherever that comes to the same. Errors: those of read_files and
/// of `curated`; no_data and corrupt_data as CuratedReading says.
[[nodiscard]] Result<Presence> read_with_curated_days(const std::vector<InputFile>& files, PresenceInput* input,
                                                      const CuratedReading& curated, const ReadOptions& options, const ReadLimits& limits,
                                                      ThreadPool& pool);

}  // namespace vieweratlas::presence_internal
