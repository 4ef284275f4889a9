#pragma once

#include <cstdint>
#include <vector>

#include "presence/resolve.h"
#include "presence/viewer_partitions.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas::presence_internal {

struct BuiltIncidence {
  Incidence incidence;                              ///< row i belongs to resolution.channels[i]
  std::vector<ViewerKey> viewers;                   ///< ascending; viewers[id]
  std::vector<std::uint32_t> chatters_of_snapshot;  ///< distinct viewers, for snapshots without a viewer_count; else 0
  std::uint64_t num_presence_rows = 0;              ///< distinct (snapshot, viewer)
  std::uint64_t num_duplicate_rows = 0;
};

/// Turns the rows that the partitions collected into the incidence matrix. Viewers' ids are ranks of their keys.
/// Empties `partitions` on the way. O(rows log(rows per viewer)), parallel over partitions.
[[nodiscard]] BuiltIncidence build_incidence(ViewerPartitions& partitions, const Resolution& resolution, ThreadPool& pool);

}  // namespace vieweratlas::presence_internal
