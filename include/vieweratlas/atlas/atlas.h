#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vieweratlas {

struct AtlasChannel {
  std::string id;                  ///< login, unique
  std::string name;                ///< display name, any script
  std::uint64_t audience = 0;      ///< unique viewers in the window
  std::uint64_t viewer_count = 0;  ///< highest concurrent viewers reported; 0 = not reported
  std::string game;                ///< most watched game, empty = not known
  std::string language;            ///< code, empty = not known
  std::string title;               ///< heaviest title, empty = not known
  std::uint32_t community = 0;     ///< index into Atlas::communities, or kNoCommunity
  std::uint32_t degree = 0;        ///< links of the graph
  std::uint64_t strength = 0;      ///< sum of shared viewers over links
  float x = 0;                     ///< map units: disc of radius 1000, y downwards
  float y = 0;
  float radius = 0;

  static constexpr std::uint32_t kNoCommunity = 0xFFFFFFFFU;
};

struct AtlasEdge {
  std::uint32_t source = 0;  ///< index into Atlas::channels, source < target
  std::uint32_t target = 0;
  std::uint32_t shared = 0;  ///< viewers present in both
};

struct AtlasShare {
  std::string value;
  double percent = 0;
  double map_percent = 0;
};

struct AtlasCommunity {
  std::string label;                          ///< unique, plain text from outside: escape where it is shown
  std::string reason;                         ///< evidence in one sentence
  std::array<std::uint8_t, 3> color{};        ///< sRGB, on the dark ground
  std::array<std::uint8_t, 3> light_color{};  ///< the darker rim and name colour on the light ground
  std::uint32_t num_channels = 0;
  std::uint64_t audience = 0;  ///< sum of the channels' audiences (viewers of two channels count twice)
  std::vector<AtlasShare> games;
  std::vector<AtlasShare> languages;
  std::vector<std::uint32_t> representatives;  ///< channel indices
  bool clear_game = false;
  bool clear_language = false;
};

/// Where a map comes from: enough to make it again. No clock time, so that equal inputs give equal bytes.
struct Provenance {
  std::string version;       ///< of the program
  std::string input_digest;  ///< "xxh3-128:..." over all input files, sorted by name
  std::string title;         ///< heading of the poster and the page
  std::string window_begin;  ///< ISO 8601 of the first and last snapshot; empty for a measured graph
  std::string window_end;
  std::string method;                                         ///< one line for people: algorithm, weights, resolution, layout, seed
  std::vector<std::pair<std::string, std::string>> options;   ///< every analysis option and its value, in table order
  std::vector<std::pair<std::string, std::uint64_t>> counts;  ///< rows read, skipped by reason, viewers removed, ...
  std::uint64_t seed = 0;
  std::uint64_t threshold = 1;  ///< fewest shared viewers of a link
  bool measured_graph = false;  ///< entered at the graph stage
};

struct AtlasQuality {
  double resolution = 1;
  double quality = 0;     ///< Q at `resolution`
  double modularity = 0;  ///< Q at 1
  double density = 0;
  std::uint32_t num_components = 0;
  std::uint32_t num_isolated = 0;
};

/// The finished map: everything that pictures, pages, files and servers show. Channels are sorted by falling audience,
/// ties by id; edges by falling shared count, ties by (source, target); communities by falling number of channels.
struct Atlas {
  std::vector<AtlasChannel> channels;
  std::vector<AtlasEdge> edges;
  std::vector<AtlasCommunity> communities;
  std::uint64_t total_viewers = 0;  ///< distinct viewers; 0 = not known: then lift is not shown
  AtlasQuality quality;
  Provenance provenance;
};

}  // namespace vieweratlas
