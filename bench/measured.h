#pragma once

#include <string>

#include "bench/stage.h"

#include "vieweratlas/graph/measured.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas::bench {

/// The graph of an edge file and, when `nodes` is not empty, a node file. Ends the process when it cannot be read.
inline MeasuredGraph load_graph(const std::string& edges, const std::string& nodes) {
  const std::string edge_text = value_or_give_up(read_file(edges));
  const std::string node_text = nodes.empty() ? std::string() : value_or_give_up(read_file(nodes));
  return value_or_give_up(read_measured_graph(edge_text, edges, node_text, nodes, 1));
}

}  // namespace vieweratlas::bench
