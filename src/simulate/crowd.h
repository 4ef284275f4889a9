#pragma once

#include <cstdint>
#include <vector>

#include "simulate/audience.h"
#include "simulate/visits.h"
#include "simulate/world.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas::simulate_internal {

/// A world with its viewers: everything that the files will say.
struct Crowd {
  World world;
  Audience audience;
  std::vector<std::uint16_t> counts;  // beside audience.viewers: moments in which the viewer was seen
  std::vector<Visits> visits;         // one a channel
};

/// Same bytes for any pool.
[[nodiscard]] Crowd gather_crowd(World world, ThreadPool& pool);

[[nodiscard]] SimulatedTruth truth_of(const Crowd& crowd);

}  // namespace vieweratlas::simulate_internal
