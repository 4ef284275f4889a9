#include "simulate/truth_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "simulate/names.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas::simulate_internal {
namespace {

constexpr std::string_view kGenerator = "vieweratlas simulate";
constexpr unsigned kFormatVersion = 1;

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void key(Writer& json, std::string_view name) { json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }

void field(Writer& json, std::string_view name, std::string_view text) {
  key(json, name);
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void field(Writer& json, std::string_view name, std::uint64_t number) {
  key(json, name);
  json.Uint64(number);
}

void field(Writer& json, std::string_view name, double number) {
  key(json, name);
  json.Double(number);
}

void begin(Writer& json, std::uint64_t num_files, bool complete) {
  json.StartObject();
  field(json, "generator", kGenerator);
  field(json, "format", std::uint64_t{kFormatVersion});
  key(json, "complete");
  json.Bool(complete);
  field(json, "files", num_files);
}

void write_options(Writer& json, const SimulateOptions& options) {
  key(json, "options");
  json.StartObject();
  field(json, "channels", std::uint64_t{options.channels});
  field(json, "viewers", std::uint64_t{options.viewers});
  field(json, "communities", std::uint64_t{options.communities});
  field(json, "days", std::uint64_t{options.days});
  field(json, "snapshot_interval_s", static_cast<std::uint64_t>(options.snapshot_interval.count()));
  field(json, "bots", std::uint64_t{options.bots});
  field(json, "mixing", options.mixing);
  field(json, "channels_per_viewer", options.channels_per_viewer);
  field(json, "seed", options.seed);
  key(json, "formats");
  json.StartArray();
  for (const SnapshotFormat format : options.formats) json.String(std::string(name_of(format)).c_str());
  json.EndArray();
  field(json, "start", format_iso(options.start));
  json.EndObject();
}

void write_communities(Writer& json, const SimulatedTruth& truth) {
  key(json, "communities");
  json.StartArray();
  for (std::size_t i = 0; i < truth.communities.size(); ++i) {
    const SimulatedCommunity& community = truth.communities[i];
    json.StartObject();
    field(json, "id", std::uint64_t{i});
    field(json, "language", community.language);
    field(json, "scene", community.scene);
    field(json, "game", community.game);
    field(json, "channels", std::uint64_t{community.num_channels});
    field(json, "share", community.share);
    json.EndObject();
  }
  json.EndArray();
}

void write_channels(Writer& json, const SimulatedTruth& truth) {
  key(json, "channels");
  json.StartArray();
  for (const SimulatedChannel& channel : truth.channels) {
    json.StartObject();
    field(json, "login", channel.login);
    field(json, "display_name", channel.display_name);
    field(json, "community", std::uint64_t{channel.community});
    field(json, "language", channel.language);
    field(json, "game", channel.game);
    field(json, "audience", channel.audience);
    field(json, "snapshots", std::uint64_t{channel.num_snapshots});
    json.EndObject();
  }
  json.EndArray();
}

void write_bots(Writer& json, const SimulateOptions& options, const SimulatedTruth& truth) {
  key(json, "bots");
  json.StartArray();
  const ViewerNames names(truth.num_viewers, truth.first_bot, options.seed);
  std::string login;
  for (std::uint32_t viewer = truth.first_bot; viewer < truth.num_viewers; ++viewer) {
    login.clear();
    names.append(login, viewer);
    json.String(login.data(), static_cast<rapidjson::SizeType>(login.size()));
  }
  json.EndArray();
}

}  // namespace

std::string marker_json(std::uint64_t num_files) {
  rapidjson::StringBuffer buffer;
  Writer json(buffer);
  begin(json, num_files, false);
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + '\n';
}

std::string truth_json(const SimulateOptions& options, const SimulatedTruth& truth, std::uint64_t num_files) {
  rapidjson::StringBuffer buffer;
  Writer json(buffer);
  begin(json, num_files, true);
  write_options(json, options);
  field(json, "snapshots", truth.num_snapshots);
  field(json, "presence_rows", truth.num_presence_rows);
  field(json, "viewers", std::uint64_t{truth.num_viewers});
  write_communities(json, truth);
  write_channels(json, truth);
  write_bots(json, options, truth);
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + '\n';
}

Result<Marker> read_marker(std::string_view json) {
  const Error foreign{ErrorCode::kCorruptData, "not written by " + std::string(kGenerator)};
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(json.data(), json.size(), true).get(object) != simdjson::SUCCESS) return foreign;
  std::string_view generator;
  Marker marker;
  if (object["generator"].get(generator) != simdjson::SUCCESS || generator != kGenerator) return foreign;
  if (object["files"].get(marker.num_files) != simdjson::SUCCESS) return foreign;
  if (object["complete"].get(marker.complete) != simdjson::SUCCESS) return foreign;
  return marker;
}

}  // namespace vieweratlas::simulate_internal
