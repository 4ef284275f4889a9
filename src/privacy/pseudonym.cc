#include "vieweratlas/privacy/pseudonym.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace vieweratlas {

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

}  // namespace vieweratlas
