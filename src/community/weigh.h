#pragma once

// The innermost loop of every phase: sums the weight of a node's arcs by the group of their other end. Most of a run is spent
// here. No branch depends on data (which group an arc leads to cannot be predicted), and pointers are held in locals, because
// the compiler must otherwise assume that each store changes them.

#include <cstddef>
#include <cstdint>

#include "community/level_graph.h"
#include "community/scratch.h"

namespace vieweratlas::community_internal {

/// Adds the arcs of `node` to scratch.weight_to[group of the neighbour] and lists each group that was 0 before, from
/// scratch.touched[num_touched] on. Returns the new number of touched groups. Weights are >= 1, so none is listed twice.
inline std::size_t weigh_groups(const LevelGraph& graph, std::uint32_t node, const std::uint32_t* group, Scratch& scratch,
                                std::size_t num_touched) {
  const std::uint32_t* const neighbours = graph.neighbours.data();
  const std::uint64_t* const weights = graph.weights.data();
  std::uint64_t* const weight_to = scratch.weight_to.data();
  std::uint32_t* const touched = scratch.touched.data();
  const std::uint64_t end = graph.offsets[node + std::size_t{1}];
  for (std::uint64_t arc = graph.offsets[node]; arc < end; ++arc) {
    const std::uint32_t g = group[neighbours[arc]];
    const std::uint64_t before = weight_to[g];
    touched[num_touched] = g;
    num_touched += static_cast<std::size_t>(before == 0);
    weight_to[g] = before + weights[arc];
  }
  return num_touched;
}

/// The same for those arcs only that stay in the node's community.
inline std::size_t weigh_groups_inside(const LevelGraph& graph, std::uint32_t node, const std::uint32_t* community,
                                       const std::uint32_t* group, Scratch& scratch) {
  const std::uint32_t* const neighbours = graph.neighbours.data();
  const std::uint64_t* const weights = graph.weights.data();
  std::uint64_t* const weight_to = scratch.weight_to.data();
  std::uint32_t* const touched = scratch.touched.data();
  const std::uint32_t own = community[node];
  const std::uint64_t end = graph.offsets[node + std::size_t{1}];
  std::size_t num_touched = 0;
  for (std::uint64_t arc = graph.offsets[node]; arc < end; ++arc) {
    const std::uint32_t neighbour = neighbours[arc];
    const auto is_inside = static_cast<std::uint64_t>(community[neighbour] == own);
    const std::uint32_t g = group[neighbour];
    const std::uint64_t before = weight_to[g];
    touched[num_touched] = g;
    num_touched += static_cast<std::size_t>(before == 0) & is_inside;
    weight_to[g] = before + (weights[arc] & (0 - is_inside));
  }
  return num_touched;
}

}  // namespace vieweratlas::community_internal
