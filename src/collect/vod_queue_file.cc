#include "collect/vod_queue_file.h"

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/snapshot.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas::collect_internal {
namespace {

namespace dom = simdjson::dom;

constexpr std::array kStatuses{VodStatus::kPending, VodStatus::kProcessing, VodStatus::kCompleted, VodStatus::kFailed};

/// A text, or a whole number as text; empty for anything else.
std::string text_of(const dom::object& object, std::string_view name) {
  dom::element value;
  if (object[name].get(value) != simdjson::SUCCESS) return {};
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  std::uint64_t number = 0;
  return value.get(number) == simdjson::SUCCESS ? std::to_string(number) : std::string();
}

std::optional<UtcTime> time_of(const dom::object& object, std::string_view name) { return parse_time(text_of(object, name)); }

Result<VodItem> item_of(const dom::object& object) {
  VodItem item{.vod_id = text_of(object, "vod_id"), .channel = to_lower(text_of(object, "channel_login"))};
  if (item.channel.empty()) item.channel = to_lower(text_of(object, "channel"));
  if (!is_vod_id(item.vod_id) || !is_login(item.channel)) {
    return Error{ErrorCode::kCorruptData, "an item has no usable vod_id and channel_login (" + printable(item.vod_id, 80) + ", " +
                                              printable(item.channel, 80) + ")"};
  }
  const std::string status = text_of(object, "status");
  for (const VodStatus known : kStatuses) {
    if (status == name_of(known)) item.status = known;
  }
  std::uint64_t attempts = 0;
  if (object["attempt_count"].get(attempts) == simdjson::SUCCESS && attempts <= std::numeric_limits<std::uint32_t>::max()) {
    item.attempts = static_cast<std::uint32_t>(attempts);
  }
  item.next_attempt = time_of(object, "next_attempt_at");
  item.lease_expires = time_of(object, "lease_expires_at");
  item.worker = text_of(object, "processing_by");
  item.created = time_of(object, "created_at");
  item.updated = time_of(object, "updated_at");
  item.vod_created = time_of(object, "vod_created_at");
  item.last_error = text_of(object, "last_error");
  return item;
}

Error no_queue(std::string_view why) {
  return {ErrorCode::kCorruptData, "this is no queue of recordings (" + std::string(why) + "); move it away and a new one is begun"};
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

void append_time(std::string& out, std::string_view name, const std::optional<UtcTime>& time) {
  append_text(out, name, time ? format_iso(*time) : std::string());
}

}  // namespace

Result<std::vector<VodItem>> parse_vod_queue(std::string_view json) {
  std::vector<VodItem> items;
  if (trim(json).empty()) return items;
  dom::parser parser;
  dom::element root;
  if (const auto error = parser.parse(json.data(), json.size()).get(root); error != simdjson::SUCCESS)
    return no_queue(simdjson::error_message(error));
  dom::array list;
  if (root.get(list) != simdjson::SUCCESS && root["items"].get(list) != simdjson::SUCCESS && root["queue"].get(list) != simdjson::SUCCESS) {
    return no_queue("it holds no list");
  }
  for (const dom::element element : list) {
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return no_queue("an item is no object");
    auto item = item_of(object);
    if (!item) return no_queue(item.error().message);
    items.push_back(*std::move(item));
  }
  return items;
}

std::string print_vod_queue(const std::vector<VodItem>& items) {
  std::string out = "[";
  for (const VodItem& item : items) {
    out += out.size() == 1 ? "\n{\"vod_id\":" : ",\n{\"vod_id\":";
    append_json_string(out, item.vod_id);
    append_text(out, "channel_login", item.channel);
    append_text(out, "status", name_of(item.status));
    out += ",\"attempt_count\":" + std::to_string(item.attempts);
    append_time(out, "next_attempt_at", item.next_attempt);
    append_time(out, "lease_expires_at", item.lease_expires);
    append_text(out, "processing_by", item.worker);
    append_time(out, "created_at", item.created);
    append_time(out, "updated_at", item.updated);
    append_time(out, "vod_created_at", item.vod_created);
    append_text(out, "last_error", item.last_error);
    out += '}';
  }
  out += "\n]\n";
  return out;
}

}  // namespace vieweratlas::collect_internal
