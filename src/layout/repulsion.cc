#include "layout/repulsion.h"

#include <cstddef>
#include <span>

#include "layout/lanes.h"

#pragma GCC diagnostic ignored "-Wpsabi"  // see lanes.h

namespace vieweratlas::layout_internal {
namespace {

struct Targets {
  std::span<const float> x;
  std::span<const float> y;
  std::span<Force> forces;
};

VA_LAYOUT_KERNEL void repel(const MassList& masses, const Targets& targets) {
  const std::size_t length = masses.x.size();
  for (std::size_t t = 0; t < targets.x.size(); ++t) {
    const float x = targets.x[t];
    const float y = targets.y[t];
    Wide sum_x{};
    Wide sum_y{};
    for (std::size_t at = 0; at < length; at += kWideLanes) {
      const Wide dx = x - load<Wide>(&masses.x[at]);
      const Wide dy = y - load<Wide>(&masses.y[at]);
      const Wide factor = load<Wide>(&masses.mass[at]) / (dx * dx + dy * dy + kSoftening);
      sum_x += dx * factor;
      sum_y += dy * factor;
    }
    targets.forces[t].x += fold(sum_x);
    targets.forces[t].y += fold(sum_y);
  }
}

void repel_baseline(const MassList& masses, const Targets& targets) { repel(masses, targets); }
VA_LAYOUT_AVX2 void repel_avx2(const MassList& masses, const Targets& targets) { repel(masses, targets); }
VA_LAYOUT_AVX512 void repel_avx512(const MassList& masses, const Targets& targets) { repel(masses, targets); }

}  // namespace

void MassList::clear() {
  x.clear();
  y.clear();
  mass.clear();
}

void MassList::add(float at_x, float at_y, float of_mass) {
  x.push_back(at_x);
  y.push_back(at_y);
  mass.push_back(of_mass);
}

void MassList::pad() {
  while (x.size() % kWideLanes != 0) add(0, 0, 0);
}

void add_repulsion(const MassList& masses, std::span<const float> target_x, std::span<const float> target_y, std::span<Force> forces,
                   InstructionSet instruction_set) {
  const Targets targets{target_x, target_y, forces};
  switch (instruction_set) {
    case InstructionSet::kAvx512: repel_avx512(masses, targets); break;
    case InstructionSet::kAvx2: repel_avx2(masses, targets); break;
    case InstructionSet::kBaseline: repel_baseline(masses, targets); break;
  }
}

}  // namespace vieweratlas::layout_internal
