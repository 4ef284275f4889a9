#include "community/connectivity.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "community/level_graph.h"

#include "vieweratlas/community/partition.h"

namespace vieweratlas::community_internal {

std::uint32_t split_disconnected(const LevelGraph& graph, std::vector<std::uint32_t>& community) {
  constexpr std::uint32_t kNone = Partition::kUnassigned;
  const std::uint32_t num_nodes = graph.num_nodes();
  std::vector<std::uint32_t> piece(num_nodes, kNone);
  std::vector<bool> seen(num_nodes, false);  // by community id
  std::vector<std::uint32_t> stack;
  std::uint32_t num_split = 0;
  for (std::uint32_t root = 0; root < num_nodes; ++root) {
    const std::uint32_t own = community[root];
    if (own == kNone || piece[root] != kNone) continue;
    num_split += static_cast<std::uint32_t>(seen[own]);
    seen[own] = true;
    piece[root] = root;
    stack.push_back(root);
    while (!stack.empty()) {
      const std::uint32_t node = stack.back();
      stack.pop_back();
      for (std::uint64_t arc = graph.offsets[node]; arc < graph.offsets[node + std::size_t{1}]; ++arc) {
        const std::uint32_t neighbour = graph.neighbours[arc];
        if (community[neighbour] != own || piece[neighbour] != kNone) continue;
        piece[neighbour] = root;
        stack.push_back(neighbour);
      }
    }
  }
  community = std::move(piece);
  return num_split;
}

}  // namespace vieweratlas::community_internal
