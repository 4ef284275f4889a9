#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vieweratlas {

/// ASCII lower case; other bytes stay as they are (logins are ASCII on the platforms that we know).
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// True for well-formed UTF-8 (no overlong forms, no surrogates, up to U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);
/// `text` with each malformed byte replaced by U+FFFD and control characters other than tab and newline by a space.
[[nodiscard]] std::string sanitise_utf8(std::string_view text);
/// Makes foreign text safe for a log line or a terminal: sanitised, newlines and tabs escaped, cut to `max_bytes` at a
/// character boundary with an ellipsis.
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 160);

/// "1,234,567".
[[nodiscard]] std::string with_thousands(std::uint64_t number);
/// "1.2M", "340k", "87": at most three significant digits, for labels.
[[nodiscard]] std::string abbreviated(double number);

/// Levenshtein distance over bytes.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);
/// The candidate nearest to `text` when it is near enough to be a slip (distance <= 1 + length/3), else empty.
[[nodiscard]] std::string nearest(std::string_view text, std::span<const std::string_view> candidates);

}  // namespace vieweratlas
