#pragma once

#include <cstdint>
#include <vector>

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas::layout_internal {

/// The links that pull: the overlap graph without isolated nodes, thinned where it is dense, with weights of mean 1.
///
/// Compressed sparse rows, both directions, neighbours ascending. Body b is node `node[b]` of the overlap graph; bodies
/// ascend by node. A mean weight of 1 makes the constants of the simulation fit graphs of any scale.
struct ForceGraph {
  std::vector<std::uint32_t> node;
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> neighbours;
  std::vector<float> weights;

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(node.size()); }
  [[nodiscard]] std::uint64_t degree(std::uint32_t body) const { return offsets[body + 1] - offsets[body]; }
};

struct ThinningOptions {
  /// Graphs with more links per node are thinned. 2022-01 of real data has 8.5 and gains nothing; at 34 a map of all links
  /// already keeps fewer neighbourhoods than a thinned one (docs/methods/layout.md).
  double max_links_per_node = 12;
  std::uint32_t strongest = 16;  ///< links that every node keeps
};

/// Returns the pulling links of `graph`. Weight is the cosine shared / sqrt(a_u a_v); where an audience is not known, the
/// node's strength stands in, scaled to the audiences that are known. A dense graph keeps the union of every node's
/// strongest links and the strongest links between the pieces that this leaves, so that no component falls apart.
/// Equal bytes for any pool. O(edges) plus O(edges) per round of joining pieces (seldom any).
[[nodiscard]] ForceGraph make_force_graph(const OverlapGraph& graph, const ThinningOptions& options, ThreadPool& pool);

/// A cosine weight per neighbour of `graph` as above, before thinning and scaling.
class LinkWeights {
 public:
  explicit LinkWeights(const OverlapGraph& graph);
  /// The weight of a link of `shared` viewers; symmetric, in (0, 1].
  [[nodiscard]] float operator()(std::uint32_t u, std::uint32_t v, std::uint32_t shared) const {
    const double cosine = static_cast<double>(shared) * (inverse_root_[u] * inverse_root_[v]);
    return static_cast<float>(cosine < 1.0 ? cosine : 1.0);
  }

 private:
  std::vector<double> inverse_root_;  // 1 / sqrt(size) per node
};

}  // namespace vieweratlas::layout_internal
