#pragma once

#include <vector>

#include "presence/snapshot_file.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas::presence_internal {

/// read_presence without a folder listing: `files` are sorted by key and each has a format; `folder` is a descriptor that
/// keys are relative to, -1 when all files are in memory. The Presence has no snapshots when the files have none, or none in the
/// window (report.num_outside_window then says so). Errors: corrupt_data (strict), limit_exceeded.
[[nodiscard]] Result<Presence> read_files(const std::vector<InputFile>& files, int folder, const ReadOptions& options,
                                          const ReadLimits& limits, ThreadPool& pool);

}  // namespace vieweratlas::presence_internal
