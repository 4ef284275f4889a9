#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {

/// What an edge weighs when communities are sought and the map is laid out. docs/methods.md, eq. 1-6.
enum class EdgeWeight {
  kShared,       ///< viewers present in both
  kNewman,       ///< sum over shared viewers of 1 / (channels of the viewer - 1): a viewer counts once, however many channels; bots
                 ///< have bounded influence
  kCosine,       ///< shared / sqrt(|A| |B|)
  kJaccard,      ///< shared / |A or B|
  kAssociation,  ///< association strength, shared / (|A| |B|): lift up to a constant, which no partition depends on
};

/// "shared", "newman", "cosine", "jaccard", "association".
[[nodiscard]] std::string_view name_of(EdgeWeight weight);
[[nodiscard]] std::optional<EdgeWeight> edge_weight_named(std::string_view name);

/// Returns one integer weight per entry of `graph.neighbours`, symmetric, each >= 1, so that sums do not depend on their order.
///
/// kShared is the count itself; kNewman is in units of 1 / OverlapGraph::kNewmanUnit. The other measures are fractions in
/// fixed point whose unit is the same for all edges of one graph: the power of two with which all weights together come
/// nearest to 2^52 from below, so that every sum of weights is exact in a double, too.
/// An audience that is not known, or smaller than an overlap of its channel, is taken as the largest overlap of the
/// channel: the least that it can be.
/// Errors: invalid_argument (kNewman of a measured graph; a measure that needs audiences where no audience is known).
/// O(nodes + edges). Source of kNewman: Newman 2001; of kAssociation: van Eck and Waltman 2009.
[[nodiscard]] Result<std::vector<std::uint64_t>> edge_weights(const OverlapGraph& graph, EdgeWeight weight);

/// `graph` with `weights` (one per neighbour) as community detection and layout read it. Both must outlive the view.
[[nodiscard]] WeightedGraph weighted_view(const OverlapGraph& graph, std::span<const std::uint64_t> weights);

}  // namespace vieweratlas
