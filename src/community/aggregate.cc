#include "community/aggregate.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "community/level_graph.h"
#include "community/scratch.h"
#include "community/weigh.h"

namespace vieweratlas::community_internal {
namespace {

/// Sorts the nodes by group (counting sort) into `order`; `ends[g]` becomes the end of group g.
void sort_by_group(std::span<const std::uint32_t> group, std::uint32_t num_groups, std::vector<std::uint32_t>& ends,
                   std::vector<std::uint32_t>& order) {
  ends.assign(num_groups + std::size_t{1}, 0);
  for (const std::uint32_t g : group) ++ends[g + std::size_t{1}];
  for (std::uint32_t g = 0; g < num_groups; ++g) ends[g + std::size_t{1}] += ends[g];
  if (order.size() < group.size()) order.resize(group.size());
  for (std::uint32_t node = 0; node < group.size(); ++node) order[ends[group[node]]++] = node;
}

}  // namespace

void aggregate(const LevelGraph& graph, const Grouping& grouping, Scratch& scratch, LevelStorage& out) {
  const std::span<const std::uint32_t> group = grouping.group;
  const std::uint32_t num_groups = grouping.num_groups;
  scratch.fit(graph.num_nodes());
  sort_by_group(group, num_groups, scratch.group_ends, scratch.order);
  out.num_nodes = num_groups;
  out.offsets.resize(num_groups + std::size_t{1});
  out.strengths.assign(num_groups, 0);
  out.offsets[0] = 0;
  std::uint64_t num_arcs = 0;
  std::uint32_t first = 0;
  for (std::uint32_t g = 0; g < num_groups; ++g) {
    std::size_t num_touched = 0;
    for (; first < scratch.group_ends[g]; ++first) {
      const std::uint32_t node = scratch.order[first];
      out.strengths[g] += graph.strengths[node];
      num_touched = weigh_groups(graph, node, group.data(), scratch, num_touched);
    }
    if (out.neighbours.size() < num_arcs + num_touched) {
      const std::size_t room = std::max<std::size_t>(num_arcs + num_touched, 2 * out.neighbours.size());
      out.neighbours.resize(room);
      out.weights.resize(room);
    }
    for (std::size_t i = 0; i < num_touched; ++i) {
      const std::uint32_t to = scratch.touched[i];
      const std::uint64_t weight = std::exchange(scratch.weight_to[to], 0);
      out.neighbours[num_arcs] = to;
      out.weights[num_arcs] = weight;
      num_arcs += static_cast<std::uint64_t>(to != g);
    }
    out.offsets[g + std::size_t{1}] = num_arcs;
  }
  out.num_arcs = num_arcs;
}

}  // namespace vieweratlas::community_internal
