#include "render/regions.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "render/contour.h"
#include "render/influence.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/render/scene.h"

namespace vieweratlas {
namespace render_internal {
namespace {

constexpr double kLeastArea = 900.0;         // square units: smaller pieces read as dirt
constexpr float kSimplifyTolerance = 0.25F;  // units: half a pixel of a 4500 px poster

Ring finished(const Ring& raw) {
  Ring ring = simplified(smoothed(raw), kSimplifyTolerance);
  std::reverse(ring.begin(), ring.end());  // the tracer keeps the ground on the left; outlines run clockwise
  return ring;
}

/// The region with the smallest outline around `hole`, or none when its outline was too small to keep.
Region* smallest_around(std::vector<Region>& regions, std::size_t first, const Ring& hole) {
  Region* found = nullptr;
  for (std::size_t i = first; i < regions.size(); ++i) {
    if (!inside(regions[i].outline, hole.front())) continue;
    if (found == nullptr || signed_area(regions[i].outline) < signed_area(found->outline)) found = &regions[i];
  }
  return found;
}

void append_regions(const std::vector<Ring>& contours, std::uint32_t community, std::vector<Region>& regions) {
  const std::size_t first = regions.size();
  std::vector<Ring> holes;
  for (const auto& contour : contours) {
    const double area = -signed_area(contour);
    if (std::abs(area) < kLeastArea) continue;
    if (area > 0) {
      Region region;
      region.community = community;
      region.outline = finished(contour);
      region.area = static_cast<float>(signed_area(region.outline));
      regions.push_back(std::move(region));
    } else {
      holes.push_back(finished(contour));
    }
  }
  for (auto& hole : holes) {
    Region* around = smallest_around(regions, first, hole);
    if (around == nullptr) continue;
    around->area += static_cast<float>(signed_area(hole));
    around->holes.push_back(std::move(hole));
  }
  std::stable_sort(regions.begin() + static_cast<std::ptrdiff_t>(first), regions.end(),
                   [](const Region& a, const Region& b) { return a.area > b.area; });
}

}  // namespace

std::vector<Region> regions_of(const InfluenceField& field) {
  std::vector<Region> regions;
  std::vector<float> margin;
  for (std::uint32_t community = 0; community < field.num_communities(); ++community) {
    const auto box = field.box_of(community);
    if (box.empty()) continue;
    field.margin_of(community, box, kRivalry, margin);
    const auto& lattice = field.lattice();
    append_regions(zero_contours({margin, box.width(), box.height(), lattice.at(box.x0), lattice.at(box.y0), lattice.step}), community,
                   regions);
  }
  return regions;
}

}  // namespace render_internal

std::vector<Region> community_regions(const Atlas& atlas) { return render_internal::regions_of(render_internal::InfluenceField(atlas)); }

bool contains(const Region& region, MapPoint point) {
  if (!render_internal::inside(region.outline, point)) return false;
  return std::none_of(region.holes.begin(), region.holes.end(), [&](const Ring& hole) { return render_internal::inside(hole, point); });
}

}  // namespace vieweratlas
