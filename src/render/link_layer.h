#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "render/band.h"
#include "render/color.h"
#include "render/frame.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/render/scene.h"

/// Links as light: thin curves whose strength is brightness, added up, so that bundles become rivers. The exposure is set
/// by the sum of all light, so that maps of few and of many links are about equally bright.
namespace vieweratlas::render_internal {

/// At most this many links are drawn: beyond it single curves cannot be seen and time grows for nothing.
inline constexpr std::size_t kMostLinks = 60'000;

class LinkLayer {
 public:
  /// Picks the links with the largest cosine (ties: the earlier edge), flattens their curves.
  LinkLayer(const Atlas& atlas, const Frame& frame);

  /// Adds the light of all links to `band`.
  void add_to(Band& band) const;

  /// Number of links that are drawn; fewer than the atlas has when it has more than kMostLinks.
  [[nodiscard]] std::size_t num_drawn() const { return curves_.size(); }

 private:
  struct Curve {
    std::size_t first_point;
    std::uint32_t num_points;
    float top;
    float bottom;
    LinearColor from;  // colour times strength
    LinearColor to;
  };

  void append_curve(const LinkCurve& shape, double length, const Frame& frame);
  void add_curve(const Curve& curve, Band& band) const;
  [[nodiscard]] float profile(float distance) const { return profile_[static_cast<std::size_t>(distance * profile_steps_per_px_)]; }

  static constexpr std::size_t kProfileSteps = 256;

  float reach_ = 1;  // pixels from a curve's middle to where its light ends
  float profile_steps_per_px_ = 1;
  std::array<float, kProfileSteps + 1> profile_{};
  std::vector<MapPoint> points_;  // pixels
  std::vector<Curve> curves_;
};

}  // namespace vieweratlas::render_internal
