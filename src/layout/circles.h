#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vieweratlas::layout_internal {

/// Circles of the map while they are being arranged. Double, because many small pushes add up.
struct Circles {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> radius;

  [[nodiscard]] std::size_t size() const { return x.size(); }
};

/// Radii whose areas are proportional to audience, the largest `max_radius`. Where the range is wider than 120:1, and for an
/// audience that is not known (0), the radius is at least 0.09 max_radius. All max_radius when no audience is known.
[[nodiscard]] std::vector<double> circle_radii(std::span<const std::uint64_t> audience, double max_radius);

struct SpreadOptions {
  double fill = 0.27;  ///< share of the disc covered by circles with half their margin around them
  double margin = 3;   ///< free space between two circles
};

/// Centres the circles on their median, draws strays (beyond the 98.5th percentile of distance) nearer, and scales the
/// positions so that the disc is filled to `fill`. Returns the radius of that disc.
double spread_out(Circles& circles, const SpreadOptions& options);

/// Adds circles of `radius` to `circles` as the seeds of a sunflower, in the order given, outside of `inner_radius`: each at
/// the golden angle from the last, as far out as the area before it demands at `fill`.
void add_sunflower(Circles& circles, std::span<const double> radius, double inner_radius, const SpreadOptions& options);

struct OverlapRemoval {
  std::uint32_t sweeps = 0;
  double remaining = 0;  ///< deepest penetration of two circles left (their margin not counted)
};

/// Pushes circles apart until any two have `margin` between them, to within `tolerance`. Large circles move less: a push is
/// shared by inverse area. Positions spread a little when there is too little room, so that it always ends.
OverlapRemoval remove_overlaps(Circles& circles, double margin, double tolerance);

struct Disc {
  double x = 0;
  double y = 0;
  double radius = 0;
};

/// The smallest disc that holds all circles, to within 0.1 % of its radius.
[[nodiscard]] Disc smallest_disc(const Circles& circles);

/// `disc`, or a larger one with the same centre where a circle would take up more than a tenth of its radius: the circles of
/// a tiny graph must not swallow the map.
[[nodiscard]] Disc with_room(const Disc& disc, const Circles& circles);

/// Moves `disc` to the origin and scales everything so that its radius becomes `radius` (> 0).
void fit(Circles& circles, const Disc& disc, double radius);

}  // namespace vieweratlas::layout_internal
