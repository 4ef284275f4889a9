#pragma once

#include <cstdint>
#include <vector>

#include "layout/attraction.h"
#include "layout/force_graph.h"
#include "layout/lanes.h"
#include "layout/repulsion.h"

#include "vieweratlas/core/parallel.h"

namespace vieweratlas::layout_internal {

/// One phase of ForceAtlas2 (Jacomy, Venturini, Heymann, Bastian 2014, doi:10.1371/journal.pone.0098679).
struct Phase {
  std::uint32_t iterations = 0;
  bool linlog = false;  ///< attraction w ln(1 + d) instead of w d (Noack 2007)
  float gravity = 0;    ///< "strong": pulls each body to the origin with gravity x mass x distance
  float repulsion = 5;  ///< k in k m_i m_j / d
  float theta = 1.2F;   ///< opening criterion of the tree; 0 = exact
};

struct Positions {
  std::vector<float> x;
  std::vector<float> y;
};

/// Where the bodies are, and the forces between them. Thread-compatible; parallel inside through the pool.
///
/// Each body sums what acts on itself; a group of bodies is one unit of work; sums over all bodies are made per group and
/// added in group order: equal bytes for any pool.
class Simulation {
 public:
  /// `graph` and `pool` must outlive it. `start` holds one position per body.
  Simulation(const ForceGraph& graph, Positions start, ThreadPool& pool, InstructionSet instruction_set = best_instruction_set());

  void run(const Phase& phase);

  [[nodiscard]] const Positions& positions() const { return positions_; }
  /// Forces on the bodies in their present places; what `run` moves them by.
  [[nodiscard]] std::vector<Force> forces(const Phase& phase);

 private:
  struct Motion {
    double swing = 0;     ///< mass x |change of force|: erratic motion
    double traction = 0;  ///< mass x |mean of this force and the last|: useful motion
  };
  struct Scratch {
    MassList list;
    std::vector<Force> repulsion;
    std::vector<Force> attraction;
  };

  void update_forces(const Phase& phase);
  void update_group(const Quadtree::Group& group, const Phase& phase, Scratch& scratch, Motion& motion);
  void update_speed(const Motion& motion);
  void move();

  ThreadPool& pool_;
  InstructionSet instruction_set_;
  PullingRows rows_;
  std::vector<float> mass_;
  Positions positions_;
  std::vector<Force> force_;
  std::vector<Force> last_force_;
  std::vector<float> swing_;
  Quadtree tree_;
  std::vector<Motion> group_motion_;
  std::vector<Scratch> scratch_;
  double speed_ = 1;
  double speed_efficiency_ = 1;
};

}  // namespace vieweratlas::layout_internal
