#include "labels/typical.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vieweratlas/community/partition.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::labels_internal {
namespace {

double typicality(const Partition& partition, std::span<const Channel> channels, const OverlapGraph& graph, std::uint32_t node) {
  std::uint64_t inside = 0;
  std::uint64_t all = 0;
  for (std::uint64_t at = graph.offsets[node]; at < graph.offsets[node + 1]; ++at) {
    all += graph.shared[at];
    if (partition.community[graph.neighbours[at]] == partition.community[node]) inside += graph.shared[at];
  }
  const std::uint64_t audience = channels[node].audience > 0 ? channels[node].audience : all;
  const double share_inside = all > 0 ? static_cast<double>(inside) / static_cast<double>(all) : 1.0;
  return share_inside * std::sqrt(static_cast<double>(audience));
}

}  // namespace

std::vector<std::vector<std::uint32_t>> typical_channels(const Partition& partition, std::span<const Channel> channels,
                                                         const OverlapGraph& graph, std::uint32_t limit) {
  std::vector<double> score(channels.size(), 0.0);
  std::vector<std::vector<std::uint32_t>> result(partition.num_communities);
  for (std::uint32_t node = 0; node < channels.size(); ++node) {
    if (partition.community[node] == Partition::kUnassigned) continue;
    score[node] = typicality(partition, channels, graph, node);
    result[partition.community[node]].push_back(node);
  }
  for (auto& members : result) {
    const auto kept = members.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(limit, members.size()));
    std::partial_sort(members.begin(), kept, members.end(),
                      [&](std::uint32_t a, std::uint32_t b) { return score[a] != score[b] ? score[a] > score[b] : a < b; });
    members.erase(kept, members.end());
  }
  return result;
}

}  // namespace vieweratlas::labels_internal
