#pragma once

#include <cstdint>
#include <vector>

#include "vieweratlas/atlas/atlas.h"

namespace vieweratlas::render_internal {

/// The links that a page holds.
struct PageLinks {
  std::vector<AtlasEdge> edges;  ///< sorted by (source, target)
  /// Of every channel, at least this many strongest links are in `edges` (or all that it has).
  std::uint32_t exact_neighbours = 0;
};

/// How many links a page may hold, and how many strongest links every channel keeps in any case.
struct PageLinkLimits {
  std::size_t max_edges = 250'000;  // about 1.2 MB in the file; browsers decode and sort that many in 0.2 s
  std::uint32_t min_neighbours = 30;
};

/// Chooses the links by rank: the rank of a link is the better of its places in its two ends' lists by shared viewers.
/// All links with a rank below some limit are taken, the largest limit that keeps `max_edges`, but at least
/// `min_neighbours`: so each channel's own top list is exact up to that limit.
[[nodiscard]] PageLinks choose_page_links(const Atlas& atlas, const PageLinkLimits& limits);

}  // namespace vieweratlas::render_internal
