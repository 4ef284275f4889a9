#include "labels/wording.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/text.h"

namespace vieweratlas::labels_internal {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Names that are long in the catalogue and short among people.
constexpr std::array kShortNames{
    Pair{"Counter-Strike: Global Offensive", "CS:GO"},
    Pair{"Counter-Strike 2", "CS2"},
    Pair{"Grand Theft Auto V", "GTA V"},
    Pair{"Grand Theft Auto VI", "GTA VI"},
    Pair{"Grand Theft Auto: San Andreas", "GTA: San Andreas"},
    Pair{"PLAYERUNKNOWN'S BATTLEGROUNDS", "PUBG"},
    Pair{"PUBG: BATTLEGROUNDS", "PUBG"},
    Pair{"FINAL FANTASY XIV ONLINE", "Final Fantasy XIV"},
    Pair{"Super Smash Bros. Ultimate", "Smash Ultimate"},
    Pair{"Super Smash Bros. Melee", "Smash Melee"},
    Pair{"Magic: The Gathering", "Magic"},
    Pair{"Pokémon Trading Card Game Live", "Pokémon TCG Live"},
    Pair{"Pokémon Trading Card Game Pocket", "Pokémon TCG Pocket"},
    Pair{"Software and Game Development", "Game Development"},
    Pair{"Pools, Hot Tubs, and Beaches", "Pools & Hot Tubs"},
    Pair{"Microsoft Flight Simulator", "Flight Simulator"},
    Pair{"Mobile Legends: Bang Bang", "Mobile Legends"},
    Pair{"Garena Free Fire", "Free Fire"},
    Pair{"Escape from Tarkov", "Tarkov"},
};

// Beginnings that can go, and what stays in their place.
constexpr std::array kPrefixes{Pair{"Tom Clancy's ", ""}, Pair{"Call of Duty: ", ""}, Pair{"The Legend of Zelda: ", "Zelda: "},
                               Pair{"Grand Theft Auto", "GTA"}};

// A subtitle begins at one of these.
constexpr std::array<std::string_view, 3> kSubtitles{": ", " - ", " ("};

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// The code point that begins at `at` in well-formed text; moves `at` behind it.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(at++);
  if (first < 0x80) return first;
  std::uint32_t value = first < 0xE0 ? first & 0x1FU : first < 0xF0 ? first & 0x0FU : first & 0x07U;
  while (at < text.size() && is_continuation(text[at])) value = (value << 6U) | (byte(at++) & 0x3FU);
  return value;
}

void append_code_point(std::string& out, std::uint32_t value) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0U | (value >> 6U));
    put(0x80U | (value & 0x3FU));
  } else if (value < 0x10000) {
    put(0xE0U | (value >> 12U));
    put(0x80U | ((value >> 6U) & 0x3FU));
    put(0x80U | (value & 0x3FU));
  } else {
    put(0xF0U | (value >> 18U));
    put(0x80U | ((value >> 12U) & 0x3FU));
    put(0x80U | ((value >> 6U) & 0x3FU));
    put(0x80U | (value & 0x3FU));
  }
}

/// Joins the code point before it to one picture: accents, variation selectors, skin tones, the joiner itself.
bool joins_back(std::uint32_t value) {
  return (value >= 0x300 && value <= 0x36F) || (value >= 0xFE00 && value <= 0xFE0F) || (value >= 0x1F3FB && value <= 0x1F3FF) ||
         value == 0x200D || value == 0x20E3;
}

/// Simple lower case of the scripts with case that names on streaming platforms are written in.
std::uint32_t lower(std::uint32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;  // Latin-1
  if (c == 0x178) return 0xFF;
  // Latin Extended-A: pairs begin at even numbers but in two stretches.
  const bool odd_pairs = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
  if (c >= 0x100 && c <= 0x17F && c != 0x130 && c != 0x131 && c != 0x138 && c != 0x149 && c != 0x17F)
    return odd_pairs ? c + (c & 1U) : c | 1U;
  if (c >= 0x391 && c <= 0x3A9) return c + 32;  // Greek
  if (c >= 0x410 && c <= 0x42F) return c + 32;  // Cyrillic
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

}  // namespace

std::size_t num_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += is_continuation(c) ? 0U : 1U;
  return count;
}

std::string one_line(std::string_view text) {
  std::string result;
  for (const char c : sanitise_utf8(text)) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!space) {
      result += c;
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  if (result.ends_with(' ')) result.pop_back();
  return result;
}

std::string shortened(std::string_view text, std::size_t max_characters) {
  if (num_characters(text) <= max_characters) return std::string(text);
  std::size_t cut = 0;  // where the last whole picture ends that leaves a place for the ellipsis
  std::size_t count = 0;
  std::uint32_t before = 0;
  for (std::size_t at = 0; at < text.size() && count < max_characters; ++count) {
    const std::size_t begin = at;
    const std::uint32_t value = next_code_point(text, at);
    if (!joins_back(value) && before != 0x200D) cut = begin;
    before = value;
  }
  return std::string(trim(text.substr(0, cut))) + "…";
}

std::string short_game(std::string_view game, std::size_t max_characters) {
  std::string name = one_line(game);
  for (const auto& [full, brief] : kShortNames) {
    if (equals_ignoring_case(name, full)) return shortened(brief, max_characters);
  }
  for (const auto& [prefix, brief] : kPrefixes) {
    if (name.size() > prefix.size() && equals_ignoring_case(std::string_view(name).substr(0, prefix.size()), prefix)) {
      name.replace(0, prefix.size(), brief);
    }
  }
  if (num_characters(name) <= max_characters) return name;
  for (const std::string_view separator : kSubtitles) {
    const std::size_t at = name.find(separator);
    if (at != std::string::npos && at >= 4 && num_characters(std::string_view(name).substr(0, at)) <= max_characters)
      return name.substr(0, at);
  }
  return shortened(name, max_characters);
}

std::string folded(std::string_view text) {
  const std::string clean = sanitise_utf8(text);
  std::string result;
  for (std::size_t at = 0; at < clean.size();) append_code_point(result, lower(next_code_point(clean, at)));
  return result;
}

}  // namespace vieweratlas::labels_internal
