#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {

enum class CommunityAlgorithm { kLeiden, kLouvain, kGreedy };

struct CommunityOptions {
  CommunityAlgorithm algorithm = CommunityAlgorithm::kLeiden;
  double resolution = 1.0;  ///< gamma of Reichardt and Bornholdt (2006), > 0; higher = more, smaller communities
  std::uint64_t seed = 1;
  std::uint32_t runs = 10;               ///< 1..1000; the run of highest quality wins, ties by lowest run
  std::uint32_t min_community_size = 1;  ///< nodes, >= 1; smaller groups are merged or become kUnassigned
};

/// A partition and how it was found. Qualities are Q_gamma = sum_r [W_r/W - gamma (K_r/2W)^2], in [-1, 1].
struct CommunityResult {
  Partition partition;
  double quality = 0;     ///< at `resolution`, of the partition returned
  double modularity = 0;  ///< the same at gamma = 1, comparable with other programs
  double resolution = 1.0;
  CommunityAlgorithm algorithm = CommunityAlgorithm::kLeiden;  ///< the one that made the result
  std::uint32_t best_run = 0;
  std::vector<double> run_qualities;   ///< before small groups are merged
  std::uint32_t num_merged_nodes = 0;  ///< moved into the neighbouring community that holds most of their weight
  std::uint32_t num_unassigned_nodes = 0;
};

/// Returns communities of `graph`; see docs/methods.md for the equations and the conventions of other programs.
///
/// Guaranteed: every community of Leiden is connected, also after small groups were merged; isolated nodes are communities
/// of one node (or unassigned when min_community_size > 1); equal input and options give equal bytes for any pool.
/// Errors: invalid_argument (option out of range), corrupt_data (asymmetric arrays).
/// Cost: about O(edges) per run, memory O(nodes + edges) per thread; runs are shared out over the pool.
[[nodiscard]] Result<CommunityResult> detect_communities(const WeightedGraph& graph, const CommunityOptions& options, ThreadPool& pool);

/// Q_gamma of any partition of `graph` (kUnassigned nodes count as communities of one node). O(edges).
[[nodiscard]] double modularity(const WeightedGraph& graph, const Partition& partition, double resolution);

[[nodiscard]] std::string_view name_of(CommunityAlgorithm algorithm);

}  // namespace vieweratlas
