#pragma once

#include <cstdint>
#include <span>

#include "layout/force_graph.h"
#include "layout/simulation.h"

#include "vieweratlas/core/parallel.h"

namespace vieweratlas::layout_internal {

/// Uniform in a disc of radius 1000. Each body draws from a generator of its own, keyed by its node.
[[nodiscard]] Positions random_start(const ForceGraph& graph, std::uint64_t seed);

/// The graph between communities: one body per community (`node` = community), weight W_rs / sqrt(W_r W_s) scaled to mean 1
/// (W_rs the weight between two communities, W_r all weight at r), mass by number of members. `community` has one entry per
/// body of `graph`, 0..num_communities-1.
[[nodiscard]] ForceGraph quotient_graph(const ForceGraph& graph, std::span<const std::uint32_t> community, std::uint32_t num_communities);

struct CommunityStartOptions {
  std::uint64_t seed = 1;
  std::uint32_t iterations = 500;  ///< of the forces between communities
};

/// Lays out the communities as wholes, then strews each one's bodies over a disc of an area by their number around its place.
/// The forces between bodies then start from the right arrangement and need not untangle communities that lie across each
/// other. `community` as for quotient_graph.
[[nodiscard]] Positions community_start(const ForceGraph& graph, std::span<const std::uint32_t> community,
                                        const CommunityStartOptions& options, ThreadPool& pool);

}  // namespace vieweratlas::layout_internal
