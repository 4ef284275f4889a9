// The functions of SHA-256's own are deprecated for those that choose a hash by its name, which cost more than the hash itself.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "vieweratlas/privacy/viewer_number.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/viewer_table.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kBlockBytes = 64;

/// HMAC-SHA-256 (RFC 2104) with all that is the same for each viewer done before: two blocks are left of four.
class Numbering {
 public:
  Numbering(const Secret& key, std::string_view domain) {
    const std::string_view bytes = key.reveal();
    VA_CHECK(bytes.size() <= kBlockBytes);
    inner_ = begin(bytes, 0x36);
    outer_ = begin(bytes, 0x5C);
    SHA256_Update(&inner_, domain.data(), domain.size());
  }
  Numbering(const Numbering&) = delete;
  Numbering& operator=(const Numbering&) = delete;
  /// The states are as good as the key.
  ~Numbering() {
    OPENSSL_cleanse(&inner_, sizeof inner_);
    OPENSSL_cleanse(&outer_, sizeof outer_);
  }

  [[nodiscard]] std::int64_t number_of(const ViewerTable::Key& viewer) const {
    std::array<unsigned char, 16> name{};
    for (unsigned i = 0; i < 8; ++i) {
      name[i] = static_cast<unsigned char>(viewer.low >> (8 * i));
      name[8 + i] = static_cast<unsigned char>(viewer.high >> (8 * i));
    }
    std::array<unsigned char, SHA256_DIGEST_LENGTH> mac{};
    SHA256_CTX state = inner_;
    SHA256_Update(&state, name.data(), name.size());
    SHA256_Final(mac.data(), &state);
    state = outer_;
    SHA256_Update(&state, mac.data(), mac.size());
    SHA256_Final(mac.data(), &state);
    std::uint64_t first = 0;
    for (unsigned i = 0; i < 8; ++i) first = first << 8U | mac[i];
    return static_cast<std::int64_t>(first >> 1U);
  }

 private:
  static SHA256_CTX begin(std::string_view key, unsigned char pad) {
    std::array<unsigned char, kBlockBytes> block{};
    for (std::size_t i = 0; i < key.size(); ++i) block[i] = static_cast<unsigned char>(key[i]);
    for (unsigned char& byte : block) byte ^= pad;
    SHA256_CTX state{};
    SHA256_Init(&state);
    SHA256_Update(&state, block.data(), block.size());
    OPENSSL_cleanse(block.data(), block.size());
    return state;
  }

  SHA256_CTX inner_{};
  SHA256_CTX outer_{};
};

}  // namespace

ViewerNumbering viewer_numbering(const ViewerKey& key, std::string_view platform) {
  const auto numbering = std::make_shared<const Numbering>(key.secret(), "lake-viewer:v1:" + std::string(platform) + ":");
  return [numbering](const ViewerTable::Key& viewer) { return numbering->number_of(viewer); };
}

}  // namespace vieweratlas
