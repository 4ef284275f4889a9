#pragma once

#include <cstdint>
#include <filesystem>

#include "simulate/crowd.h"
#include "simulate/world.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas::simulate_internal {

/// How many files write_snapshots writes for this world.
[[nodiscard]] std::uint64_t count_files(const World& world);

/// Writes all formats of the world's options below `folder`; returns the number of bytes. The first error ends the writing.
[[nodiscard]] Result<std::uint64_t> write_snapshots(const Crowd& crowd, const std::filesystem::path& folder, ThreadPool& pool,
                                                    const SimulateProgress& progress);

}  // namespace vieweratlas::simulate_internal
