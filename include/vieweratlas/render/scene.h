#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "vieweratlas/atlas/atlas.h"

/// The geometry that all pictures of an atlas share, in map units (disc of radius 1000, y downwards): where communities
/// hold ground, and along which curves links run. Pure functions of the atlas; thread-safe: they read only.
namespace vieweratlas {

struct MapPoint {
  float x = 0;
  float y = 0;
  friend bool operator==(const MapPoint&, const MapPoint&) = default;
};

/// A closed line; the last point is joined to the first, which is not repeated.
using Ring = std::vector<MapPoint>;

/// One connected piece of the ground of a community.
struct Region {
  std::uint32_t community = 0;  ///< index into Atlas::communities
  Ring outline;                 ///< clockwise on the screen, smooth to 0.25 units when drawn with straight lines
  std::vector<Ring> holes;      ///< counterclockwise; ground inside that is nobody's or another community's
  float area = 0;               ///< square units, holes subtracted
};

/// Returns the regions of all communities, by community, then falling area.
///
/// Each channel radiates exp(-(distance from its rim / 26)^2) (0.6 + 0.4 min(1, radius / 20)); a community owns the
/// ground where its sum exceeds 0.42 and, clearly, every other sum. Pieces under 900 square units are left out, so a
/// community may have none. Regions never overlap; a community may have several (exclaves).
/// Channels without community hold ground against the others but get no region.
/// Cost: O(cells near channels), about 0.1 s for 5,000 channels.
[[nodiscard]] std::vector<Region> community_regions(const Atlas& atlas);

/// True when `point` lies in `region`, not in one of its holes.
[[nodiscard]] bool contains(const Region& region, MapPoint point);

/// Returns the mean position of each community's channels, weighted by radius: the hub of its bundles. {0, 0} for a
/// community without channels.
[[nodiscard]] std::vector<MapPoint> community_centroids(const Atlas& atlas);

/// Inside a community a link bows out by this share of its length.
inline constexpr float kLinkSag = 0.12F;
/// Between communities the two control points are pulled by this share towards the bundle (Holten 2006's beta) ...
inline constexpr float kLinkBundling = 0.85F;
/// ... whose two waypoints lie at these shares of the line between the centroids.
inline constexpr float kBundleWaypoints[2] = {0.30F, 0.70F};

/// A cubic Bezier curve from the centre of the edge's source to that of its target.
struct LinkCurve {
  std::array<MapPoint, 4> points;
  bool between = false;  ///< joins two communities; false too when an end has no community
};

/// Returns the curve of `edge`. `centroids` as of community_centroids.
[[nodiscard]] LinkCurve link_curve(const Atlas& atlas, std::span<const MapPoint> centroids, const AtlasEdge& edge);

/// Returns shared / sqrt(audience * audience), 0 when an audience is 0: the strength by which links are drawn.
[[nodiscard]] double link_cosine(const Atlas& atlas, const AtlasEdge& edge);

}  // namespace vieweratlas
