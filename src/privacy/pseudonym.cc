#include "vieweratlas/privacy/pseudonym.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vieweratlas {
namespace {

std::optional<std::uint8_t> digit_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::string Pseudonym::hex() const {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::optional<Pseudonym> Pseudonym::from_hex(std::string_view text) {
  Pseudonym pseudonym;
  if (text.size() != 2 * pseudonym.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < pseudonym.bytes.size(); ++i) {
    const auto high = digit_of(text[2 * i]);
    const auto low = digit_of(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    pseudonym.bytes[i] = static_cast<std::uint8_t>(*high << 4U | *low);
  }
  return pseudonym;
}

}  // namespace vieweratlas
