#pragma once

#include <cstdint>
#include <span>

#include "presence/resolve.h"

#include "vieweratlas/core/parallel.h"

namespace vieweratlas::presence_internal {

/// Fills in games, languages and titles of `resolution.channels`: how they were spread over the window, each snapshot weighted by
/// its viewer_count, or by its distinct chatters where that is missing or 0. Sums are of integers: exact in any order.
void add_facts(Resolution& resolution, std::span<const std::uint32_t> chatters_of_snapshot, ThreadPool& pool);

}  // namespace vieweratlas::presence_internal
