// Writes a page with known numbers and hostile texts, and those numbers as JSON for the checks in the browser:
//   make_fixture DIR   ->  DIR/known.html, DIR/known.json

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <ios>
#include <string>
#include <tuple>
#include <vector>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/render/page.h"

namespace {

using vieweratlas::Atlas;
using vieweratlas::AtlasChannel;
using vieweratlas::AtlasCommunity;
using vieweratlas::AtlasEdge;

constexpr std::uint32_t kCommunities = 6;
constexpr std::uint32_t kPerCommunity = 40;
/// The last ones belong to no community.
constexpr std::uint32_t kLoose = 5;
constexpr std::uint32_t kChannels = kCommunities * kPerCommunity + kLoose;
constexpr std::uint32_t kThreshold = 100;
/// Its last channel shares viewers with nobody.
constexpr std::uint32_t kIsolated = kChannels - 1;

const std::array<std::string, kCommunities> kLabels = {
    "English · Chess", "<svg onload=\"window.hacked='label'\">", "Deutsch & Freunde", "Français", "한국어", "עברית וערבית"};
const std::array<std::array<std::uint8_t, 3>, kCommunities> kColors = {
    {{0x78, 0x6C, 0xFE}, {0xCA, 0xED, 0x0A}, {0xFF, 0x2A, 0x1A}, {0x3B, 0xDF, 0xEE}, {0x02, 0xA0, 0x5E}, {0xED, 0x75, 0x93}}};
const std::array<std::array<std::uint8_t, 3>, kCommunities> kLightColors = {
    {{0x6E, 0x60, 0xF1}, {0x6B, 0x7F, 0x04}, {0xED, 0x0C, 0x00}, {0x06, 0x83, 0x8D}, {0x07, 0x88, 0x50}, {0xC2, 0x4E, 0x6E}}};
const std::array<std::string, 4> kLanguages = {"en", "de", "fr", "ko"};
const std::array<std::string, 3> kGames = {"Chess", "<b>Just Chatting</b>", "Tetris \"99\""};

/// Channel i is in community i mod 6, so that every community has large and small ones.
std::uint32_t community_of(std::uint32_t channel) {
  return channel < kCommunities * kPerCommunity ? channel % kCommunities : AtlasChannel::kNoCommunity;
}

/// Communities on a ring, their channels on a sunflower; the loose ones in the middle.
void place(AtlasChannel& channel, std::uint32_t index) {
  constexpr double kGoldenAngle = 2.399963229728653;
  const bool loose = index >= kCommunities * kPerCommunity;
  const std::uint32_t place = loose ? index - kCommunities * kPerCommunity : index / kCommunities;
  const double around = 2 * 3.14159265358979 * (index % kCommunities) / kCommunities;
  const double reach = loose ? 0 : 650;
  const double away = (loose ? 36 : 40) * std::sqrt(place + 0.5);
  channel.x = static_cast<float>(reach * std::cos(around) + away * std::cos(place * kGoldenAngle));
  channel.y = static_cast<float>(reach * std::sin(around) + away * std::sin(place * kGoldenAngle));
}

void add_channels(Atlas& atlas) {
  for (std::uint32_t i = 0; i < kChannels; ++i) {
    AtlasChannel channel;
    std::array<char, 16> id{};
    std::snprintf(id.data(), id.size(), "channel_%03u", i);
    channel.id = id.data();
    channel.name = "Channel " + std::to_string(i);
    channel.audience = 400'000 / (i + 2) + 500;
    channel.viewer_count = i % 3 == 0 ? 100 + i : 0;
    channel.language = kLanguages[i % kLanguages.size()];
    channel.game = i % 7 == 0 ? "" : kGames[i % kGames.size()];
    channel.title = i % 2 == 0 ? "Stream number " + std::to_string(i) : "";
    channel.community = community_of(i);
    channel.radius = static_cast<float>(30.0 * std::sqrt(static_cast<double>(channel.audience) / 200'500.0));
    place(channel, i);
    atlas.channels.push_back(channel);
  }
  atlas.channels[3].name = "</script><img src=x onerror=\"window.hacked='name'\">";
  atlas.channels[3].title = "<script>window.hacked='title'</script> & \"quotes\" \xE2\x80\xA8 \xE2\x80\xAE over";
  atlas.channels[4].name = "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE3\x83\x81\xE3\x83\xA3\xE3\x83\xB3\xE3\x83\x8D\xE3\x83\xAB";
  atlas.channels[5].name = "=HYPERLINK(\"x\")";
  atlas.channels[6].name = std::string(300, 'W');
  atlas.channels[7].name = "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80 Pok\xC3\xA9mon";
  atlas.channels[8].name = "<!--<script>";
}

/// Neighbours within the community share more than those between, and large channels share more than small ones.
void add_edges(Atlas& atlas) {
  for (std::uint32_t a = 0; a < kIsolated; ++a) {
    for (std::uint32_t b = a + 1; b < kIsolated; ++b) {
      const bool together = community_of(a) == community_of(b);
      const std::uint64_t smaller = std::min(atlas.channels[a].audience, atlas.channels[b].audience);
      const std::uint64_t mixed = (std::uint64_t{a} * 7919 + std::uint64_t{b} * 104'729) % 97;
      const std::uint64_t shared = together ? smaller * (5 + mixed % 40) / 100 : mixed < 12 ? smaller * (1 + mixed) / 100 : 0;
      if (shared >= kThreshold) {
        atlas.edges.push_back({a, b, static_cast<std::uint32_t>(shared)});
      }
    }
  }
  std::sort(atlas.edges.begin(), atlas.edges.end(), [](const AtlasEdge& x, const AtlasEdge& y) {
    return std::tuple(y.shared, x.source, x.target) < std::tuple(x.shared, y.source, y.target);
  });
  for (const AtlasEdge& edge : atlas.edges) {
    for (const std::uint32_t end : {edge.source, edge.target}) {
      ++atlas.channels[end].degree;
      atlas.channels[end].strength += edge.shared;
    }
  }
}

void add_communities(Atlas& atlas) {
  for (std::uint32_t k = 0; k < kCommunities; ++k) {
    AtlasCommunity community;
    community.label = kLabels[k];
    community.reason = "<i>Because</i> of community " + std::to_string(k) + ".";
    community.color = kColors[k];
    community.light_color = kLightColors[k];
    community.games = {{.value = kGames[k % kGames.size()], .percent = 62.5, .map_percent = 20}};
    community.languages = {{.value = kLanguages[k % kLanguages.size()], .percent = 91, .map_percent = 25}};
    for (std::uint32_t i = 0; i < kChannels; ++i) {
      if (community_of(i) == k) {
        ++community.num_channels;
        community.audience += atlas.channels[i].audience;
      }
    }
    community.representatives = {k, k + kCommunities};
    atlas.communities.push_back(community);
  }
}

Atlas known_atlas() {
  Atlas atlas;
  add_channels(atlas);
  add_edges(atlas);
  add_communities(atlas);
  atlas.total_viewers = 900'000;
  atlas.quality = {.resolution = 1, .quality = 0.5, .modularity = 0.5, .density = 0.1, .num_components = 2, .num_isolated = 1};
  atlas.provenance.title = "A map of <script>window.hacked='heading'</script>";
  atlas.provenance.version = "0.0-test";
  atlas.provenance.window_begin = "2026-02-01T00:00:00Z";
  atlas.provenance.window_end = "2026-02-07T23:00:00Z";
  atlas.provenance.method = "Known numbers, no method.";
  atlas.provenance.seed = 18'446'744'073'709'551'615ULL;
  atlas.provenance.threshold = kThreshold;
  atlas.provenance.input_digest = "xxh3-128:00000000000000000000000000000001";
  atlas.provenance.options = {{"analysis.overlap_threshold", "100"}, {"analysis.note", "<img src=x onerror=window.hacked=2>"}};
  atlas.provenance.counts = {{"rows read", 1'234'567}};
  return atlas;
}

std::string truth_of(const Atlas& atlas) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> json(buffer);
  const auto text = [&](const char* key, const std::string& value) {
    json.Key(key);
    json.String(value.c_str());
  };
  json.StartObject();
  json.Key("totalViewers");
  json.Uint64(atlas.total_viewers);
  json.Key("threshold");
  json.Uint64(atlas.provenance.threshold);
  text("title", atlas.provenance.title);
  json.Key("communities");
  json.StartArray();
  for (const AtlasCommunity& community : atlas.communities) {
    json.String(community.label.c_str());
  }
  json.EndArray();
  json.Key("channels");
  json.StartArray();
  for (const AtlasChannel& channel : atlas.channels) {
    json.StartObject();
    text("id", channel.id);
    text("name", channel.name);
    text("title", channel.title);
    text("game", channel.game);
    text("language", channel.language);
    json.Key("audience");
    json.Uint64(channel.audience);
    json.Key("community");
    json.Int(channel.community == AtlasChannel::kNoCommunity ? -1 : static_cast<int>(channel.community));
    json.EndObject();
  }
  json.EndArray();
  json.Key("edges");
  json.StartArray();
  for (const AtlasEdge& edge : atlas.edges) {
    json.StartArray();
    json.Uint(edge.source);
    json.Uint(edge.target);
    json.Uint(edge.shared);
    json.EndArray();
  }
  json.EndArray();
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

bool write(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  return file.good();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_fixture DIR\n", stderr);
    return 2;
  }
  const std::string folder = argv[1];
  const Atlas atlas = known_atlas();
  const auto page = vieweratlas::make_page(atlas);
  if (!page) {
    std::fprintf(stderr, "%s\n", page.error().message.c_str());
    return 1;
  }
  return write(folder + "/known.html", *page) && write(folder + "/known.json", truth_of(atlas)) ? 0 : 1;
}
