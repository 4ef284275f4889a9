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
  /// Gamma of Reichardt and Bornholdt (2006), 0.000001..1000000, counted in millionths; higher = more, smaller communities.
  double resolution = 1.0;
  std::uint64_t seed = 1;
  std::uint32_t runs = 10;               ///< 1..1000; the best (ties: lowest run) is improved on; 1 = one plain run
  std::uint32_t min_community_size = 1;  ///< nodes, >= 1; smaller groups are merged or become kUnassigned
};

/// A partition and how it was found. Qualities are Q_gamma = sum_r [W_r/W - gamma (K_r/2W)^2], in [-gamma, 1].
struct CommunityResult {
  Partition partition;
  double quality = 0;     ///< at `resolution`, of the partition returned
  double modularity = 0;  ///< the same at gamma = 1, comparable with other programs
  double resolution = 1.0;
  CommunityAlgorithm algorithm = CommunityAlgorithm::kLeiden;  ///< the one that made the result
  std::uint32_t best_run = 0;
  /// One per run, before the best is improved on and small groups are merged; one in all for greedy or without edges.
  std::vector<double> run_qualities;
  std::uint32_t num_merged_nodes = 0;  ///< moved into the neighbouring community that holds most of their weight
  std::uint32_t num_unassigned_nodes = 0;
};

/// Returns communities of `graph`; see docs/methods.md for the equations and the conventions of other programs.
///
/// Guaranteed: every community of Leiden is connected, also after small groups were merged; isolated nodes are communities
/// of one node (or unassigned when min_community_size > 1); equal input and options give equal bytes for any pool.
/// Edges of weight 0 link nothing. Nodes of groups below min_community_size join the community that holds at least half of their
/// strength, else they are unassigned. The greedy method has no chance in it: seed and runs do not matter.
/// Errors: invalid_argument (option out of range), corrupt_data (arrays that are no undirected graph with ascending rows),
/// limit_exceeded (weights of all edges sum to 2^61 or more).
/// Cost: about O(edges) per run, memory O(nodes + edges) per thread; runs are shared out over the pool.
/// Source: Traag, Waltman, van Eck 2019 (Leiden); Blondel et al. 2008 (Louvain); Clauset, Newman, Moore 2004 (greedy).
[[nodiscard]] Result<CommunityResult> detect_communities(const WeightedGraph& graph, const CommunityOptions& options, ThreadPool& pool);

/// Q_gamma of any partition of `graph` (kUnassigned nodes count as communities of one node); 0 without edges. From exact sums,
/// so it does not depend on any order, for weights that detect_communities accepts. O(edges).
[[nodiscard]] double modularity(const WeightedGraph& graph, const Partition& partition, double resolution);

[[nodiscard]] std::string_view name_of(CommunityAlgorithm algorithm);

}  // namespace vieweratlas
