#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vieweratlas::collect_internal {

/// Channels that somebody wrote down.
struct ChannelList {
  std::vector<std::string> logins;  ///< in the order given, each once
  std::uint64_t num_wrong = 0;
  std::string first_wrong;  ///< printable
};

/// The login of "Name", "#name", "@name", "twitch.tv/name", "https://www.twitch.tv/name/videos?x"; empty when it can be none.
[[nodiscard]] std::optional<std::string> login_of(std::string_view written);

[[nodiscard]] ChannelList channel_list(std::span<const std::string> written);

/// A file with a channel a line. A line that begins with "#" and no name is a comment, and so is what follows a blank and a "#".
[[nodiscard]] ChannelList parse_channel_list(std::string_view text);

}  // namespace vieweratlas::collect_internal
