#pragma once

#include <vector>

#include "graph/kernels/cell_rows.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas::graph_internal {

/// Fills offsets, neighbours, shared and newman of `graph` from the lower triangle, rows[c] being channel c's. Each row of the
/// graph is its row of the triangle followed by its column. O(nodes + edges).
void assemble(const std::vector<CellRow>& rows, OverlapGraph& graph, ThreadPool& pool);

}  // namespace vieweratlas::graph_internal
