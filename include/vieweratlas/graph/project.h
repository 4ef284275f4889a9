#pragma once

#include <cstdint>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas {

struct ProjectionOptions {
  std::uint32_t min_shared = 1;         ///< viewers (overlap_threshold), >= 1: an edge needs at least so many
  std::uint64_t max_edges = 400000000;  ///< limit_exceeded above it: 24 bytes an edge and direction
};

struct ProjectionReport {
  std::uint64_t num_pairs_counted = 0;  ///< pair increments: sum over viewers of d (d - 1) / 2
  std::uint64_t num_pairs_sharing = 0;  ///< pairs of channels with at least one shared viewer, whatever the threshold
  std::uint32_t max_shared = 0;         ///< largest overlap present, whatever the threshold; 0 = none at all
};

struct Projection {
  OverlapGraph graph;
  ProjectionReport report;
};

/// Returns the channel-channel overlap graph of `incidence`: the one-mode projection of the bipartite graph.
///
/// Output:  n_channels nodes with the same ids; edge {u, v} iff at least `options.min_shared` viewers are in both; `shared`
///          holds the exact count, `newman` the collaboration weight (d = channels of a viewer in `incidence`).
/// Errors:  invalid_argument (min_shared 0: it would join all pairs), limit_exceeded (edges over `options.max_edges`).
/// Cost:    time O(sum over viewers of degree^2), memory O(edges + memberships + threads x n_channels).
/// Same bytes for any pool. Thread-safe: reads only.
/// Source:  Gustavson 1978 (row-wise sparse product); Newman 2001 (weights).
[[nodiscard]] Result<Projection> project(const Incidence& incidence, const ProjectionOptions& options, ThreadPool& pool);

}  // namespace vieweratlas
