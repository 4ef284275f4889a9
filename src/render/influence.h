#pragma once

#include <cstdint>
#include <vector>

#include "vieweratlas/atlas/atlas.h"

/// Which community holds the ground where: the field behind regions, their tint and the placing of names.
namespace vieweratlas::render_internal {

/// A square lattice of samples over the whole map.
struct Lattice {
  static constexpr int kSide = 640;
  float origin = 0;  ///< coordinate of sample 0, the same on both axes
  float step = 1;    ///< map units between samples

  [[nodiscard]] float at(int index) const { return origin + step * static_cast<float>(index); }
  /// The first sample at or above `coordinate`, and the last at or below it, clamped to the lattice.
  [[nodiscard]] int first_from(float coordinate) const;
  [[nodiscard]] int last_until(float coordinate) const;
};

/// The lattice indices touched by one community, both ends included; empty when x1 < x0.
struct LatticeBox {
  int x0 = Lattice::kSide;
  int y0 = Lattice::kSide;
  int x1 = -1;
  int y1 = -1;

  [[nodiscard]] bool empty() const { return x1 < x0 || y1 < y0; }
  [[nodiscard]] int width() const { return x1 - x0 + 1; }
  [[nodiscard]] int height() const { return y1 - y0 + 1; }
};

/// Sums over the channels of each community, reduced to the two largest at each sample: enough to tell, for every
/// community, by how much it leads or trails, without holding one lattice per community.
class InfluenceField {
 public:
  static constexpr float kReach = 26.0F;        ///< units at which a channel's influence falls to 1/e
  static constexpr float kGroundLevel = 0.42F;  ///< sum needed to own ground
  static constexpr std::uint32_t kNobody = 0xFFFFFFFFU;

  explicit InfluenceField(const Atlas& atlas);

  [[nodiscard]] const Lattice& lattice() const { return lattice_; }
  /// Number of communities; the channels without one form the group of this index.
  [[nodiscard]] std::uint32_t num_communities() const { return num_communities_; }

  /// The group with the largest sum at a sample, kNobody where no sum reaches the ground level.
  [[nodiscard]] std::uint32_t owner(int x, int y) const;
  /// By how much the owner's sum exceeds what it must (ground level and `rivalry` times the next group), 0 where nobody's.
  [[nodiscard]] float lead(int x, int y, float rivalry) const;

  [[nodiscard]] LatticeBox box_of(std::uint32_t group) const;
  /// Fills `margin` (row-major over `box`) with the group's sum minus max(ground level, rivalry * largest other sum):
  /// positive on the ground of the group.
  void margin_of(std::uint32_t group, const LatticeBox& box, float rivalry, std::vector<float>& margin) const;

 private:
  struct Source {
    float x;
    float y;
    float radius;
    float weight;
  };
  struct Leaders {
    float first = 0;
    float second = 0;
    std::uint32_t group = kNobody;
  };

  void add_sum(std::uint32_t group, const LatticeBox& box, std::vector<float>& sum) const;
  [[nodiscard]] const Leaders& leaders(int x, int y) const {
    return leaders_[static_cast<std::size_t>(y) * Lattice::kSide + static_cast<std::size_t>(x)];
  }

  Lattice lattice_;
  std::uint32_t num_communities_ = 0;
  std::vector<Source> sources_;           // by group
  std::vector<std::size_t> group_begin_;  // num_communities_ + 2 offsets into sources_
  std::vector<Leaders> leaders_;
};

}  // namespace vieweratlas::render_internal
