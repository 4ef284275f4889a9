#include "render/page_data.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "render/page_columns.h"
#include "render/page_links.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/render/scene.h"

namespace vieweratlas::render_internal {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

/// Version of this format; web/src/data/decode.ts refuses others.
constexpr int kFormat = 1;
/// Titles of streams are at most 140 characters on the platforms that we know; longer text is cut.
constexpr std::size_t kMaxTitleBytes = 420;

/// The distinct values of a text field, the empty one ("not known") first, and each channel's index into them.
struct Dictionary {
  std::vector<std::string> values = {""};
  std::vector<std::uint64_t> indices;
};

Dictionary dictionary_of(const Atlas& atlas, const std::string AtlasChannel::* field) {
  Dictionary dictionary;
  std::map<std::string_view, std::uint64_t> known = {{"", 0}};
  for (const AtlasChannel& channel : atlas.channels) {
    const auto [at, is_new] = known.try_emplace(channel.*field, dictionary.values.size());
    if (is_new) {
      dictionary.values.push_back(channel.*field);
    }
    dictionary.indices.push_back(at->second);
  }
  return dictionary;
}

/// Outlines and holes of each community, as the page draws them: one list of rings, filled even-odd.
std::vector<std::vector<Ring>> rings_of(const Atlas& atlas) {
  std::vector<std::vector<Ring>> rings(atlas.communities.size());
  for (Region& region : community_regions(atlas)) {
    std::vector<Ring>& of = rings[region.community];
    of.push_back(std::move(region.outline));
    std::move(region.holes.begin(), region.holes.end(), std::back_inserter(of));
  }
  return rings;
}

/// `text` cut at a character boundary.
std::string_view cut(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) {
    return text;
  }
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return text.substr(0, end);
}

void put_text(Writer& json, std::string_view text) {
  const std::string clean = sanitise_utf8(text);
  json.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
}

void put(Writer& json, const char* key, std::string_view text) {
  json.Key(key);
  put_text(json, text);
}

void put(Writer& json, const char* key, std::uint64_t number) {
  json.Key(key);
  json.Uint64(number);
}

void put(Writer& json, const char* key, double number) {
  json.Key(key);
  json.Double(number);
}

void put(Writer& json, const char* key, std::span<const std::string> texts) {
  json.Key(key);
  json.StartArray();
  for (const std::string& text : texts) {
    put_text(json, text);
  }
  json.EndArray();
}

void put(Writer& json, const char* key, std::span<const AtlasShare> shares) {
  json.Key(key);
  json.StartArray();
  for (const AtlasShare& share : shares) {
    json.StartArray();
    put_text(json, share.value);
    json.Double(share.percent);
    json.Double(share.map_percent);
    json.EndArray();
  }
  json.EndArray();
}

std::string hex_color(const std::array<std::uint8_t, 3>& color) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text = "#";
  for (const std::uint8_t part : color) {
    text += kDigits[part >> 4U];
    text += kDigits[part & 15U];
  }
  return text;
}

void put_provenance(Writer& json, const Provenance& provenance) {
  json.Key("provenance");
  json.StartObject();
  put(json, "title", provenance.title);
  put(json, "version", provenance.version);
  put(json, "input_digest", provenance.input_digest);
  put(json, "window_begin", provenance.window_begin);
  put(json, "window_end", provenance.window_end);
  put(json, "method", provenance.method);
  // As text: a page's numbers are doubles, and a seed may need all 64 bits.
  put(json, "seed", std::to_string(provenance.seed));
  put(json, "threshold", provenance.threshold);
  json.Key("measured_graph");
  json.Bool(provenance.measured_graph);
  json.Key("options");
  json.StartArray();
  for (const auto& [name, value] : provenance.options) {
    json.StartArray();
    put_text(json, name);
    put_text(json, value);
    json.EndArray();
  }
  json.EndArray();
  json.Key("counts");
  json.StartArray();
  for (const auto& [name, count] : provenance.counts) {
    json.StartArray();
    put_text(json, name);
    json.Uint64(count);
    json.EndArray();
  }
  json.EndArray();
  json.EndObject();
}

