#pragma once

// One seeded run of Leiden or Louvain: move, (refine,) aggregate, and again on the smaller graph.

#include <array>
#include <cstdint>
#include <vector>

#include "community/level_graph.h"
#include "community/local_move.h"
#include "community/refine.h"
#include "community/scratch.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::community_internal {

enum class Refining : std::uint8_t { kNo, kYes };  ///< no: Louvain (Blondel et al. 2008); yes: Leiden (Traag et al. 2019)

/// How a pass searches.
struct Search {
  Refining refining = Refining::kYes;
  double theta = kTheta;  ///< see refine.h
};

/// The state of a run and all its memory, re-used from run to run. One thread works on it.
class Multilevel {
 public:
  /// Begins with every node alone. `graph` is borrowed until the next start.
  void start(const LevelGraph& graph);
  /// Begins with a partition, ids below graph.num_nodes().
  void start_from(const LevelGraph& graph, const std::vector<std::uint32_t>& community);

  /// One pass from the finest level to the coarsest. Returns the number of moves, each of which raised the quality strictly:
  /// 0 says that the partition stands as it was.
  std::uint64_t iterate(const Search& search, Random& random);

  /// Passes until one changes nothing.
  void iterate_until_stable(const Search& search, Random& random);

  /// A community per node of the graph; ids below its number of nodes, in order of the lowest node after a pass.
  [[nodiscard]] const std::vector<std::uint32_t>& community() const { return community_; }
  /// Q at the model's resolution of the partition that the last pass left.
  [[nodiscard]] double quality() const { return quality_; }

 private:
  void choose_groups(const LevelGraph& level, const Search& search, Random& random);
  void descend(const LevelGraph& level, LevelStorage& next);
  void finish(const LevelGraph& coarsest);

  LevelGraph graph_;
  std::vector<std::uint32_t> community_;  // per node of graph_
  double quality_ = 0;
  Scratch scratch_;
  Membership membership_;                  // of the level in hand
  std::uint32_t num_groups_ = 0;           // groups of the level in hand: the nodes of the next
  std::vector<std::uint32_t> group_;       // node of the level in hand -> group
  std::vector<std::uint32_t> level_node_;  // node of graph_ -> node of the level in hand; empty at the finest
  std::vector<std::uint32_t> numbered_;    // scratch
  std::array<LevelStorage, 2> storage_;    // a level and the one before it
};

}  // namespace vieweratlas::community_internal
