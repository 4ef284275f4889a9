#include "storage/s3_hash.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#include "vieweratlas/core/check.h"

namespace vieweratlas::storage_internal {
namespace {

constexpr std::uint32_t kCastagnoli = 0x82F63B78U;  // the polynomial, lowest bit first

std::string hex_of(const unsigned char* bytes, std::size_t size) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    text += kHex[bytes[i] >> 4U];
    text += kHex[bytes[i] & 15U];
  }
  return text;
}

std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kCastagnoli : 0U);
    table[i] = crc;
  }
  return table;
}

std::uint32_t crc_by_table(std::uint32_t crc, std::string_view bytes) {
  static const std::array<std::uint32_t, 256> table = make_table();
  for (const char c : bytes) crc = (crc >> 8U) ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc_by_processor(std::uint32_t crc, std::string_view bytes) {
  std::uint64_t wide = crc;
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    wide = _mm_crc32_u64(wide, word);
    bytes.remove_prefix(8);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (const char c : bytes) narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(c));
  return narrow;
}

std::uint32_t crc_of(std::uint32_t crc, std::string_view bytes) {
  static const bool supported = __builtin_cpu_supports("sse4.2") != 0;
  return supported ? crc_by_processor(crc, bytes) : crc_by_table(crc, bytes);
}
#else
std::uint32_t crc_of(std::uint32_t crc, std::string_view bytes) { return crc_by_table(crc, bytes); }
#endif

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  VA_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  return hex_of(digest.data(), size);
}

void Crc32c::update(std::string_view bytes) { state_ = crc_of(state_, bytes); }

std::string Crc32c::base64() const {
  const std::uint32_t crc = value();
  const std::array<unsigned char, 4> bytes{static_cast<unsigned char>(crc >> 24U), static_cast<unsigned char>(crc >> 16U),
                                           static_cast<unsigned char>(crc >> 8U), static_cast<unsigned char>(crc)};
  std::array<unsigned char, 9> text{};
  EVP_EncodeBlock(text.data(), bytes.data(), bytes.size());
  return {reinterpret_cast<const char*>(text.data())};
}

std::string crc32c_base64(std::string_view bytes) {
  Crc32c crc;
  crc.update(bytes);
  return crc.base64();
}

struct Md5::Context {
  std::unique_ptr<EVP_MD_CTX, ContextDeleter> evp{EVP_MD_CTX_new()};
};

Md5::Md5() : context_(std::make_unique<Context>()) {
  VA_CHECK(context_->evp != nullptr && EVP_DigestInit_ex(context_->evp.get(), EVP_md5(), nullptr) == 1);
}

Md5::~Md5() = default;

void Md5::update(std::string_view bytes) { VA_CHECK(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1); }

std::string Md5::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  VA_CHECK(EVP_DigestFinal_ex(context_->evp.get(), digest.data(), &size) == 1);
  return hex_of(digest.data(), size);
}

std::string random_name() {
  std::array<unsigned char, 16> bytes{};
  VA_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  return hex_of(bytes.data(), bytes.size());
}

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  VA_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&seed), sizeof(seed)) == 1);
  return seed;
}

}  // namespace vieweratlas::storage_internal
