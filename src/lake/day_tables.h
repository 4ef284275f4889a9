#pragma once

#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/lake/manifest.h"
#include "vieweratlas/presence/day.h"

namespace vieweratlas::lake_internal {

/// All rows of a table of presence. Errors: those of the reader.
[[nodiscard]] Result<DaySource> read_source(const TableReader& reader, const LakeTable& table);

/// All tables of a day but the channels, which follow from the snapshots.
[[nodiscard]] Result<DayOfPresence> read_day(const TableReader& reader, const LakeManifest& manifest);

}  // namespace vieweratlas::lake_internal
