#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/render/scene.h"

namespace vieweratlas {
namespace {

MapPoint mixed(MapPoint a, MapPoint b, float share) { return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share}; }

}  // namespace

std::vector<MapPoint> community_centroids(const Atlas& atlas) {
  struct Sum {
    double x = 0;
    double y = 0;
    double weight = 0;
  };
  std::vector<Sum> sums(atlas.communities.size());
  for (const auto& channel : atlas.channels) {
    if (channel.community >= sums.size()) continue;
    auto& sum = sums[channel.community];
    const auto weight = static_cast<double>(channel.radius);
    sum.x += weight * static_cast<double>(channel.x);
    sum.y += weight * static_cast<double>(channel.y);
    sum.weight += weight;
  }
  std::vector<MapPoint> centroids(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i].weight > 0) centroids[i] = {static_cast<float>(sums[i].x / sums[i].weight), static_cast<float>(sums[i].y / sums[i].weight)};
  }
  return centroids;
}

LinkCurve link_curve(const Atlas& atlas, std::span<const MapPoint> centroids, const AtlasEdge& edge) {
  const auto& source = atlas.channels[edge.source];
  const auto& target = atlas.channels[edge.target];
  const MapPoint from{source.x, source.y};
  const MapPoint to{target.x, target.y};
  const bool known = source.community < centroids.size() && target.community < centroids.size();
  if (!known || source.community == target.community) {
    // The quadratic arc through an apex beside the middle, raised to a cubic.
    const MapPoint apex{(from.x + to.x) / 2 - (to.y - from.y) * kLinkSag, (from.y + to.y) / 2 + (to.x - from.x) * kLinkSag};
    return {{from, mixed(from, apex, 2.0F / 3.0F), mixed(to, apex, 2.0F / 3.0F), to}, false};
  }
  const MapPoint hub = centroids[source.community];
  const MapPoint other_hub = centroids[target.community];
  const MapPoint near_waypoint = mixed(hub, other_hub, kBundleWaypoints[0]);
  const MapPoint far_waypoint = mixed(hub, other_hub, kBundleWaypoints[1]);
  return {{from, mixed(mixed(from, to, 1.0F / 3.0F), near_waypoint, kLinkBundling),
           mixed(mixed(from, to, 2.0F / 3.0F), far_waypoint, kLinkBundling), to},
          true};
}

double link_cosine(const Atlas& atlas, const AtlasEdge& edge) {
  const auto product =
      static_cast<double>(atlas.channels[edge.source].audience) * static_cast<double>(atlas.channels[edge.target].audience);
  return product > 0 ? static_cast<double>(edge.shared) / std::sqrt(product) : 0.0;
}

}  // namespace vieweratlas
