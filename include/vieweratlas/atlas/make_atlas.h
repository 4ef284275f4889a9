#pragma once

#include <span>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/community/detect.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/graph/statistics.h"
#include "vieweratlas/labels/label.h"
#include "vieweratlas/layout/layout.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas {

/// What an atlas is put together from: the values of the stages, all about the same nodes. Borrowed for the call.
struct AtlasParts {
  std::span<const Channel> channels;  ///< one per node of `graph`
  const OverlapGraph& graph;
  const GraphStatistics& statistics;  ///< of `graph`
  const CommunityResult& communities;
  std::span<const CommunityLabel> labels;  ///< one per community
  const Layout& layout;
  const Provenance& provenance;
};

/// Returns the finished map: channels sorted by falling audience (ties by id), edges by falling shared count (ties by source,
/// target), communities in the partition's order, with a colour each (seeded by provenance.seed). Text from outside becomes
/// valid UTF-8 without control characters. O(channels + edges log edges). Equal bytes for equal input. Thread-safe.
[[nodiscard]] Atlas make_atlas(const AtlasParts& parts);

}  // namespace vieweratlas
