#include "layout/simulation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "layout/attraction.h"
#include "layout/force_graph.h"
#include "layout/lanes.h"
#include "layout/repulsion.h"

#include "vieweratlas/core/parallel.h"

namespace vieweratlas::layout_internal {
namespace {

// The adaptive speed of ForceAtlas2, with the constants of its authors' implementation.
constexpr double kJitterTolerance = 1.0;
constexpr double kMaxJitterTolerance = 10.0;
constexpr double kMinEfficiency = 0.05;
constexpr double kMaxSpeed = 1000;
constexpr double kMaxRise = 0.5;

constexpr float kFarthest = 1e6F;  // real maps stay within a few 1e4; keeps every intermediate finite whatever the input

// Groups are independent and their sums are kept apart, so chunks may be of any size. Waking threads costs more than a small
// graph's whole iteration (0.03 ms for 300 bodies).
constexpr std::size_t kGroupsPerChunk = 4;
constexpr std::size_t kFewBodies = 512;
constexpr std::size_t kBodiesPerMove = 4096;

float length(float x, float y) { return std::sqrt(x * x + y * y); }

PullingRows padded(const ForceGraph& graph) {
  PullingRows rows;
  rows.offsets.push_back(0);
  for (std::uint32_t body = 0; body < graph.size(); ++body) {
    for (auto at = graph.offsets[body]; at < graph.offsets[body + 1]; ++at) {
      rows.neighbours.push_back(graph.neighbours[at]);
      rows.weights.push_back(graph.weights[at]);
    }
    while (rows.neighbours.size() % kShortLanes != 0) {
      rows.neighbours.push_back(body);
      rows.weights.push_back(0);
    }
    rows.offsets.push_back(rows.neighbours.size());
  }
  return rows;
}

}  // namespace

Simulation::Simulation(const ForceGraph& graph, Positions start, ThreadPool& pool, InstructionSet instruction_set)
    : pool_(pool),
      instruction_set_(instruction_set),
      rows_(padded(graph)),
      mass_(graph.mass),
      positions_(std::move(start)),
      force_(graph.size()),
      last_force_(graph.size()),
      swing_(graph.size()),
      scratch_(pool.threads()) {}

void Simulation::run(const Phase& phase) {
  for (std::uint32_t iteration = 0; iteration < phase.iterations; ++iteration) {
    update_forces(phase);
    Motion total;
    for (const auto& motion : group_motion_) {
      total.swing += motion.swing;
      total.traction += motion.traction;
    }
    update_speed(total);
    move();
  }
}

std::vector<Force> Simulation::forces(const Phase& phase) {
  update_forces(phase);
  return force_;
}

void Simulation::update_forces(const Phase& phase) {
  tree_.build(positions_.x, positions_.y, mass_);
  force_.swap(last_force_);
  const auto groups = tree_.groups();
  group_motion_.assign(groups.size(), {});
  const std::size_t per_chunk = mass_.size() <= kFewBodies ? std::max<std::size_t>(groups.size(), 1) : kGroupsPerChunk;
  pool_.parallel_for(groups.size(), per_chunk, [&](std::size_t begin, std::size_t end, unsigned worker) {
    for (auto g = begin; g < end; ++g) update_group(groups[g], phase, scratch_[worker], group_motion_[g]);
  });
}

void Simulation::update_group(const Quadtree::Group& group, const Phase& phase, Scratch& scratch, Motion& motion) {
  const std::size_t count = group.end - group.begin;
  const auto bodies = tree_.order().subspan(group.begin, count);
  scratch.repulsion.assign(count, {});
  scratch.attraction.assign(count, {});
  tree_.interactions(group, phase.theta, scratch.list);
  add_repulsion(scratch.list, tree_.sorted_x().subspan(group.begin, count), tree_.sorted_y().subspan(group.begin, count), scratch.repulsion,
                instruction_set_);
  add_attraction({rows_, positions_.x, positions_.y, bodies, phase.linlog}, scratch.attraction, instruction_set_);
  for (std::size_t k = 0; k < count; ++k) {
    const auto body = bodies[k];
    const float mass = mass_[body];
    const float push = phase.repulsion * mass;
    const float pull_in = phase.gravity * mass;
    const Force force{push * scratch.repulsion[k].x + scratch.attraction[k].x - pull_in * positions_.x[body],
                      push * scratch.repulsion[k].y + scratch.attraction[k].y - pull_in * positions_.y[body]};
    const Force last = last_force_[body];
    swing_[body] = mass * length(last.x - force.x, last.y - force.y);
    motion.swing += static_cast<double>(swing_[body]);
    motion.traction += 0.5 * static_cast<double>(mass * length(last.x + force.x, last.y + force.y));
    force_[body] = force;
  }
}

/// The global speed: as fast as swinging stays below a tolerated share of traction (Jacomy et al., equations 8 to 14).
void Simulation::update_speed(const Motion& motion) {
  if (motion.swing <= 0 || motion.traction <= 0) return;
  const auto n = static_cast<double>(mass_.size());
  const double optimal = 0.05 * std::sqrt(n);
  double tolerance = kJitterTolerance * std::max(std::sqrt(optimal), std::min(kMaxJitterTolerance, optimal * motion.traction / (n * n)));
  if (motion.swing / motion.traction > 2.0) {
    if (speed_efficiency_ > kMinEfficiency) speed_efficiency_ *= 0.5;
    tolerance = std::max(tolerance, kJitterTolerance);
  }
  const double target = tolerance * speed_efficiency_ * motion.traction / motion.swing;
  if (motion.swing > tolerance * motion.traction) {
    if (speed_efficiency_ > kMinEfficiency) speed_efficiency_ *= 0.7;
  } else if (speed_ < kMaxSpeed) {
    speed_efficiency_ *= 1.3;
  }
  speed_ += std::min(target - speed_, kMaxRise * speed_);
}

void Simulation::move() {
  pool_.parallel_for(mass_.size(), kBodiesPerMove, [&](std::size_t begin, std::size_t end, unsigned) {
    const auto speed = static_cast<float>(speed_);
    for (auto body = begin; body < end; ++body) {
      const float step = speed / (1.0F + std::sqrt(speed * swing_[body]));
      positions_.x[body] = std::clamp(positions_.x[body] + force_[body].x * step, -kFarthest, kFarthest);
      positions_.y[body] = std::clamp(positions_.y[body] + force_[body].y * step, -kFarthest, kFarthest);
    }
  });
}

}  // namespace vieweratlas::layout_internal
