#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "vieweratlas/core/random.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas::testing_graphs {

using Edge = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // u, v, shared

inline OverlapGraph graph_of(std::vector<std::uint64_t> audience, const std::vector<Edge>& edges) {
  std::vector<std::map<std::uint32_t, std::uint32_t>> rows(audience.size());
  for (const auto& [u, v, shared] : edges) {
    rows[u][v] = shared;
    rows[v][u] = shared;
  }
  OverlapGraph graph;
  for (const auto& row : rows) {
    for (const auto& [neighbour, shared] : row) {
      graph.neighbours.push_back(neighbour);
      graph.shared.push_back(shared);
    }
    graph.offsets.push_back(graph.neighbours.size());
  }
  graph.audience = std::move(audience);
  return graph;
}

struct Planted {
  OverlapGraph graph;
  std::vector<std::uint32_t> community;
};

/// `communities` groups of `size` channels: inside every pair shares many viewers with chance `inside`, between few.
inline Planted planted(std::uint32_t communities, std::uint32_t size, double inside, double between, std::uint64_t seed) {
  Random random(seed);
  const std::uint32_t n = communities * size;
  std::vector<std::uint64_t> audience;
  std::vector<Edge> edges;
  Planted result;
  for (std::uint32_t u = 0; u < n; ++u) {
    audience.push_back(1000 + random.below(20000));
    result.community.push_back(u / size);
  }
  for (std::uint32_t u = 0; u < n; ++u) {
    for (std::uint32_t v = u + 1; v < n; ++v) {
      const bool same = u / size == v / size;
      if (!random.chance(same ? inside : between)) continue;
      edges.emplace_back(u, v, static_cast<std::uint32_t>(same ? 200 + random.below(300) : 20 + random.below(30)));
    }
  }
  result.graph = graph_of(std::move(audience), edges);
  return result;
}

}  // namespace vieweratlas::testing_graphs
