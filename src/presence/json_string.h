#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vieweratlas::presence_internal {

/// Past the closing quote of the string that starts at `begin`, npos when it is not closed.
[[nodiscard]] std::size_t json_string_end(std::string_view text, std::size_t begin);

/// `inside` of a string's quotes with its escapes resolved. What is no escape stays as it is; halves of surrogate pairs that stand
/// alone become U+FFFD.
[[nodiscard]] std::string unescape_json(std::string_view inside);

}  // namespace vieweratlas::presence_internal
