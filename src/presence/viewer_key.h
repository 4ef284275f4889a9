#pragma once

// The one place that turns a viewer's name into a key. XXH3 is inlined: a login is 4 to 25 bytes, and a call into the shared
// library costs as much as the hash.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {

using ViewerKey = ViewerTable::Key;

/// A mask with the high bit set in each byte of `word` that is an ASCII capital or a backslash. Bytes beyond ASCII never are.
inline std::uint64_t marked_bytes(std::uint64_t word) {
  constexpr std::uint64_t kEach = 0x0101010101010101ULL;
  const std::uint64_t low7 = word & (0x7F * kEach);
  const std::uint64_t from_a = low7 + (0x80 - 'A') * kEach;
  const std::uint64_t beyond_z = low7 + (0x80 - 'Z' - 1) * kEach;
  const std::uint64_t from_backslash = low7 + (0x80 - '\\') * kEach;
  const std::uint64_t beyond_backslash = low7 + (0x80 - '\\' - 1) * kEach;
  return ((from_a & ~beyond_z) | (from_backslash & ~beyond_backslash)) & ~word & (0x80 * kEach);
}

/// True when `name` holds an ASCII capital or a backslash: then it needs lower case or unescaping before it is hashed.
inline bool needs_care(std::string_view name) {
  const char* at = name.data();
  std::size_t left = name.size();
  std::uint64_t marked = 0;
  std::uint64_t word = 0;
  for (; left >= 8; at += 8, left -= 8) {
    std::memcpy(&word, at, 8);
    marked |= marked_bytes(word);
  }
  for (word = 0; left > 0; ++at, --left) word = (word << 8U) | static_cast<unsigned char>(*at);
  return (marked | marked_bytes(word)) != 0;
}

/// True for a stored pseudonym: 24 hex digits. Nobody's name looks so.
inline bool is_pseudonym(std::string_view name) {
  constexpr std::size_t kDigits = 24;
  if (name.size() != kDigits) return false;
  constexpr std::uint64_t kEach = 0x0101010101010101ULL;
  std::uint64_t wrong = 0;
  for (std::size_t at = 0; at < kDigits; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, name.data() + at, 8);
    const std::uint64_t lower = (word | (0x20 * kEach)) & (0x7F * kEach);
    const std::uint64_t low7 = word & (0x7F * kEach);
    const std::uint64_t is_digit = (low7 + (0x80 - '0') * kEach) & ~(low7 + (0x80 - '9' - 1) * kEach);
    const std::uint64_t is_letter = (lower + (0x80 - 'a') * kEach) & ~(lower + (0x80 - 'f' - 1) * kEach);
    wrong |= ~(is_digit | is_letter) | word;  // a byte beyond ASCII is no digit
  }
  return (wrong & (0x80 * kEach)) == 0;
}

/// The key of a name that is in lower case already.
inline ViewerKey key_of_lower(std::string_view name) {
  const XXH128_hash_t hash = XXH3_128bits(name.data(), name.size());
  return {.low = hash.low64, .high = hash.high64};
}

}  // namespace vieweratlas::presence_internal
