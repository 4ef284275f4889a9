#pragma once

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "twitch/irc_line.h"

namespace vieweratlas {

/// An IRC line read one letter after another into strings: slow, and written to be believed. Compares itself with the fast reading.
struct SlowIrcLine {
  std::map<std::string, std::string> tags;  // unescaped
  std::string prefix;
  std::string command;
  std::vector<std::string> params;

  static std::vector<std::string> split_at(const std::string& text, char separator) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
      if (c == separator)
        parts.emplace_back();
      else
        parts.back() += c;
    }
    return parts;
  }

  static std::string unescaped(const std::string& value) {
    std::string out;
    bool escape = false;
    for (const char c : value) {
      if (!escape && c == '\\') {
        escape = true;
        continue;
      }
      if (!escape)
        out += c;
      else if (c == ':')
        out += ';';
      else if (c == 's')
        out += ' ';
      else if (c == 'r')
        out += '\r';
      else if (c == 'n')
        out += '\n';
      else
        out += c;
      escape = false;
    }
    return out;
  }

  static std::optional<SlowIrcLine> read(const std::string& text) {
    SlowIrcLine line;
    std::size_t at = 0;
    const auto skip_spaces = [&] {
      while (at < text.size() && text[at] == ' ') ++at;
    };
    const auto word = [&] {
      std::string letters;
      while (at < text.size() && text[at] != ' ') letters += text[at++];
      return letters;
    };
    skip_spaces();
    if (at < text.size() && text[at] == '@') {
      ++at;
      for (const std::string& tag : split_at(word(), ';')) {
        if (tag.empty()) continue;
        const std::size_t equals = std::min(tag.find('='), tag.size());
        line.tags[tag.substr(0, equals)] = unescaped(tag.substr(std::min(equals + 1, tag.size())));
      }
      if (at == text.size()) return std::nullopt;
      skip_spaces();
    }
    if (at < text.size() && text[at] == ':') {
      ++at;
      line.prefix = word();
      if (at == text.size()) return std::nullopt;
      skip_spaces();
    }
    line.command = word();
    if (line.command.empty()) return std::nullopt;
    for (const char c : line.command) {
      if (static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) == 0) return std::nullopt;
    }
    for (skip_spaces(); at < text.size(); skip_spaces()) {
      if (text[at] == ':') {
        line.params.push_back(text.substr(at + 1));
        break;
      }
      line.params.push_back(word());
    }
    return line;
  }

  [[nodiscard]] std::string tag(const std::string& key) const {
    const auto found = tags.find(key);
    return found == tags.end() ? std::string() : found->second;
  }

  /// What differs between both readings of `text`; empty when they agree.
  static std::string difference(std::string_view text) {
    const std::optional<SlowIrcLine> slow = read(std::string(text));
    const std::optional<IrcLine> fast = parse_irc_line(text);
    if (slow.has_value() != fast.has_value()) return "one of them says that it is no line";
    if (!slow) return {};
    if (slow->prefix != fast->prefix) return "prefix";
    if (slow->command != fast->command) return "command";
    std::vector<std::string> params;
    std::string_view rest = fast->params;
    for (std::optional<std::string_view> param; (param = next_param(rest));) params.emplace_back(*param);
    if (slow->params != params) return "parameters";
    std::string scratch;
    const ChatTags tags = read_chat_tags(fast->tags, scratch);
    const bool same = slow->tag("badges") == tags.badges && slow->tag("id") == tags.id && slow->tag("login") == tags.login &&
                      slow->tag("msg-id") == tags.msg_id && slow->tag("room-id") == tags.room_id &&
                      slow->tag("source-room-id") == tags.source_room_id && slow->tag("tmi-sent-ts") == tags.tmi_sent_ts &&
                      slow->tag("user-id") == tags.user_id;
    return same ? std::string() : "tags";
  }
};

}  // namespace vieweratlas
