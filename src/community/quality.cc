#include "community/quality.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vieweratlas/community/detect.h"
#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {
namespace community_internal {

double quality_of(const QualitySums& sums, double resolution) {
  if (sums.total_strength == 0) return 0;
  const auto total = static_cast<double>(sums.total_strength);
  return static_cast<double>(sums.inside) / total - resolution * (static_cast<double>(sums.squared_strengths) / total / total);
}

WideSum sum_of_squares(std::span<const std::uint64_t> strengths) {
  WideSum sum = 0;
  for (const std::uint64_t strength : strengths) sum += static_cast<WideSum>(strength) * strength;
  return sum;
}

}  // namespace community_internal

double modularity(const WeightedGraph& graph, const Partition& partition, double resolution) {
  const std::uint32_t num_nodes = graph.num_nodes();
  VA_CHECK(partition.community.size() == num_nodes);
  community_internal::QualitySums sums;
  std::vector<std::uint64_t> community_strength(partition.num_communities, 0);
  for (std::uint32_t node = 0; node < num_nodes; ++node) {
    const std::uint32_t own = partition.community[node];
    std::uint64_t strength = 0;
    std::uint64_t inside = 0;
    for (std::uint64_t arc = graph.offsets[node]; arc < graph.offsets[node + std::size_t{1}]; ++arc) {
      strength += graph.weights[arc];
      inside += partition.community[graph.neighbours[arc]] == own ? graph.weights[arc] : 0;
    }
    sums.total_strength += strength;
    if (own == Partition::kUnassigned) {  // alone: nothing inside
      sums.squared_strengths += static_cast<community_internal::WideSum>(strength) * strength;
      continue;
    }
    VA_CHECK(own < partition.num_communities);
    sums.inside += inside;
    community_strength[own] += strength;
  }
  sums.squared_strengths += community_internal::sum_of_squares(community_strength);
  return community_internal::quality_of(sums, resolution);
}

}  // namespace vieweratlas
