#pragma once

// The local moving phase of Louvain and Leiden, driven by a queue (Traag, Waltman, van Eck 2019, algorithm A.2, lines 13-27).

#include <cstdint>
#include <vector>

#include "community/level_graph.h"
#include "community/scratch.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::community_internal {

/// A partition of a level's nodes with what moving needs to know of each community. Ids lie in 0..num_nodes-1; some are empty.
struct Membership {
  std::vector<std::uint32_t> community;  ///< per node
  std::vector<std::uint64_t> strength;   ///< per community id: exact
  std::vector<double> strength_real;     ///< the same, rounded once
  std::vector<std::uint32_t> size;       ///< per community id: nodes of this level
  std::vector<std::uint32_t> empty_ids;  ///< a stack of the ids without nodes
  std::vector<std::uint64_t> inside;     ///< per node: weight to the rest of its community; true after move_nodes only

  /// Fills the rest but `inside` from `community`, whose first `graph.num_nodes()` entries are set.
  void count(const LevelGraph& graph);
  /// Every node alone.
  void make_singletons(const LevelGraph& graph);
};

/// The numbers 0..n-1 in random order (Fisher and Yates), into `order`.
void shuffle_nodes(std::uint32_t num_nodes, Random& random, std::vector<std::uint32_t>& order);

/// Moves single nodes to the community of the largest gain (ties: stay, then the lowest id), starting in random order and
/// going on with the neighbours of those that moved, until none of these can gain. (A node far from any move may still gain
/// because a community became lighter; a phase without moves proves that no node can.) Returns the number of moves, each of which
/// raised the quality strictly. O(arcs) per round, rarely more than a few rounds' worth.
std::uint64_t move_nodes(const LevelGraph& graph, Membership& membership, Random& random, Scratch& scratch);

}  // namespace vieweratlas::community_internal
