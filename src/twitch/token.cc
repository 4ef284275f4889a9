#include "vieweratlas/twitch/token.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

constexpr std::array<std::string_view, 3> kPrefixes{"oauth:", "bearer ", "oauth "};

std::string_view without_prefixes(std::string_view token) {
  bool again = true;
  while (again) {  // "Bearer oauth:..." has been seen
    again = false;
    token = trim(token);
    for (const std::string_view prefix : kPrefixes) {
      if (equals_ignoring_case(token, trim(prefix))) return {};
      if (token.size() < prefix.size() || !equals_ignoring_case(token.substr(0, prefix.size()), prefix)) continue;
      token.remove_prefix(prefix.size());
      again = true;
    }
  }
  return token;
}

}  // namespace

Result<Secret> bare_token(std::string_view written) {
  constexpr std::size_t kMaxTokenBytes = 4096;  // far beyond any token, far below any header limit
  const std::string_view token = without_prefixes(written);
  if (token.empty())
    return Error{ErrorCode::kInvalidArgument, "the OAuth token is empty; set TWITCH_OAUTH_TOKEN or run `vieweratlas login`"};
  const bool clean = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!clean || token.size() > kMaxTokenBytes) {
    return Error{ErrorCode::kInvalidArgument,
                 "the OAuth token has blanks, line breaks or other characters that no token has; copy it again"};
  }
  return Secret(token);
}

}  // namespace vieweratlas
