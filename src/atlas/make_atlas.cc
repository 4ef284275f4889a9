#include "vieweratlas/atlas/make_atlas.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/atlas/colors.h"
#include "vieweratlas/community/detect.h"
#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/labels/label.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas {
namespace {

static_assert(AtlasChannel::kNoCommunity == Partition::kUnassigned);

/// One line of valid UTF-8 without control characters.
std::string clean(std::string_view text) {
  auto result = sanitise_utf8(text);
  std::replace_if(result.begin(), result.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return result;
}

/// Nodes in the order of the atlas: order[i] is the node of channel i.
std::vector<std::uint32_t> channel_order(const AtlasParts& parts) {
  std::vector<std::uint32_t> order(parts.channels.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (parts.graph.audience[a] != parts.graph.audience[b]) return parts.graph.audience[a] > parts.graph.audience[b];
    return std::tie(parts.channels[a].login, a) < std::tie(parts.channels[b].login, b);
  });
  return order;
}

AtlasChannel make_channel(const AtlasParts& parts, std::uint32_t node) {
  const Channel& from = parts.channels[node];
  AtlasChannel channel;
  channel.id = clean(from.login);
  channel.name = from.display_name.empty() ? channel.id : clean(from.display_name);
  channel.audience = parts.graph.audience[node];
  channel.viewer_count = from.viewer_count;
  channel.game = clean(from.top_game());
  channel.language = clean(from.top_language());
  channel.title = clean(from.top_title());
  channel.community = parts.communities.partition.community[node];
  channel.degree = static_cast<std::uint32_t>(parts.graph.degree(node));
  for (auto at = parts.graph.offsets[node]; at < parts.graph.offsets[node + 1]; ++at) channel.strength += parts.graph.shared[at];
  channel.x = parts.layout.x[node];
  channel.y = parts.layout.y[node];
  channel.radius = parts.layout.radius[node];
  return channel;
}

std::vector<AtlasEdge> make_edges(const OverlapGraph& graph, std::span<const std::uint32_t> channel_of_node) {
  std::vector<AtlasEdge> edges;
  edges.reserve(graph.num_edges());
  for (std::uint32_t u = 0; u < graph.num_nodes(); ++u) {
    for (auto at = graph.offsets[u]; at < graph.offsets[u + 1]; ++at) {
      const auto v = graph.neighbours[at];
      if (u > v) continue;
      const auto [source, target] = std::minmax(channel_of_node[u], channel_of_node[v]);
      edges.push_back({source, target, graph.shared[at]});
    }
  }
  std::sort(edges.begin(), edges.end(), [](const AtlasEdge& a, const AtlasEdge& b) {
    if (a.shared != b.shared) return a.shared > b.shared;
    return std::tie(a.source, a.target) < std::tie(b.source, b.target);
  });
  return edges;
}

std::vector<AtlasShare> make_shares(const std::vector<LabelShare>& from) {
  std::vector<AtlasShare> shares;
  shares.reserve(from.size());
  for (const auto& share : from) shares.push_back({clean(share.value), share.percent, share.map_percent});
  return shares;
}

AtlasCommunity make_community(const CommunityLabel& label, std::span<const std::uint32_t> channel_of_node) {
  AtlasCommunity community;
  community.label = clean(label.text);
  community.reason = clean(label.reason);
  community.games = make_shares(label.games);
  community.languages = make_shares(label.languages);
  for (const auto node : label.representatives) community.representatives.push_back(channel_of_node[node]);
  community.clear_game = label.clear_game;
  community.clear_language = label.clear_language;
  return community;
}

/// Sizes, audiences and colours, from the channels' own community and place.
void complete_communities(Atlas& atlas) {
  std::vector<float> x;
  std::vector<float> y;
  std::vector<std::uint32_t> member;
  for (const auto& channel : atlas.channels) {
    x.push_back(channel.x);
    y.push_back(channel.y);
    member.push_back(channel.community);
    if (channel.community == AtlasChannel::kNoCommunity) continue;
    ++atlas.communities[channel.community].num_channels;
    atlas.communities[channel.community].audience += channel.audience;
  }
  const auto colors = assign_colors({.x = x,
                                     .y = y,
                                     .community = member,
                                     .num_communities = static_cast<std::uint32_t>(atlas.communities.size()),
                                     .seed = atlas.provenance.seed});
  for (std::size_t c = 0; c < colors.size(); ++c) {
    atlas.communities[c].color = colors[c].dark;
    atlas.communities[c].light_color = colors[c].light;
  }
}

}  // namespace

Atlas make_atlas(const AtlasParts& parts) {
  const std::size_t n = parts.graph.num_nodes();
  VA_CHECK(parts.channels.size() == n && parts.graph.audience.size() == n && parts.layout.x.size() == n);
  VA_CHECK(parts.communities.partition.community.size() == n);
  VA_CHECK(parts.labels.size() == parts.communities.partition.num_communities);

  Atlas atlas;
  const auto order = channel_order(parts);
  std::vector<std::uint32_t> channel_of_node(n);
  for (std::uint32_t i = 0; i < n; ++i) channel_of_node[order[i]] = i;

  atlas.channels.reserve(n);
  for (const auto node : order) atlas.channels.push_back(make_channel(parts, node));
  atlas.edges = make_edges(parts.graph, channel_of_node);
  for (const auto& label : parts.labels) atlas.communities.push_back(make_community(label, channel_of_node));
  atlas.total_viewers = parts.graph.total_viewers;
  atlas.quality = {.resolution = parts.communities.resolution,
                   .quality = parts.communities.quality,
                   .modularity = parts.communities.modularity,
                   .density = parts.statistics.density,
                   .num_components = parts.statistics.num_components,
                   .num_isolated = parts.statistics.num_isolated};
  atlas.provenance = parts.provenance;
  complete_communities(atlas);
  return atlas;
}

}  // namespace vieweratlas
