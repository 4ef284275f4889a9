#pragma once

#include <vector>

#include "presence/resolve.h"
#include "presence/snapshot_file.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas::presence_internal {

/// read_presence without a folder listing: `files` are sorted by key and each has a format; `input` is where
/// they are, nullptr when all are in memory. The Presence has no snapshots when the files have none, or none in the
/// window (report.num_outside_window then says so). Errors: corrupt_data (strict), limit_exceeded, and those of `input` that do not
/// concern one file alone (not_found and denied are losses).
[[nodiscard]] Result<Presence> read_files(const std::vector<InputFile>& files, PresenceInput* input, const ReadOptions& options,
                                          const ReadLimits& limits, ThreadPool& pool);

/// What `strict` makes of losses.
[[nodiscard]] Error strict_error(const Losses& losses);
/// Fills in what concerns snapshots.
void report_snapshots(const Resolution& resolution, ReadReport& report);

}  // namespace vieweratlas::presence_internal
