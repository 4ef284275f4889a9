#include "community/relabel.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "vieweratlas/community/partition.h"

namespace vieweratlas::community_internal {

std::uint32_t number_by_lowest_node(std::span<std::uint32_t> community, std::vector<std::uint32_t>& scratch) {
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  scratch.assign(community.size(), kNone);
  std::uint32_t next = 0;
  for (std::uint32_t& c : community) {
    std::uint32_t& id = scratch[c];
    if (id == kNone) id = next++;
    c = id;
  }
  return next;
}

Partition number_by_size(std::vector<std::uint32_t> community) {
  const std::size_t num_nodes = community.size();
  std::vector<std::uint32_t> size(num_nodes, 0);
  std::vector<std::uint32_t> by_lowest_node;
  for (const std::uint32_t c : community) {
    if (c != Partition::kUnassigned && size[c]++ == 0) by_lowest_node.push_back(c);
  }
  std::stable_sort(by_lowest_node.begin(), by_lowest_node.end(), [&](std::uint32_t a, std::uint32_t b) { return size[a] > size[b]; });
  std::vector<std::uint32_t> number(num_nodes, 0);
  for (std::uint32_t i = 0; i < by_lowest_node.size(); ++i) number[by_lowest_node[i]] = i;
  for (std::uint32_t& c : community) {
    if (c != Partition::kUnassigned) c = number[c];
  }
  return {.community = std::move(community), .num_communities = static_cast<std::uint32_t>(by_lowest_node.size())};
}

}  // namespace vieweratlas::community_internal
