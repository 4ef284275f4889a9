#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vieweratlas::labels_internal {

/// Longest label aimed at, in characters: what a poster sets in one line of capitals over a community.
inline constexpr std::size_t kLabelCharacters = 28;

/// Code points of UTF-8 text.
[[nodiscard]] std::size_t num_characters(std::string_view text);
/// Foreign text as part of a label: valid UTF-8 in one line, without spaces at the ends or twice in a row.
[[nodiscard]] std::string one_line(std::string_view text);
/// `text` cut to `max_characters` with an ellipsis; never inside a character that several code points make up.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t max_characters);
/// A game as people call it ("Counter-Strike: Global Offensive" -> "CS:GO"), at most `max_characters` long.
[[nodiscard]] std::string short_game(std::string_view game, std::size_t max_characters);
/// The key under which labels that differ in letter case only are the same (Latin, Greek and Cyrillic letters).
[[nodiscard]] std::string folded(std::string_view text);

}  // namespace vieweratlas::labels_internal
