#include "collect/daily_state.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/snapshot.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {
namespace {

namespace dom = simdjson::dom;

constexpr std::chrono::days kKept{7};

Error corrupt(const ObjectStore& store, std::string_view key) {
  return {ErrorCode::kCorruptData,
          "reading " + printable(store.uri(key)) +
              ": this is not what the collector wrote; remove it (channels of today are then collected once more)"};
}

}  // namespace

Result<DailyState> DailyState::load(const ObjectStore& store, std::uint32_t shard, std::uint32_t shards) {
  DailyState state;
  std::string key = state.key_;
  if (shards > 1) state.key_ = fmt::format("state/daily_collection_state_shard-{}-of-{}.json", shard, shards);
  Result<std::string> text = store.get(state.key_);
  if (!text && text.error().code == ErrorCode::kNotFound && key != state.key_) {
    text = store.get(key);
  } else {
    key = state.key_;
  }
  if (!text && text.error().code == ErrorCode::kNotFound) return state;
  if (!text) return std::move(text).error();
  dom::parser parser;
  dom::object root;
  if (parser.parse(*text).get(root) != simdjson::SUCCESS) return corrupt(store, key);
  for (const dom::key_value_pair member : root) {
    std::string_view round;
    dom::object days;
    if (member.key == "last_round" && member.value.get(round) == simdjson::SUCCESS) {
      state.last_round_ = round;
    } else if (member.key == "live" && member.value.get(days) == simdjson::SUCCESS) {
      for (const dom::key_value_pair entry : days) {
        std::string_view day;
        if (entry.value.get(day) != simdjson::SUCCESS) return corrupt(store, key);
        state.live_.emplace(entry.key, day);
      }
    } else {
      state.others_.emplace(member.key, simdjson::minify(member.value));
    }
  }
  return state;
}

bool DailyState::has(std::string_view channel, std::string_view day) const {
  const auto known = live_.find(channel);
  return known != live_.end() && known->second == day;
}

Status DailyState::mark(std::span<const std::string> channels, std::string_view day, std::string_view round, ObjectStore& store) {
  last_round_ = round;
  for (const std::string& channel : channels) live_[channel] = day;
  if (const std::optional<UtcTime> time = parse_time(day)) {
    // Days compare as texts.
    const std::string oldest = format_iso(*time - kKept).substr(0, day.size());
    for (auto it = live_.begin(); it != live_.end();) it = it->second < oldest ? live_.erase(it) : std::next(it);
  }
  std::string text = "{\"live\":{";
  for (const auto& [channel, last] : live_) {
    append_json_string(text, channel);
    text += ':';
    append_json_string(text, last);
    text += ',';
  }
  if (text.back() == ',') text.pop_back();
  text += "},";
  if (!others_.contains("vod")) text += "\"vod\":{},";
  for (const auto& [name, json] : others_) {
    append_json_string(text, name);
    text += ':' + json + ',';
  }
  text += "\"last_round\":";
  append_json_string(text, last_round_);
  text += "}\n";
  return store.put(key_, text);
}

}  // namespace vieweratlas::collect_internal
