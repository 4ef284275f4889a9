#pragma once

#include <cstdint>
#include <span>

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/layout/layout.h"

namespace vieweratlas {

/// How much of the graph a picture shows. All in [0, 1]; definitions and reference figures in docs/methods/layout.md.

/// The share of a channel's `k` strongest links (all of them when it has fewer) whose other ends are among its `k` nearest
/// channels on the map, averaged over channels with a link. Strength is the cosine weight that the layout uses.
/// 0 when there is no link. O(nodes^2) time, shared out over the pool.
[[nodiscard]] double neighbourhood_preservation(const OverlapGraph& graph, const Layout& layout, std::uint32_t k, ThreadPool& pool);

/// The share of a channel's `k` nearest channels that are of its community, averaged over channels that have one
/// (0xFFFFFFFF, Partition::kUnassigned, has none). 0 when no channel has one. O(nodes^2) time, shared out over the pool.
[[nodiscard]] double community_agreement(std::span<const std::uint32_t> community, const Layout& layout, std::uint32_t k, ThreadPool& pool);

/// The share of channels whose circle cuts another by more than `tolerance` map units.
[[nodiscard]] double overlap_share(const Layout& layout, double tolerance);

}  // namespace vieweratlas
