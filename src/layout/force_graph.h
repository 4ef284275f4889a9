#pragma once

#include <cstdint>
#include <vector>

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas::layout_internal {

/// The links that pull: the strongest of the overlap graph, without isolated nodes, with weights of mean 1.
///
/// Compressed sparse rows, both directions, neighbours ascending. Body b is node `node[b]` of the overlap graph; bodies
/// ascend by node. A mean weight of 1 makes the constants of the simulation fit graphs of any scale.
struct ForceGraph {
  std::vector<std::uint32_t> node;
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> neighbours;
  std::vector<float> weights;
  std::vector<float> mass;  ///< degree + 1: hubs push harder

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(node.size()); }
  [[nodiscard]] std::uint64_t degree(std::uint32_t body) const { return offsets[body + 1] - offsets[body]; }
};

struct ThinningOptions {
  /// Links that every node keeps. On three real months 6 to 12 keep the most neighbourhoods; all links (17 to 115 per node)
  /// keep 5 to 30 % fewer, and a graph of threshold 1 becomes mush (docs/methods/layout.md).
  std::uint32_t strongest = 10;
};

/// Returns the pulling links of `graph`. Weight is the cosine shared / sqrt(a_u a_v); where an audience is not known, the
/// node's strength stands in, scaled to the audiences that are known. Kept are the union of every
/// node's strongest links and the strongest links between the pieces that this leaves, so that no component falls apart.
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
