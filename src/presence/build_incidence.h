#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "presence/resolve.h"
#include "presence/viewer_key.h"
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

/// The memberships of some viewers, viewer by viewer in ascending order of keys.
struct Slice {
  std::vector<ViewerKey> viewers;
  std::vector<std::uint32_t> ends;      ///< memberships of viewer i end here
  std::vector<std::uint32_t> channels;  ///< ascending for each viewer
  std::vector<std::uint16_t> counts;
  std::vector<std::uint32_t> num_by_channel;
  std::uint64_t num_presence_rows = 0;
  std::uint64_t num_duplicate_rows = 0;
};

/// The memberships in the rows that the partitions collected; empties `partitions` on the way. Counts viewers of snapshots without a
/// viewer_count in `chatters_of_snapshot`. Slices in order hold ascending viewers.
[[nodiscard]] std::vector<Slice> slice_rows(ViewerPartitions& partitions, const Resolution& resolution,
                                            std::span<std::uint32_t> chatters_of_snapshot, ThreadPool& pool);

/// Lays slices, which in order hold ascending viewers, out as the compressed rows of `built`.
void fill_rows(std::span<const Slice> slices, std::uint32_t num_channels, BuiltIncidence& built, ThreadPool& pool);

/// Turns the rows that the partitions collected into the incidence matrix. Viewers' ids are ranks of their keys.
/// Empties `partitions` on the way. O(rows log(rows per viewer)), parallel over partitions.
[[nodiscard]] BuiltIncidence build_incidence(ViewerPartitions& partitions, const Resolution& resolution, ThreadPool& pool);

}  // namespace vieweratlas::presence_internal
