#include "collect/channel_list.h"

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/text.h"
#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas::collect_internal {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!equals_ignoring_case(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

class Builder {
 public:
  void add(std::string_view written) {
    std::optional<std::string> login = login_of(written);
    if (!login) {
      if (list_.num_wrong++ == 0) list_.first_wrong = printable(written, 60);
    } else if (seen_.insert(*login).second) {
      list_.logins.push_back(*std::move(login));
    }
  }
  ChannelList finish() && { return std::move(list_); }

 private:
  ChannelList list_;
  std::set<std::string> seen_;
};

/// A line without its remark.
std::string_view content_of(std::string_view line) {
  line = trim(line);
  if (line.starts_with('#') && !login_of(line)) return {};
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (line[at] == '#' && (line[at - 1] == ' ' || line[at - 1] == '\t')) return trim(line.substr(0, at));
  }
  return line;
}

}  // namespace

std::optional<std::string> login_of(std::string_view written) {
  std::string_view text = trim(written);
  if (!take_prefix(text, "https://")) take_prefix(text, "http://");
  for (const std::string_view host : {"www.twitch.tv/", "m.twitch.tv/", "twitch.tv/"}) {
    if (!take_prefix(text, host)) continue;
    text = text.substr(0, text.find_first_of("/?#"));
    break;
  }
  if (text.starts_with('#') || text.starts_with('@')) text.remove_prefix(1);
  std::string login = to_lower(text);
  if (!is_login(login)) return std::nullopt;
  return login;
}

ChannelList channel_list(std::span<const std::string> written) {
  Builder builder;
  for (const std::string& name : written) builder.add(name);
  return std::move(builder).finish();
}

ChannelList parse_channel_list(std::string_view text) {
  take_prefix(text, "\xef\xbb\xbf");  // some editors put it first
  Builder builder;
  for (const std::string_view line : split(text, '\n')) {
    if (const std::string_view content = content_of(line); !content.empty()) builder.add(content);
  }
  return std::move(builder).finish();
}

}  // namespace vieweratlas::collect_internal
