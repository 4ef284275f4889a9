#include "render/page_links.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "vieweratlas/atlas/atlas.h"

namespace vieweratlas::render_internal {
namespace {

/// Per edge, its better place in the lists of its two ends. Edges come strongest first, so places are counted as met.
std::vector<std::uint32_t> edge_ranks(const Atlas& atlas) {
  std::vector<std::uint32_t> met(atlas.channels.size(), 0);
  std::vector<std::uint32_t> ranks;
  ranks.reserve(atlas.edges.size());
  for (const AtlasEdge& edge : atlas.edges) {
    const std::uint32_t at_source = met[edge.source]++;
    const std::uint32_t at_target = met[edge.target]++;
    ranks.push_back(std::min(at_source, at_target));
  }
  return ranks;
}

/// The largest limit such that at most `max_edges` ranks lie below it.
std::uint32_t rank_limit(const std::vector<std::uint32_t>& ranks, std::size_t max_edges) {
  std::vector<std::size_t> with_rank;
  for (const std::uint32_t rank : ranks) {
    if (rank >= with_rank.size()) {
      with_rank.resize(std::size_t{rank} + 1, 0);
    }
    ++with_rank[rank];
  }
  std::size_t taken = 0;
  std::uint32_t limit = 0;
  while (limit < with_rank.size() && taken + with_rank[limit] <= max_edges) {
    taken += with_rank[limit];
    ++limit;
  }
  return limit;
}

}  // namespace

PageLinks choose_page_links(const Atlas& atlas, const PageLinkLimits& limits) {
  const std::vector<std::uint32_t> ranks = edge_ranks(atlas);
  PageLinks links;
  links.exact_neighbours = std::max(limits.min_neighbours, rank_limit(ranks, limits.max_edges));
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] < links.exact_neighbours) {
      links.edges.push_back(atlas.edges[i]);
    }
  }
  std::sort(links.edges.begin(), links.edges.end(),
            [](const AtlasEdge& a, const AtlasEdge& b) { return std::tie(a.source, a.target) < std::tie(b.source, b.target); });
  return links;
}

}  // namespace vieweratlas::render_internal
