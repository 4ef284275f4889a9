#pragma once

#include <string>
#include <utility>

#include "vieweratlas/atlas/atlas.h"

namespace vieweratlas::testing_atlases {

inline AtlasChannel channel(std::string id, std::uint64_t audience, std::uint32_t community) {
  AtlasChannel result;
  result.name = id;
  result.id = std::move(id);
  result.audience = audience;
  result.community = community;
  return result;
}

/// Four channels with text that tries to break every format.
inline Atlas hostile() {
  Atlas atlas;
  atlas.channels = {channel("alpha", 1000, 0), channel("=cmd|' /C calc'!A1", 400, 0), channel("gamma", 100, 1),
                    channel("delta", 0, AtlasChannel::kNoCommunity)};
  atlas.channels[0].name = "Alpha \"the\" <First> & Co";
  atlas.channels[0].title = "line one\nline, two\r\n\"three\" ]]> </script><img onerror=1>";
  atlas.channels[0].game = "Baldur's Gate 3, Director's Cut";
  atlas.channels[0].language = "en";
  atlas.channels[0].viewer_count = 321;
  atlas.channels[0].x = -12.5F;
  atlas.channels[0].y = 250.25F;
  atlas.channels[0].radius = 40;
  atlas.channels[0].degree = 2;
  atlas.channels[0].strength = 130;
  atlas.channels[1].title = "\xF0\x9F\x8E\xAE \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xE6\x97\xA5\xE6\x9C\xAC";
  atlas.channels[1].game = "@SUM(1+1)";
  atlas.channels[2].title = std::string("bell\x07 nul") + '\0' + " fffe \xEF\xBF\xBE broken \xFF\xC3 end";
  atlas.channels[2].game = "\t-1";
  atlas.communities.resize(2);
  atlas.communities[0].label = "Shooters, <loud> & \"proud\"";
  atlas.communities[0].reason = "61 % play it";
  atlas.communities[0].num_channels = 2;
  atlas.communities[0].audience = 1400;
  atlas.communities[0].color = {0x78, 0x6C, 0xFE};
  atlas.communities[0].games = {{"Valorant", 61.5, 12.25}};
  atlas.communities[0].representatives = {0};
  atlas.communities[0].clear_game = true;
  atlas.communities[1].label = "German";
  atlas.communities[1].num_channels = 1;
  atlas.communities[1].audience = 100;
  atlas.communities[1].color = {0xCA, 0xED, 0x0A};
  atlas.communities[1].clear_language = true;
  atlas.edges = {{0, 1, 120}, {0, 2, 10}, {1, 3, 7}};
  atlas.total_viewers = 2000;
  atlas.quality = {.resolution = 1.5, .quality = 0.4, .modularity = 0.25, .density = 0.5, .num_components = 1, .num_isolated = 0};
  atlas.provenance.version = "0.1.0";
  atlas.provenance.title = "A <map> & more";
  atlas.provenance.window_end = "2026-11-22T10:00:00Z";
  atlas.provenance.threshold = 5;
  atlas.provenance.seed = 18'446'744'073'709'551'615ULL;
  atlas.provenance.options = {{"analysis.resolution", "1.5"}};
  atlas.provenance.counts = {{"rows_read", 12345}};
  return atlas;
}

}  // namespace vieweratlas::testing_atlases
