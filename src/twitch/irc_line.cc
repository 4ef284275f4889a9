#include "twitch/irc_line.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace vieweratlas {
namespace {

std::size_t find_byte(std::string_view text, char byte) {
  const void* at = text.empty() ? nullptr : std::memchr(text.data(), byte, text.size());
  return at == nullptr ? std::string_view::npos : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

void skip_spaces(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

// Up to the next space, which is skipped with those that follow. False when there is none.
bool take_word(std::string_view& text, std::string_view& word) {
  const std::size_t end = find_byte(text, ' ');
  if (end == std::string_view::npos) return false;
  word = text.substr(0, end);
  text.remove_prefix(end);
  skip_spaces(text);
  return true;
}

bool is_command_byte(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

// Takes the tag when its key is `key`: "key=value", or "key" alone, which is the same as "key=".
bool take_tag(std::string_view tag, std::string_view key, std::string_view& value) {
  if (!tag.starts_with(key)) return false;
  if (tag.size() == key.size()) {
    value = {};
    return true;
  }
  if (tag[key.size()] != '=') return false;
  value = tag.substr(key.size() + 1);
  return true;
}

// By the first letter, so that most of the twenty tags of a line are passed over after one look.
void take_chat_tag(std::string_view tag, ChatTags& tags) {
  switch (tag.front()) {
    case 'b': take_tag(tag, "badges", tags.badges); return;
    case 'i': take_tag(tag, "id", tags.id); return;
    case 'l': take_tag(tag, "login", tags.login); return;
    case 'm': take_tag(tag, "msg-id", tags.msg_id); return;
    case 'r': take_tag(tag, "room-id", tags.room_id); return;
    case 's': take_tag(tag, "source-room-id", tags.source_room_id); return;
    case 't': take_tag(tag, "tmi-sent-ts", tags.tmi_sent_ts); return;
    case 'u': take_tag(tag, "user-id", tags.user_id); return;
    default: return;
  }
}

void unescape_all(ChatTags& tags, std::string& scratch) {
  const std::array<std::string_view*, 8> values = {&tags.badges,         &tags.id,          &tags.login,  &tags.msg_id, &tags.room_id,
                                                   &tags.source_room_id, &tags.tmi_sent_ts, &tags.user_id};
  std::size_t longest = 0;
  for (const std::string_view* value : values) longest += value->size();
  scratch.clear();
  scratch.reserve(longest);  // unescaping makes nothing longer, so that views of it stay
  for (std::string_view* value : values) {
    const std::size_t begin = scratch.size();
    append_unescaped(scratch, *value);
    *value = std::string_view(scratch).substr(begin);
  }
}

}  // namespace

std::optional<IrcLine> parse_irc_line(std::string_view line) {
  IrcLine parts;
  skip_spaces(line);
  if (line.starts_with('@')) {
    line.remove_prefix(1);
    if (!take_word(line, parts.tags)) return std::nullopt;
  }
  if (line.starts_with(':')) {
    line.remove_prefix(1);
    if (!take_word(line, parts.prefix)) return std::nullopt;
  }
  std::size_t length = 0;
  while (length < line.size() && is_command_byte(line[length])) ++length;
  if (length == 0 || (length < line.size() && line[length] != ' ')) return std::nullopt;
  parts.command = line.substr(0, length);
  parts.params = line.substr(length);
  return parts;
}

std::optional<std::string_view> next_param(std::string_view& params) {
  skip_spaces(params);
  if (params.empty()) return std::nullopt;
  std::string_view param = params;
  if (params.front() == ':') {
    param.remove_prefix(1);
    params = {};
    return param;
  }
  param = params.substr(0, find_byte(params, ' '));
  params.remove_prefix(param.size());
  return param;
}

std::string_view nick_of(std::string_view prefix) {
  const std::size_t end = find_byte(prefix, '!');
  return end == std::string_view::npos ? std::string_view() : prefix.substr(0, end);
}

void append_unescaped(std::string& out, std::string_view escaped) {
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '\\') {
      out.push_back(escaped[i]);
      continue;
    }
    if (++i == escaped.size()) return;
    switch (escaped[i]) {
      case ':': out.push_back(';'); break;
      case 's': out.push_back(' '); break;
      case 'r': out.push_back('\r'); break;
      case 'n': out.push_back('\n'); break;
      default: out.push_back(escaped[i]);
    }
  }
}

ChatTags read_chat_tags(std::string_view tags, std::string& scratch) {
  ChatTags found;
  const std::string_view all = tags;
  while (!tags.empty()) {
    const std::size_t end = std::min(find_byte(tags, ';'), tags.size());
    if (end > 0) take_chat_tag(tags.substr(0, end), found);
    tags.remove_prefix(std::min(end + 1, tags.size()));
  }
  if (find_byte(all, '\\') != std::string_view::npos) unescape_all(found, scratch);
  return found;
}

}  // namespace vieweratlas
