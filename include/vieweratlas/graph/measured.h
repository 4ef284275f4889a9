#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/losses.h"

namespace vieweratlas {

/// A graph whose overlaps somebody else has counted: audiences and shared viewers, but no viewer.
struct MeasuredGraph {
  std::vector<Channel> channels;  ///< one per node, sorted by falling audience, ties by login
  OverlapGraph graph;             ///< edges below `min_shared` left out
  std::uint32_t max_shared = 0;   ///< largest weight in the file, whatever the threshold
  std::uint64_t num_rows = 0;
  Losses losses;  ///< rows skipped, by reason, with one example each
};

/// Reads Gephi's CSV: edges `source,target,weight`, nodes `id,label,size` (size may be count, viewers or viewer_count; game,
/// language and title columns are kept), any letter case, any order of columns, further columns ignored. A node that only an
/// edge names gets audience 0 (not known). Parallel edges: the larger weight stands, counted. Self-loops are skipped, counted.
/// `edges_name` and `nodes_name` are used in messages; `nodes` may be empty.
/// Errors: invalid_argument (min_shared 0), corrupt_data (no usable header, weight that is no whole number in every row),
/// no_data (no edge in the file).
[[nodiscard]] Result<MeasuredGraph> read_measured_graph(std::string_view edges, std::string_view edges_name, std::string_view nodes,
                                                        std::string_view nodes_name, std::uint32_t min_shared);

}  // namespace vieweratlas
