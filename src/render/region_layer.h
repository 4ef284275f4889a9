#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "render/band.h"
#include "render/color.h"
#include "render/frame.h"
#include "render/influence.h"
#include "render/look.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {

/// The ground of communities as on a political map: a tint that deepens towards the border, and the border as a line.
class RegionLayer {
 public:
  RegionLayer(const Atlas& atlas, std::span<const Region> regions, const InfluenceField& field, const Frame& frame, const Look& look);

  /// Paints all regions over `band`.
  void paint_over(Band& band) const;

 private:
  struct Shape {
    std::vector<Ring> rings;  // pixels; outline and holes run in opposite directions
    LinearColor fill;
    LinearColor line;
    float left;
    float right;
    float top;
    float bottom;
  };
  struct Window;  // the part of a shape in a band, with room for its coverage

  void paint_shape(const Shape& shape, Band& band) const;
  void blend_row(const Shape& shape, const Window& window, int y, Band& band) const;
  [[nodiscard]] float shore(float x, float y) const;

  Frame frame_;
  Lattice lattice_;
  Look look_;
  std::vector<float> shore_;  // by lattice sample: 1 at a border and outside, falling to 0 in the heart of a region
  std::vector<Shape> shapes_;
};

}  // namespace vieweratlas::render_internal
