#pragma once

#include <cstdint>
#include <vector>

#include "simulate/world.h"

#include "vieweratlas/core/parallel.h"

namespace vieweratlas::simulate_internal {

/// Who watches what at all: rows of viewer ids, one a channel, ascending and unique. Each viewer is in at least one row.
/// Viewers 0..options.viewers-1 are people, the options.bots after them bots.
struct Audience {
  std::vector<std::uint64_t> offsets;  // channels + 1
  std::vector<std::uint32_t> viewers;
};

/// Same bytes for any pool. Time O(draws), memory 8 bytes a membership while it runs, 4 after.
[[nodiscard]] Audience draw_audience(const World& world, ThreadPool& pool);

}  // namespace vieweratlas::simulate_internal
