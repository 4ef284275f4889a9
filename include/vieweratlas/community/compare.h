#pragma once

#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {

/// How much two partitions of the same nodes agree. Each is 1 for equal partitions; the adjusted ones are about 0 for
/// unrelated ones (and may be negative), the plain one is not.
struct PartitionAgreement {
  double adjusted_rand = 0;                  ///< Hubert and Arabie 1985
  double normalized_mutual_information = 0;  ///< in [0, 1], by the mean of the two entropies
  double adjusted_mutual_information = 0;    ///< Vinh, Epps, Bailey 2010, by the mean of the two entropies
};

/// Returns the agreement of `a` and `b`. Exact, no sampling; symmetric; names of communities do not matter. A node that is
/// Partition::kUnassigned counts as a community of one. No nodes at all agree fully.
/// Errors: invalid_argument (different numbers of nodes).
/// Cost: O(nodes + cells) for the contingency table, where a cell is a pair of communities that share a node; the expected mutual
/// information needs O(s_a s_b m) more, where s is the number of different sizes and m the size of the smaller of two.
[[nodiscard]] Result<PartitionAgreement> compare_partitions(const Partition& a, const Partition& b);

}  // namespace vieweratlas
