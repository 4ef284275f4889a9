#pragma once

#include <functional>
#include <vector>

#include "presence/snapshot_file.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/presence/read_days.h"

namespace vieweratlas::presence_internal {

struct DayOptions {
  std::function<bool(DayNumber)> wants;
  ViewerNumbering number;
  ViewerTest refuse = {};  ///< empty = nobody
  ReadLimits limits = {};
};

/// read_days() for files that are known to be of kinds that hold snapshots, sorted by key; `input` is nullptr when all are in memory.
[[nodiscard]] Result<DaysRead> read_day_files(const std::vector<InputFile>& files, PresenceInput* input, const DayOptions& options,
                                              ThreadPool& pool);

}  // namespace vieweratlas::presence_internal