void put_quality(Writer& json, const AtlasQuality& quality) {
  json.Key("quality");
  json.StartObject();
  put(json, "resolution", quality.resolution);
  put(json, "quality", quality.quality);
  put(json, "modularity", quality.modularity);
  put(json, "density", quality.density);
  put(json, "num_components", std::uint64_t{quality.num_components});
  put(json, "num_isolated", std::uint64_t{quality.num_isolated});
  json.EndObject();
}

void put_channel_texts(Writer& json, const Atlas& atlas) {
  std::vector<std::string> ids;
  std::vector<std::string> names;
  std::vector<std::string> titles;
  for (const AtlasChannel& channel : atlas.channels) {
    ids.push_back(channel.id);
    // Most names are their logins: an empty name says so.
    names.push_back(channel.name == channel.id ? "" : channel.name);
    titles.emplace_back(cut(channel.title, kMaxTitleBytes));
  }
  const bool has_titles = std::any_of(titles.begin(), titles.end(), [](const std::string& title) { return !title.empty(); });
  put(json, "ids", ids);
  put(json, "names", names);
  put(json, "titles", has_titles ? std::span<const std::string>(titles) : std::span<const std::string>());
}

void put_communities(Writer& json, const Atlas& atlas, const std::vector<std::vector<Ring>>& rings) {
  json.Key("communities");
  json.StartArray();
  for (std::size_t k = 0; k < atlas.communities.size(); ++k) {
    const AtlasCommunity& community = atlas.communities[k];
    json.StartObject();
    put(json, "label", community.label);
    put(json, "reason", community.reason);
    put(json, "color", hex_color(community.color));
    put(json, "light_color", hex_color(community.light_color));
    put(json, "num_channels", std::uint64_t{community.num_channels});
    put(json, "audience", community.audience);
    put(json, "games", community.games);
    put(json, "languages", community.languages);
    json.Key("representatives");
    json.StartArray();
    for (const std::uint32_t channel : community.representatives) {
      json.Uint(channel);
    }
    json.EndArray();
    json.Key("rings");
    json.StartArray();
    for (const Ring& ring : rings[k]) {
      json.Uint64(ring.size());
    }
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
}

/// Adds a column with one count per channel.
template <typename CountOf>
void add_channel_counts(PageColumns& columns, std::string_view name, const Atlas& atlas, CountOf count_of) {
  std::vector<std::uint64_t> counts;
  counts.reserve(atlas.channels.size());
  for (const AtlasChannel& channel : atlas.channels) {
    counts.push_back(count_of(channel));
  }
  columns.add_counts(name, counts);
}

struct Units {
  double position = 1;
  double radius = 1;
};

std::vector<float> all_of(const Atlas& atlas, float AtlasChannel::* field) {
  std::vector<float> values;
  values.reserve(atlas.channels.size());
  for (const AtlasChannel& channel : atlas.channels) {
    values.push_back(channel.*field);
  }
  return values;
}

/// Positions and outlines in one unit, so that circles and regions fit together exactly.
Units add_geometry(PageColumns& columns, const Atlas& atlas, const std::vector<std::vector<Ring>>& rings) {
  const std::vector<float> x = all_of(atlas, &AtlasChannel::x);
  const std::vector<float> y = all_of(atlas, &AtlasChannel::y);
  std::vector<float> extent = x;
  extent.insert(extent.end(), y.begin(), y.end());
  for (const std::vector<Ring>& of : rings) {
    for (const Ring& ring : of) {
      for (const MapPoint point : ring) {
        extent.push_back(point.x);
        extent.push_back(point.y);
      }
    }
  }
  Units units;
  units.position = fraction_unit(extent);
  columns.add_multiples("x", x, units.position);
  columns.add_multiples("y", y, units.position);
  units.radius = columns.add_fractions("radius", all_of(atlas, &AtlasChannel::radius));
  return units;
}

/// Steps between points that are already rounded, so that errors do not add up along a ring.
void add_ring_points(PageColumns& columns, const std::vector<std::vector<Ring>>& rings, double unit) {
  std::vector<float> steps;
  for (const std::vector<Ring>& of : rings) {
    for (const Ring& ring : of) {
      double last_x = 0;
      double last_y = 0;
      for (const MapPoint point : ring) {
        const double x = std::round(static_cast<double>(point.x) / unit);
        const double y = std::round(static_cast<double>(point.y) / unit);
        steps.push_back(static_cast<float>(x - last_x));
        steps.push_back(static_cast<float>(y - last_y));
        last_x = x;
        last_y = y;
      }
    }
  }
  columns.add_multiples("ring_points", steps, 1.0);
}

void add_links(PageColumns& columns, std::size_t num_channels, std::span<const AtlasEdge> edges) {
  std::vector<std::uint64_t> per_source(num_channels, 0);
  std::vector<std::uint64_t> steps;
  std::vector<std::uint64_t> shared;
  std::uint32_t source = 0;
  std::uint32_t last = 0;
  for (const AtlasEdge& edge : edges) {
    if (steps.empty() || edge.source != source) {
      source = edge.source;
      last = source;
    }
    ++per_source[source];
    steps.push_back(edge.target - last);
    shared.push_back(edge.shared);
    last = edge.target;
  }
  columns.add_counts("edge_count", per_source);
  columns.add_counts("edge_step", steps);
  columns.add_counts("edge_shared", shared);
}

void put_columns(Writer& json, const PageColumns& columns) {
  json.Key("columns");
  json.StartArray();
  for (const PageColumns::Column& column : columns.columns()) {
    json.StartArray();
    put_text(json, column.name);
    put_text(json, column.type);
    json.Uint64(column.count);
    json.EndArray();
  }
  json.EndArray();
}

}  // namespace

