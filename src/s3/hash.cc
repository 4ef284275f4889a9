#include "s3/hash.h"

#include <libdeflate.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "vieweratlas/core/check.h"

namespace vieweratlas::s3_internal {
namespace {

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

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using EvpContext = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

EvpContext begun(const EVP_MD* kind) {
  EvpContext context(EVP_MD_CTX_new());
  VA_CHECK(context != nullptr && EVP_DigestInit_ex(context.get(), kind, nullptr) == 1);
  return context;
}

std::string finished(const EvpContext& context) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  VA_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1);
  return hex_of(digest.data(), size);
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  VA_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  return hex_of(digest.data(), size);
}

void Crc32::update(std::string_view bytes) { value_ = ::libdeflate_crc32(value_, bytes.data(), bytes.size()); }

void Crc32::append(const Crc32& behind, std::uint64_t num_bytes) {
  value_ = static_cast<std::uint32_t>(::crc32_combine(value_, behind.value_, static_cast<z_off_t>(num_bytes)));
}

std::string Crc32::base64() const {
  const std::array<unsigned char, 4> bytes{static_cast<unsigned char>(value_ >> 24U), static_cast<unsigned char>(value_ >> 16U),
                                           static_cast<unsigned char>(value_ >> 8U), static_cast<unsigned char>(value_)};
  std::array<unsigned char, 9> text{};
  EVP_EncodeBlock(text.data(), bytes.data(), bytes.size());
  return {reinterpret_cast<const char*>(text.data())};
}

std::string crc32_base64(std::string_view bytes) {
  Crc32 crc;
  crc.update(bytes);
  return crc.base64();
}

struct Sha256::Context {
  EvpContext evp = begun(EVP_sha256());
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;
void Sha256::update(std::string_view bytes) { VA_CHECK(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1); }
std::string Sha256::finish() { return finished(context_->evp); }

struct Md5::Context {
  EvpContext evp = begun(EVP_md5());
};

Md5::Md5() : context_(std::make_unique<Context>()) {}
Md5::~Md5() = default;
void Md5::update(std::string_view bytes) { VA_CHECK(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1); }
std::string Md5::finish() { return finished(context_->evp); }

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

}  // namespace vieweratlas::s3_internal
