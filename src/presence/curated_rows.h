#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "presence/curated_aliases.h"
#include "presence/curated_snapshots.h"
#include "presence/membership_runs.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/curated_days.h"

namespace vieweratlas::presence_internal {

/// What a table of rows came to.
struct CuratedRows {
  MembershipRun run;    ///< of viewers under their own number
  MembershipRun moved;  ///< of logins, under the viewer that they belong to
  std::uint64_t num_presence_rows = 0;
  bool fits = true;  ///< false: a viewer may be counted twice, under an id and a login, or is to be refused
};

/// Reads a table. `refused` are sorted numbers of viewers of whom no table may know. Errors: those of `rows`; corrupt_data (not sorted, or
/// of a channel that the day's snapshots do not have).
[[nodiscard]] Result<CuratedRows> read_curated_rows(DayRowSource& rows, const ChannelMap& channels, const CuratedAliases& aliases,
                                                    const std::vector<std::int64_t>& refused);

/// Whether a table has rows of one of `viewers` (sorted). Errors: those of `rows`.
[[nodiscard]] Result<bool> has_any_of(DayRowSource& rows, const std::vector<std::int64_t>& viewers);

}  // namespace vieweratlas::presence_internal
