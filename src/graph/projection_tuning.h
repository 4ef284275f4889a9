#pragma once

#include <cstdint>
#include <optional>

#include "graph/kernels/packed.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/project.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas::graph_internal {

/// How the work is cut. Changes speed and memory, never the result; tests force each path.
struct ProjectionTuning {
  /// Channels counted in the triangle; the rest by rows. Empty = chosen from the number of channels.
  std::optional<std::uint32_t> head_channels;
  std::uint32_t packed_viewers = kPackedViewers;  ///< 1..kPackedViewers
};

[[nodiscard]] Result<Projection> project_tuned(const Incidence& incidence, const ProjectionOptions& options, const ProjectionTuning& tuning,
                                               ThreadPool& pool);

}  // namespace vieweratlas::graph_internal
