#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {

struct LayoutOptions {
  std::uint64_t seed = 4;
  std::uint32_t iterations = 1300;  ///< of the force simulation, 1..100000; 3/8 to find the arrangement, then LinLog
  double fill = 0.27;               ///< share of the map's disc covered by circles and their margins, (0, 0.6]
  double max_radius = 40;           ///< of the largest circle, before the map is scaled to radius 1000; > 0
};

/// Places and circles on the map. The map is the disc of radius 1000 around (0, 0); x grows to the right, y downwards as on
/// a screen. Circle areas are proportional to audience (with a floor, see docs/methods.md) and circles do not overlap.
struct Layout {
  std::vector<float> x;
  std::vector<float> y;
  std::vector<float> radius;
  std::uint32_t iterations = 0;
  std::uint32_t overlap_sweeps = 0;  ///< sweeps that the removal of overlaps took
  double remaining_overlap = 0;      ///< largest penetration of two circles left, in map units
};

/// Returns a force-directed layout: ForceAtlas2 (Jacomy et al. 2014), LinLog (Noack 2007), Barnes-Hut repulsion, overlaps
/// removed in a separate last step. `community` (one per node, Partition::kUnassigned allowed) may be empty; given, the
/// communities are arranged as wholes first, which keeps each in one piece. Channels without a link go around the map.
/// Equal bytes for equal input and seed for any number of threads. O(iterations x (nodes log nodes + edges)).
/// Errors: invalid_argument (option out of range).
[[nodiscard]] Result<Layout> lay_out(const OverlapGraph& graph, std::span<const std::uint32_t> community, const LayoutOptions& options,
                                     ThreadPool& pool);

}  // namespace vieweratlas
