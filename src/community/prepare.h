#pragma once

// From the caller's arrays, which may be wrong, to a graph that the kernels may trust.

#include <cstdint>
#include <vector>

#include "community/level_graph.h"
#include "community/null_model.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas::community_internal {

/// The finest level. Views the caller's arrays, or own copies where edges of weight 0 had to be left out: they link nothing.
class PreparedGraph {
 public:
  /// Errors: corrupt_data (arrays that are no undirected graph), limit_exceeded (strengths sum to kMaxTotalStrength or more).
  [[nodiscard]] static Result<PreparedGraph> make(const WeightedGraph& graph, std::uint64_t resolution_millionths);

  [[nodiscard]] LevelGraph view() const;

 private:
  explicit PreparedGraph(const WeightedGraph& graph) : graph_(graph) {}
  void leave_out_weightless_arcs();

  WeightedGraph graph_;
  bool owns_arcs_ = false;
  std::vector<std::uint64_t> offsets_;
  std::vector<std::uint32_t> neighbours_;
  std::vector<std::uint64_t> weights_;
  std::vector<std::uint64_t> strengths_;
  NullModel model_;
};

}  // namespace vieweratlas::community_internal
