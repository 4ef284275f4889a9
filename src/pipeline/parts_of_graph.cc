#include "pipeline/parts_of_graph.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/core/text.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas::pipeline_internal {
namespace {

/// `graph` with the edges (u, at) that `keeps` wants, in the same order; symmetric when `keeps` is.
template <typename Keeps>
OverlapGraph with_edges(const OverlapGraph& graph, const Keeps& keeps) {
  OverlapGraph part;
  part.audience = graph.audience;
  part.total_viewers = graph.total_viewers;
  for (std::uint32_t u = 0; u < graph.num_nodes(); ++u) {
    for (std::uint64_t at = graph.offsets[u]; at < graph.offsets[u + 1]; ++at) {
      if (!keeps(u, at)) continue;
      part.neighbours.push_back(graph.neighbours[at]);
      part.shared.push_back(graph.shared[at]);
      if (!graph.newman.empty()) part.newman.push_back(graph.newman[at]);
    }
    part.offsets.push_back(part.neighbours.size());
  }
  return part;
}

/// Drops the nodes that `keeps` does not mark. They must have no edges.
void keep_nodes(std::vector<Channel>& channels, OverlapGraph& graph, const std::vector<bool>& keeps) {
  std::vector<std::uint32_t> new_id(graph.num_nodes(), 0);
  std::uint32_t kept = 0;
  std::vector<std::uint64_t> offsets{0};
  for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) {
    if (!keeps[node]) continue;
    new_id[node] = kept;
    if (kept != node) channels[kept] = std::move(channels[node]);
    graph.audience[kept] = graph.audience[node];
    offsets.push_back(graph.offsets[node + 1]);
    ++kept;
  }
  for (std::uint32_t& neighbour : graph.neighbours) neighbour = new_id[neighbour];
  channels.resize(kept);
  graph.audience.resize(kept);
  graph.offsets = std::move(offsets);
}

}  // namespace

void remove_isolated(std::vector<Channel>& channels, OverlapGraph& graph) {
  std::vector<bool> keeps(graph.num_nodes());
  for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) keeps[node] = graph.degree(node) > 0;
  keep_nodes(channels, graph, keeps);
}

std::uint64_t remove_channels(std::vector<Channel>& channels, OverlapGraph& graph, std::span<const std::string> names) {
  std::set<std::string> unwanted;
  for (const std::string& name : names) unwanted.insert(to_lower(trim(name)));
  std::vector<bool> keeps(channels.size(), true);
  std::uint64_t num_removed = 0;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string id = to_lower(channels[i].platform_id);
    keeps[i] = !unwanted.contains(to_lower(channels[i].login)) && (id.empty() || !unwanted.contains(id));
    num_removed += keeps[i] ? 0U : 1U;
  }
  if (num_removed == 0) return 0;
  graph = with_edges(graph, [&](std::uint32_t u, std::uint64_t at) { return keeps[u] && keeps[graph.neighbours[at]]; });
  keep_nodes(channels, graph, keeps);
  return num_removed;
}

OverlapGraph edges_of_at_least(const OverlapGraph& graph, std::uint32_t min_shared) {
  return with_edges(graph, [&](std::uint32_t, std::uint64_t at) { return graph.shared[at] >= min_shared; });
}

}  // namespace vieweratlas::pipeline_internal
