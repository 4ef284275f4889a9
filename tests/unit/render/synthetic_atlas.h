#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas::render_testing {

struct SyntheticOptions {
  std::uint32_t num_channels = 120;
  std::uint32_t num_communities = 6;
  std::uint32_t num_edges = 400;
  std::uint64_t seed = 1;
  float largest_radius = 40;
};

inline constexpr std::array<std::array<std::uint8_t, 3>, 6> kColors{
    {{0x78, 0x6C, 0xFE}, {0xCA, 0xED, 0x0A}, {0xFF, 0x2A, 0x1A}, {0x3B, 0xDF, 0xEE}, {0x02, 0xA0, 0x5E}, {0xED, 0x75, 0x93}}};

/// Channels of falling audience in discs around community hubs, packed without overlap; edges mostly inside communities.
inline Atlas synthetic_atlas(const SyntheticOptions& options) {
  Random random(options.seed);
  Atlas atlas;
  const double pi = std::numbers::pi;
  const auto communities = std::max(1U, options.num_communities);
  for (std::uint32_t c = 0; c < options.num_communities; ++c) {
    AtlasCommunity community;
    community.label = "Community " + std::to_string(c + 1);
    community.color = kColors[c % kColors.size()];
    for (std::size_t i = 0; i < 3; ++i) community.light_color[i] = static_cast<std::uint8_t>(community.color[i] * 2 / 3);
    atlas.communities.push_back(community);
  }
  for (std::uint32_t i = 0; i < options.num_channels; ++i) {
    AtlasChannel channel;
    channel.id = "channel" + std::to_string(i);
    channel.name = "Channel_" + std::to_string(i);
    channel.audience = static_cast<std::uint64_t>(1'000'000.0 / (1 + 0.15 * i));
    channel.radius = options.largest_radius / static_cast<float>(std::sqrt(1 + 0.15 * i));
    channel.community = options.num_communities == 0 ? AtlasChannel::kNoCommunity : i % communities;
    const double hub_angle = 2 * pi * (i % communities) / communities;
    const double hub_distance = communities > 1 ? 600 : 0;
    const double room = communities > 1 ? 300 : 800;
    for (int attempt = 0; attempt < 400; ++attempt) {
      const double angle = 2 * pi * random.uniform();
      const double distance = room * std::sqrt(random.uniform());
      channel.x = static_cast<float>(hub_distance * std::cos(hub_angle) + distance * std::cos(angle));
      channel.y = static_cast<float>(hub_distance * std::sin(hub_angle) + distance * std::sin(angle));
      const bool free = std::none_of(atlas.channels.begin(), atlas.channels.end(), [&](const AtlasChannel& other) {
        return std::hypot(other.x - channel.x, other.y - channel.y) < other.radius + channel.radius + 3;
      });
      if (free) break;
    }
    if (channel.community < atlas.communities.size()) {
      ++atlas.communities[channel.community].num_channels;
      atlas.communities[channel.community].audience += channel.audience;
    }
    atlas.channels.push_back(std::move(channel));
  }
  for (std::uint32_t e = 0; e < options.num_edges && options.num_channels > communities; ++e) {
    auto a = static_cast<std::uint32_t>(random.below(options.num_channels));
    auto b =
        random.chance(0.8)
            ? static_cast<std::uint32_t>((a + communities * (1 + random.below(options.num_channels / communities))) % options.num_channels)
            : static_cast<std::uint32_t>(random.below(options.num_channels));
    if (a == b) continue;
    if (a > b) std::swap(a, b);
    const auto smaller = std::min(atlas.channels[a].audience, atlas.channels[b].audience);
    atlas.edges.push_back({a, b, static_cast<std::uint32_t>(1 + random.below(smaller / 2 + 1))});
  }
  std::sort(atlas.edges.begin(), atlas.edges.end(), [](const AtlasEdge& a, const AtlasEdge& b) {
    if (a.shared != b.shared) return a.shared > b.shared;
    return std::pair(a.source, a.target) < std::pair(b.source, b.target);
  });
  atlas.provenance.title = "A synthetic map";
  atlas.provenance.version = "0.0.0";
  atlas.provenance.method = "Planted communities, seed " + std::to_string(options.seed);
  atlas.provenance.threshold = 10;
  atlas.provenance.seed = options.seed;
  return atlas;
}

}  // namespace vieweratlas::render_testing
