#include "vieweratlas/presence/snapshot.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vieweratlas/core/csv.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas {
namespace {

/// Characters that may stand in a JSON string as they are, without a look at what is around them: ASCII but for control
/// characters, the quote and the backslash.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return kPlain[static_cast<unsigned char>(c)]; });
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : is_utf8(text) ? std::string(text) : sanitise_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
}

/// Appends `"name":"text",` unless the text is empty.
void append_text_field(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += '"';
  out += name;
  out += "\":";
  append_json_string(out, text);
  out += ',';
}

/// Appends `"name":number,` when there is a number.
void append_number_field(std::string& out, std::string_view name, std::optional<std::uint64_t> number) {
  if (!number) return;
  out += '"';
  out += name;
  out += "\":";
  out += std::to_string(*number);
  out += ',';
}

void append_time_field(std::string& out, std::string_view name, std::optional<UtcTime> time) {
  if (time) append_text_field(out, name, format_iso(*time));
}

/// Appends `[a,b,...]`; `append` writes one element.
template <typename Elements, typename Append>
void append_list(std::string& out, const Elements& elements, const Append& append) {
  out += '[';
  bool first = true;
  for (const auto& element : elements) {
    if (!first) out += ',';
    first = false;
    append(element);
  }
  out += ']';
}

void append_losses(std::string& out, const Snapshot& snapshot) {
  if (snapshot.losses.empty()) return;
  out += "\"losses\":{";
  for (const auto& [reason, count] : snapshot.losses) {
    append_json_string(out, reason);
    out += ':';
    out += std::to_string(count);
    out += ',';
  }
  out.back() = '}';
  out += ',';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  if (is_plain(text)) {
    out += text;
  } else {
    append_escaped(out, text);
  }
  out += '"';
}

void append_snapshot_json(std::string& out, const Snapshot& snapshot) {
  const auto append_text = [&out](std::string_view text) { append_json_string(out, text); };
  out += '{';
  append_text_field(out, "channel", snapshot.channel);
  append_text_field(out, "channel_id", snapshot.channel_id);
  append_text_field(out, "display_name", snapshot.display_name);
  append_text_field(out, "timestamp", format_iso(snapshot.timestamp));
  append_time_field(out, "window_begin", snapshot.window_begin);
  append_time_field(out, "window_end", snapshot.window_end);
  append_number_field(out, "seconds_observed", snapshot.seconds_observed);
  append_number_field(out, "viewer_count", snapshot.viewer_count);
  append_text_field(out, "game_name", snapshot.game_name);
  append_text_field(out, "language", snapshot.language);
  append_text_field(out, "title", snapshot.title);
  append_time_field(out, "started_at", snapshot.started_at);
  append_text_field(out, "source", snapshot.source);
  append_text_field(out, "content_id", snapshot.content_id);
  append_number_field(out, "offset_s", snapshot.offset_s);
  append_number_field(out, "bucket_len_s", snapshot.bucket_len_s);
  if (snapshot.shared_chat_unfiltered) append_text_field(out, "shared_chat", "unfiltered");
  append_losses(out, snapshot);
  out += "\"chatters\":";
  append_list(out, snapshot.chatters, append_text);
  if (!snapshot.messages.empty()) {
    out += ",\"messages\":";
    append_list(out, snapshot.messages, [&out](std::uint32_t count) { out += std::to_string(count); });
  }
  if (!snapshot.logins.empty()) {
    out += ",\"logins\":";
    append_list(out, snapshot.logins, append_text);
  }
  out += "}\n";
}

void append_chatter_csv_header(std::string& out) { out += "timestamp,channel,viewer_count,game_name,title,started_at,username\n"; }

void append_chatter_csv(std::string& out, const Snapshot& snapshot) {
  if (snapshot.chatters.empty()) return;
  // All but the last field are the same in each row of a snapshot.
  std::string prefix = format_iso(snapshot.timestamp) + ',';
  append_csv(prefix, snapshot.channel);
  prefix += ',';
  if (snapshot.viewer_count) prefix += std::to_string(*snapshot.viewer_count);
  prefix += ',';
  append_csv(prefix, snapshot.game_name);
  prefix += ',';
  append_csv(prefix, snapshot.title);
  prefix += ',';
  if (snapshot.started_at) prefix += format_iso(*snapshot.started_at);
  prefix += ',';
  for (const std::string_view chatter : snapshot.chatters) {
    out += prefix;
    append_csv(out, chatter);
    out += '\n';
  }
}

std::string snapshot_key(std::string_view channel, UtcTime time) {
  std::string key = "raw/snapshots/" + format_date_path(time) + '/';
  key += channel;
  key += '_';
  key += format_compact(time);
  key += ".json";
  return key;
}

}  // namespace vieweratlas
