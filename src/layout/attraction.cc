#include "layout/attraction.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "layout/lanes.h"
#include "layout/repulsion.h"

#pragma GCC diagnostic ignored "-Wpsabi"  // see lanes.h

namespace vieweratlas::layout_internal {
namespace {

/// Below any distance that matters; makes ln(1 + d) / d of a body and itself 1 instead of 0/0.
constexpr float kTinySquare = 1e-12F;

template <bool kLinlog>
VA_LAYOUT_KERNEL Force pull_on(const AttractionInput& input, std::uint32_t body) {
  const float x = input.x[body];
  const float y = input.y[body];
  Short sum_x{};
  Short sum_y{};
  for (auto at = input.rows.offsets[body]; at < input.rows.offsets[body + 1]; at += kShortLanes) {
    Short dx;
    Short dy;
    for (int lane = 0; lane < kShortLanes; ++lane) {
      const auto neighbour = input.rows.neighbours[at + static_cast<std::uint64_t>(lane)];
      dx[lane] = input.x[neighbour];
      dy[lane] = input.y[neighbour];
    }
    dx -= x;
    dy -= y;
    Short factor = load<Short>(&input.rows.weights[at]);
    if constexpr (kLinlog) {
      const Short distance = square_root(dx * dx + dy * dy + kTinySquare);
      factor = factor * natural_log(1.0F + distance) / distance;
    }
    sum_x += factor * dx;
    sum_y += factor * dy;
  }
  return {fold(sum_x), fold(sum_y)};
}

VA_LAYOUT_KERNEL void pull(const AttractionInput& input, std::span<Force> forces) {
  for (std::size_t k = 0; k < input.bodies.size(); ++k) {
    const Force force = input.linlog ? pull_on<true>(input, input.bodies[k]) : pull_on<false>(input, input.bodies[k]);
    forces[k].x += force.x;
    forces[k].y += force.y;
  }
}

void pull_baseline(const AttractionInput& input, std::span<Force> forces) { pull(input, forces); }
VA_LAYOUT_AVX2 void pull_avx2(const AttractionInput& input, std::span<Force> forces) { pull(input, forces); }
VA_LAYOUT_AVX512 void pull_avx512(const AttractionInput& input, std::span<Force> forces) { pull(input, forces); }

}  // namespace

void add_attraction(const AttractionInput& input, std::span<Force> forces, InstructionSet instruction_set) {
  switch (instruction_set) {
    case InstructionSet::kAvx512: pull_avx512(input, forces); break;
    case InstructionSet::kAvx2: pull_avx2(input, forces); break;
    case InstructionSet::kBaseline: pull_baseline(input, forces); break;
  }
}

}  // namespace vieweratlas::layout_internal
