#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "layout/lanes.h"
#include "layout/repulsion.h"

namespace vieweratlas::layout_internal {

/// Links that pull, in compressed sparse rows padded to whole vectors (by links of weight 0 from a body to itself).
struct PullingRows {
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint32_t> neighbours;
  std::vector<float> weights;
};

struct AttractionInput {
  const PullingRows& rows;
  std::span<const float> x;  ///< of all bodies
  std::span<const float> y;
  std::span<const std::uint32_t> bodies;  ///< whose sums are wanted
  bool linlog = false;
};

/// Adds to forces[k] the pull on body bodies[k]: the sum over its links of w (p_j - p), with `linlog` of
/// w ln(1 + d) / d (p_j - p).
void add_attraction(const AttractionInput& input, std::span<Force> forces, InstructionSet instruction_set);

}  // namespace vieweratlas::layout_internal
