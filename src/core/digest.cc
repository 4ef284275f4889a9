#include "vieweratlas/core/digest.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <string>
#include <string_view>

namespace vieweratlas {

Digest digest_of(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {.low = hash.low64, .high = hash.high64};
}

std::string to_string(const Digest& digest) { return fmt::format("xxh3-128:{:016x}{:016x}", digest.high, digest.low); }

}  // namespace vieweratlas