std::string page_data(const Atlas& atlas, const PageLinks& links) {
  const std::vector<std::vector<Ring>> rings = rings_of(atlas);
  const Dictionary games = dictionary_of(atlas, &AtlasChannel::game);
  const Dictionary languages = dictionary_of(atlas, &AtlasChannel::language);

  PageColumns columns;
  const Units units = add_geometry(columns, atlas, rings);
  add_channel_counts(columns, "audience", atlas, [](const AtlasChannel& channel) { return channel.audience; });
  add_channel_counts(columns, "viewer_count", atlas, [](const AtlasChannel& channel) { return channel.viewer_count; });
  add_channel_counts(columns, "community", atlas,
                     [&](const AtlasChannel& channel) { return std::min<std::uint64_t>(channel.community, atlas.communities.size()); });
  columns.add_counts("game", games.indices);
  columns.add_counts("language", languages.indices);
  add_channel_counts(columns, "degree", atlas, [](const AtlasChannel& channel) { return std::uint64_t{channel.degree}; });
  add_links(columns, atlas.channels.size(), links.edges);
  add_ring_points(columns, rings, units.position);

  rapidjson::StringBuffer head;
  Writer json(head);
  json.StartObject();
  json.Key("format");
  json.Int(kFormat);
  put_provenance(json, atlas.provenance);
  put_quality(json, atlas.quality);
  put(json, "total_viewers", atlas.total_viewers);
  put(json, "num_edges", std::uint64_t{atlas.edges.size()});
  put(json, "exact_neighbours", std::uint64_t{links.exact_neighbours});
  put(json, "position_unit", units.position);
  put(json, "radius_unit", units.radius);
  put_channel_texts(json, atlas);
  put(json, "games", games.values);
  put(json, "languages", languages.values);
  put_communities(json, atlas, rings);
  put_columns(json, columns);
  json.EndObject();

  std::string data;
  const std::size_t head_bytes = head.GetSize();
  for (unsigned byte = 0; byte < 4; ++byte) {
    data.push_back(static_cast<char>((head_bytes >> (8 * byte)) & 0xFFU));
  }
  data.append(head.GetString(), head_bytes);
  data.append(columns.bytes());
  return data;
}

}  // namespace vieweratlas::render_internal
