#pragma once

#include <algorithm>
#include <cmath>

#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {

/// The rows and columns to which a walk is limited: columns [0, width), rows [top, bottom).
struct Clip {
  int width = 0;
  int top = 0;
  int bottom = 0;
};

/// Calls visit(x, y, distance, share) for the pixels whose centre is nearer than `reach` to the line from a to b, where
/// distance is measured square to the line and share runs from 0 at a to 1 at b.
///
/// Steps along the longer axis; each step owns the pixels across it. A step belongs to the segment in whose half-open
/// span its centre lies, so the segments of a polyline join without gap or double painting (but for a sliver where the
/// longer axis changes).
template <typename Visit>
void walk_line(MapPoint a, MapPoint b, float reach, const Clip& clip, Visit&& visit) {
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float length = std::sqrt(dx * dx + dy * dy);
  if (length <= 0) return;
  const bool flat = std::abs(dx) >= std::abs(dy);
  const float along_a = flat ? a.x : a.y;
  const float across_a = flat ? a.y : a.x;
  const float along_d = flat ? dx : dy;
  const float across_d = flat ? dy : dx;
  const float slope = across_d / along_d;
  const float squareness = std::abs(along_d) / length;
  const float half_span = reach / squareness;

  const float low = std::min(along_a, along_a + along_d);
  const float high = std::max(along_a, along_a + along_d);
  const int along_low = flat ? 0 : clip.top;
  const int along_high = flat ? clip.width : clip.bottom;
  const int across_low = flat ? clip.top : 0;
  const int across_high = flat ? clip.bottom : clip.width;
  const int first = std::max(along_low, static_cast<int>(std::ceil(low - 0.5F)));
  const int last = std::min(along_high, static_cast<int>(std::ceil(high - 0.5F)));
  for (int i = first; i < last; ++i) {
    const float offset = static_cast<float>(i) + 0.5F - along_a;
    const float middle = across_a + offset * slope;
    const float share = offset / along_d;
    const int from = std::max(across_low, static_cast<int>(std::ceil(middle - half_span - 0.5F)));
    const int to = std::min(across_high, static_cast<int>(std::floor(middle + half_span - 0.5F)) + 1);
    for (int j = from; j < to; ++j) {
      const float distance = std::abs(static_cast<float>(j) + 0.5F - middle) * squareness;
      if (flat) {
        visit(i, j, distance, share);
      } else {
        visit(j, i, distance, share);
      }
    }
  }
}

}  // namespace vieweratlas::render_internal
