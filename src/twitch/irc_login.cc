#include <algorithm>
#include <cstddef>
#include <string_view>

#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {

bool is_login(std::string_view text) {
  constexpr std::size_t kMaxLoginBytes = 25;  // Twitch's own limit
  if (text.empty() || text.size() > kMaxLoginBytes) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace vieweratlas
