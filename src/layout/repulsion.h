#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "layout/lanes.h"

namespace vieweratlas::layout_internal {

/// A list of masses that act on a body: single bodies or whole cells. Padded with massless entries to whole vectors.
struct MassList {
  std::vector<float> x;
  std::vector<float> y;
  std::vector<float> mass;

  void clear();
  void add(float at_x, float at_y, float of_mass);
  /// Appends massless entries until the length is a multiple of the kernel's lanes.
  void pad();
};

struct Force {
  float x = 0;
  float y = 0;
};

/// Adds to forces[t], for each target t, the sum over `masses` of mass (p_t - p) / (|p_t - p|^2 + kSoftening): the repulsion
/// of ForceAtlas2, k m_t m / d along the line of centres, without the factors k and m_t. A body does not act on itself.
void add_repulsion(const MassList& masses, std::span<const float> target_x, std::span<const float> target_y, std::span<Force> forces,
                   InstructionSet instruction_set);

/// Keeps two bodies in one place from dividing by zero; far below any distance that a picture shows.
inline constexpr float kSoftening = 1e-6F;

/// A quadtree over bodies in Morton order, cells in preorder: the tree of Barnes and Hut (1986). Read-only once built.
class Quadtree {
 public:
  struct Cell {
    float min_x = 0;  ///< bounding box of the cell's bodies
    float min_y = 0;
    float max_x = 0;
    float max_y = 0;
    float mass = 0;
    float center_x = 0;  ///< of mass
    float center_y = 0;
    std::uint32_t begin = 0;  ///< bodies of the cell: [begin, end) of the Morton order
    std::uint32_t end = 0;
    std::uint32_t skip = 0;  ///< the next cell in preorder that is no descendant
    bool leaf = false;
  };

  /// Builds the tree anew. Equal positions are welcome. O(n log n).
  void build(std::span<const float> x, std::span<const float> y, std::span<const float> mass);

  /// Bodies in Morton order, and their positions in that order.
  [[nodiscard]] std::span<const std::uint32_t> order() const { return order_; }
  [[nodiscard]] std::span<const float> sorted_x() const { return x_; }
  [[nodiscard]] std::span<const float> sorted_y() const { return y_; }
  [[nodiscard]] std::span<const Cell> cells() const { return cells_; }

  /// Ranges of neighbouring bodies, consecutive in Morton order, that walk the tree together.
  struct Group {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t cell = 0;  ///< the cell that holds them all
  };
  [[nodiscard]] std::span<const Group> groups() const { return groups_; }

  /// Fills `list` with what acts on a group: cells whose longer side is below `theta` times their distance from the group's
  /// box are taken as one mass at their centre, others are opened; theta = 0 opens all, which is the exact sum.
  void interactions(const Group& group, float theta, MassList& list) const;

 private:
  void sort_by_morton_code(std::span<const float> x, std::span<const float> y);
  void add_cell(std::uint32_t begin, std::uint32_t end, int level);
  void close_leaf(Cell& cell) const;
  void collect_groups();

  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> codes_;
  std::vector<std::uint32_t> scratch_order_;
  std::vector<std::uint32_t> scratch_codes_;
  std::vector<float> x_;
  std::vector<float> y_;
  std::vector<float> mass_;
  std::vector<Cell> cells_;
  std::vector<Group> groups_;
};

}  // namespace vieweratlas::layout_internal
