// Any bytes as the two files of a measured graph, parted by the first byte 0x1E (or all of them edges). Whatever is read must be a
// graph that holds its own invariants.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/graph/measured.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/graph/statistics.h"
#include "vieweratlas/graph/weights.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vieweratlas;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t part = input.find('\x1E');
  const std::string_view edges = input.substr(0, part);
  const std::string_view nodes = part == std::string_view::npos ? std::string_view() : input.substr(part + 1);
  const auto read = read_measured_graph(edges, "edges.csv", nodes, "nodes.csv", 1);
  if (!read.ok()) {
    VA_CHECK(is_utf8(read.error().message));
    return 0;
  }
  const OverlapGraph& graph = read->graph;
  VA_CHECK(graph.num_nodes() == read->channels.size() && graph.num_edges() > 0);
  for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) {
    const Channel& channel = read->channels[node];
    VA_CHECK(!channel.login.empty() && is_utf8(channel.login) && is_utf8(channel.display_name));
    const auto row = graph.row(node);
    VA_CHECK(std::is_sorted(row.begin(), row.end()) && std::adjacent_find(row.begin(), row.end()) == row.end());
    for (const std::uint32_t other : row) {
      const auto back = graph.row(other);
      VA_CHECK(other != node && std::binary_search(back.begin(), back.end(), node));
    }
  }
  VA_CHECK(graph_statistics(graph).max_shared <= read->max_shared);
  VA_CHECK(edge_weights(graph, EdgeWeight::kShared).ok());
  return 0;
}
