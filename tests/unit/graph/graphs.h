#pragma once

// Small graphs and incidences in readable form, shared by the tests of the graph layer.

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "vieweratlas/core/random.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas::graph_tests {

struct Edge {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t shared = 0;
};

/// The overlap graph of `audience.size()` nodes with these edges.
inline OverlapGraph graph_of(std::vector<std::uint64_t> audience, const std::vector<Edge>& edges, std::uint64_t total_viewers = 0) {
  std::vector<std::map<std::uint32_t, std::uint32_t>> rows(audience.size());
  for (const Edge& edge : edges) {
    rows[edge.a][edge.b] = edge.shared;
    rows[edge.b][edge.a] = edge.shared;
  }
  OverlapGraph graph;
  for (const auto& row : rows) {
    for (const auto& [other, shared] : row) {
      graph.neighbours.push_back(other);
      graph.shared.push_back(shared);
    }
    graph.offsets.push_back(graph.neighbours.size());
  }
  graph.audience = std::move(audience);
  graph.total_viewers = total_viewers;
  return graph;
}

/// The incidence whose channel c holds `channels[c]`.
inline Incidence incidence_of(const std::vector<std::set<std::uint32_t>>& channels, std::uint32_t num_viewers) {
  Incidence incidence;
  incidence.num_viewers = num_viewers;
  for (const auto& row : channels) {
    incidence.viewers.insert(incidence.viewers.end(), row.begin(), row.end());
    incidence.offsets.push_back(incidence.viewers.size());
  }
  incidence.counts.assign(incidence.viewers.size(), 1);
  return incidence;
}

}  // namespace vieweratlas::graph_tests
