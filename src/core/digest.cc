#include "vieweratlas/core/digest.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <memory>
#include <string>
#include <string_view>

#include "vieweratlas/core/check.h"

namespace vieweratlas {

Digest digest_of(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {.low = hash.low64, .high = hash.high64};
}

std::string to_string(const Digest& digest) { return fmt::format("xxh3-128:{:016x}{:016x}", digest.high, digest.low); }

struct Digester::State {
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> hash{XXH3_createState(), &XXH3_freeState};
};

Digester::Digester() : state_(std::make_unique<State>()) {
  VA_CHECK(state_->hash != nullptr);
  XXH3_128bits_reset(state_->hash.get());
}
Digester::Digester(Digester&&) noexcept = default;
Digester& Digester::operator=(Digester&&) noexcept = default;
Digester::~Digester() = default;

void Digester::add(std::string_view piece) {
  if (!piece.empty()) XXH3_128bits_update(state_->hash.get(), piece.data(), piece.size());
}

Digest Digester::digest() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_->hash.get());
  return {.low = hash.low64, .high = hash.high64};
}

}  // namespace vieweratlas
