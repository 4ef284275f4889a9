// analysis_results.json. Numbers that programs of the same purpose have written under two names are written under both.

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/number.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/atlas/export.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/losses.h"
#include "vieweratlas/presence/quality.h"

namespace vieweratlas {
namespace {

/// The writer with our formats: text made valid UTF-8, numbers of six significant digits.
class Json {
 public:
  void begin_object() { writer_.StartObject(); }
  void end_object() { writer_.EndObject(); }
  void begin_array() { writer_.StartArray(); }
  void end_array() { writer_.EndArray(); }
  void key(std::string_view name) {
    const std::string text = valid(name);
    writer_.Key(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void text(std::string_view value) {
    const std::string safe = valid(value);
    writer_.String(safe.data(), static_cast<rapidjson::SizeType>(safe.size()));
  }
  void number(double value) {
    std::string digits;
    atlas_internal::append_number(digits, value);
    writer_.RawValue(digits.data(), digits.size(), rapidjson::kNumberType);
  }
  void integer(std::uint64_t value) { writer_.Uint64(value); }
  void negative(int value) { writer_.Int(value); }
  void boolean(bool value) { writer_.Bool(value); }
  void null() { writer_.Null(); }

  void field(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  void field(std::string_view name, double value) {
    key(name);
    number(value);
  }
  void field(std::string_view name, std::uint64_t value) {
    key(name);
    integer(value);
  }
  void field(std::string_view name, bool value) {
    key(name);
    boolean(value);
  }
  void begin_object(std::string_view name) {
    key(name);
    begin_object();
  }
  void begin_array(std::string_view name) {
    key(name);
    begin_array();
  }
  [[nodiscard]] std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  static std::string valid(std::string_view text) { return is_utf8(text) ? std::string(text) : sanitise_utf8(text); }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

void write_config(Json& json, const Atlas& atlas, const ResultsContext& context) {
  json.begin_object("config");
  json.field("overlap_threshold", atlas.provenance.threshold);
  json.field("resolution", atlas.quality.resolution);
  json.field("min_channel_viewers", context.min_channel_viewers);
  json.end_object();
}

void write_partition(Json& json, const Atlas& atlas) {
  json.begin_object("partition");
  for (const auto& channel : atlas.channels) {
    json.key(channel.id);
    if (channel.community == AtlasChannel::kNoCommunity) {
      json.negative(-1);
    } else {
      json.integer(channel.community);
    }
  }
  json.end_object();
  json.begin_object("labels");
  for (std::size_t c = 0; c < atlas.communities.size(); ++c) json.field(std::to_string(c), std::string_view(atlas.communities[c].label));
  json.end_object();
}

void write_shares(Json& json, std::string_view name, const std::vector<AtlasShare>& shares) {
  json.begin_array(name);
  for (const auto& share : shares) {
    json.begin_object();
    json.field("value", std::string_view(share.value));
    json.field("percent", share.percent);
    json.field("map_percent", share.map_percent);
    json.end_object();
  }
  json.end_array();
}

std::string hex_color(const std::array<std::uint8_t, 3>& color) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text = "#";
  for (const auto value : color) {
    text += kDigits[value >> 4U];
    text += kDigits[value & 15U];
  }
  return text;
}

/// Each community with the evidence for its label.
void write_communities(Json& json, const Atlas& atlas) {
  json.begin_array("communities");
  for (std::size_t c = 0; c < atlas.communities.size(); ++c) {
    const auto& community = atlas.communities[c];
    json.begin_object();
    json.field("id", std::uint64_t{c});
    json.field("label", std::string_view(community.label));
    json.field("reason", std::string_view(community.reason));
    json.field("num_channels", std::uint64_t{community.num_channels});
    json.field("audience", community.audience);
    json.field("color", std::string_view(hex_color(community.color)));
    json.field("clear_game", community.clear_game);
    json.field("clear_language", community.clear_language);
    write_shares(json, "games", community.games);
    write_shares(json, "languages", community.languages);
    json.begin_array("representatives");
    for (const auto channel : community.representatives) json.text(atlas.channels[channel].id);
    json.end_array();
    json.end_object();
  }
  json.end_array();
}

void write_graph_statistics(Json& json, const Atlas& atlas) {
  json.begin_object("graph");
  for (const std::string_view name : {"nodes", "num_nodes"}) json.field(name, std::uint64_t{atlas.channels.size()});
  for (const std::string_view name : {"edges", "num_edges"}) json.field(name, std::uint64_t{atlas.edges.size()});
  json.field("density", atlas.quality.density);
  json.field("num_components", std::uint64_t{atlas.quality.num_components});
  json.field("num_isolated", std::uint64_t{atlas.quality.num_isolated});
  json.end_object();
}

void write_detection_statistics(Json& json, const Atlas& atlas) {
  std::uint64_t assigned = 0;
  std::uint64_t largest = 0;
  std::uint64_t smallest = atlas.communities.empty() ? 0 : atlas.channels.size();
  json.begin_object("detection");
  json.field("num_communities", std::uint64_t{atlas.communities.size()});
  json.field("modularity", atlas.quality.modularity);
  json.field("quality", atlas.quality.quality);
  json.field("resolution", atlas.quality.resolution);
  json.begin_array("community_sizes");
  for (const auto& community : atlas.communities) {
    const std::uint64_t size = community.num_channels;
    json.integer(size);
    assigned += size;
    largest = std::max(largest, size);
    smallest = std::min(smallest, size);
  }
  json.end_array();
  json.field("largest_community_size", largest);
  json.field("smallest_community_size", smallest);
  json.field("num_unassigned", std::uint64_t{atlas.channels.size()} - assigned);
  json.end_object();
}

void write_tagging_statistics(Json& json, const Atlas& atlas) {
  std::uint64_t with_game = 0;
  std::uint64_t with_language = 0;
  std::uint64_t with_neither = 0;
  for (const auto& community : atlas.communities) {
    with_game += community.clear_game ? 1U : 0U;
    with_language += community.clear_language ? 1U : 0U;
    with_neither += community.clear_game || community.clear_language ? 0U : 1U;
  }
  json.begin_object("tagging");
  for (const std::string_view name : {"labeled_communities", "total_labeled"}) {
    json.field(name, std::uint64_t{atlas.communities.size()});
  }
  json.field("with_clear_game", with_game);
  json.field("with_clear_language", with_language);
  json.field("uncategorized", with_neither);
  json.end_object();
}

/// The numbers that a measured graph has in place of a quality report.
QualityReport report_of_atlas(const Atlas& atlas) {
  constexpr std::size_t kTop = 10;
  QualityReport report;
  report.total_channels = static_cast<std::uint32_t>(atlas.channels.size());
  report.total_unique_viewers = atlas.total_viewers;
  for (const auto& channel : atlas.channels) {
    report.total_viewers_per_channel += channel.audience;
    if (report.top_channels_by_viewers.size() < kTop) report.top_channels_by_viewers.push_back({channel.id, channel.audience});
  }
  return report;
}

void write_aggregator_statistics(Json& json, const QualityReport& report, const ResultsContext& context) {
  json.begin_object("aggregator");
  json.field("total_snapshots", report.total_snapshots);
  json.field("total_channels", std::uint64_t{report.total_channels});
  json.field("total_unique_viewers_per_channel", report.total_viewers_per_channel);
  json.field("total_unique_viewers_across_all", report.total_unique_viewers);
  json.begin_array("top_channels_by_viewers");
  for (const auto& top : report.top_channels_by_viewers) {
    json.begin_object();
    json.field("channel", std::string_view(top.channel));
    json.field("viewers", top.viewers);
    json.end_object();
  }
  json.end_array();
  json.begin_object("snapshot_sources");
  for (const auto& [source, count] : context.snapshot_sources) json.field(source, count);
  json.end_object();
  json.end_object();
}

void write_statistics(Json& json, const Atlas& atlas, const ResultsContext& context) {
  json.begin_object("statistics");
  write_graph_statistics(json, atlas);
  write_detection_statistics(json, atlas);
  write_tagging_statistics(json, atlas);
  write_aggregator_statistics(json, context.quality != nullptr ? *context.quality : report_of_atlas(atlas), context);
  json.end_object();
}

void write_quality(Json& json, const QualityReport& report) {
  json.begin_object("data_quality");
  json.field("total_channels", std::uint64_t{report.total_channels});
  json.field("total_unique_viewers", report.total_unique_viewers);
  json.field("total_snapshots", report.total_snapshots);
  json.field("avg_viewers", report.avg_viewers);
  json.field("median_viewers", report.median_viewers);
  json.field("max_viewers", report.max_viewers);
  json.field("min_viewers", report.min_viewers);
  json.field("avg_channels_per_viewer", report.avg_channels_per_viewer);
  json.field("repeat_viewers_2plus", report.repeat_viewers_2plus);
  json.field("repeat_viewers_3plus", report.repeat_viewers_3plus);
  json.field("one_off_viewers", report.one_off_viewers);
  json.field("one_off_percentage", report.one_off_percentage);
  json.field("suspected_bots", report.suspected_bots);
  json.field("suspected_bot_degree", std::uint64_t{report.suspected_bot_degree});
  json.field("hours_in_window", report.hours_in_window);
  json.field("hours_covered", report.hours_covered);
  json.field("longest_gap_hours", report.longest_gap_hours);
  if (report.snapshots_observed > 0) {
    json.field("snapshots_observed", report.snapshots_observed);
    json.field("channel_hours_observed", report.channel_hours_observed);
  }
  json.end_object();
}

void write_losses(Json& json, const Losses& losses) {
  json.begin_object("losses");
  for (const auto& [reason, entry] : losses.by_reason()) {
    json.begin_object(reason);
    json.field("count", entry.count);
    json.field("example", std::string_view(entry.example));
    json.end_object();
  }
  json.end_object();
}

void write_provenance(Json& json, const Provenance& provenance) {
  json.begin_object("provenance");
  json.field("version", std::string_view(provenance.version));
  json.field("input_digest", std::string_view(provenance.input_digest));
  json.field("title", std::string_view(provenance.title));
  json.field("window_begin", std::string_view(provenance.window_begin));
  json.field("window_end", std::string_view(provenance.window_end));
  json.field("method", std::string_view(provenance.method));
  json.field("seed", provenance.seed);
  json.field("measured_graph", provenance.measured_graph);
  json.begin_object("options");
  for (const auto& [name, value] : provenance.options) json.field(name, std::string_view(value));
  json.end_object();
  json.begin_object("counts");
  for (const auto& [name, count] : provenance.counts) json.field(name, count);
  json.end_object();
  json.end_object();
}

}  // namespace

std::string results_json(const Atlas& atlas, const ResultsContext& context) {
  Json json;
  json.begin_object();
  json.key("timestamp");
  if (atlas.provenance.window_end.empty()) {
    json.null();
  } else {
    json.text(atlas.provenance.window_end);
  }
  write_config(json, atlas, context);
  write_statistics(json, atlas, context);
  write_partition(json, atlas);
  write_communities(json, atlas);
  if (context.quality != nullptr) write_quality(json, *context.quality);
  write_losses(json, context.losses);
  write_provenance(json, atlas.provenance);
  json.end_object();
  return json.take() + "\n";
}

}  // namespace vieweratlas
