#pragma once

#include <vector>

#include "render/band.h"
#include "render/color.h"
#include "render/frame.h"
#include "render/look.h"

#include "vieweratlas/atlas/atlas.h"

namespace vieweratlas::render_internal {

/// Channels as discs, lit from the upper left, each parted from what lies under it by a thin gap.
class DiscLayer {
 public:
  DiscLayer(const Atlas& atlas, const Frame& frame, const Look& look);

  /// Paints all discs over `band`.
  void paint_over(Band& band) const;

 private:
  struct Disc {
    float x;  // pixels
    float y;
    float radius;
    LinearColor light;  // at the highlight, in the body, at the rim
    LinearColor body;
    LinearColor rim;
  };

  void paint_disc(const Disc& disc, Band& band) const;
  [[nodiscard]] LinearColor shade(const Disc& disc, float dx, float dy, float distance) const;

  float gap_px_;
  float inner_rim_px_;  // 0 = none
  float least_radius_for_rim_px_;
  LinearColor gap_color_;
  std::vector<Disc> discs_;  // smallest first
};

/// The share of a channel's radius at which its disc is drawn: leaves air between discs that touch.
inline constexpr float kDiscShare = 0.96F;

}  // namespace vieweratlas::render_internal
