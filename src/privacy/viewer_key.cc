#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/private_file.h"

// The file, version 1: one line that says what it is, one line of 64 hex digits.

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyBytes = 32;
constexpr std::string_view kHeader = "vieweratlas viewer key 1 (keep it secret; without it stored viewers are nobody)";
constexpr std::string_view kHeaderStart = "vieweratlas viewer key ";
constexpr std::size_t kMaxFileBytes = 4096;

using Mac = std::array<std::uint8_t, 32>;

/// The parts are separated by NUL, which occurs in none of them: no two different lists of parts give equal bytes.
Mac mac_of(const Secret& key, std::string_view domain, std::string_view platform, std::string_view name) {
  std::string text;
  text.reserve(domain.size() + platform.size() + name.size() + 2);
  text.append(domain).append(1, '\0').append(platform).append(1, '\0').append(name);
  Mac mac{};
  unsigned size = 0;
  const auto* made = HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.reveal().size()),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  VA_CHECK(made != nullptr && size == mac.size());
  return mac;
}

Pseudonym pseudonym_of(const Mac& mac) {
  Pseudonym pseudonym;
  std::copy_n(mac.begin(), pseudonym.bytes.size(), pseudonym.bytes.begin());
  return pseudonym;
}

std::optional<unsigned> digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

/// The key in the text of a key file.
std::optional<Secret> parse(std::string_view text) {
  if (!text.starts_with(kHeaderStart)) return std::nullopt;
  const std::size_t newline = text.find('\n');
  if (newline == std::string_view::npos || text[kHeaderStart.size()] != '1') return std::nullopt;
  const std::string_view hex = trim(text.substr(newline + 1));
  if (hex.size() != 2 * kKeyBytes) return std::nullopt;
  std::string key(kKeyBytes, '\0');
  for (std::size_t i = 0; i < kKeyBytes; ++i) {
    const auto high = digit_of(hex[2 * i]);
    const auto low = digit_of(hex[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    key[i] = static_cast<char>(*high << 4U | *low);
  }
  std::optional<Secret> secret(std::in_place, key);
  OPENSSL_cleanse(key.data(), key.size());
  return secret;
}

/// A file with a new key.
Result<std::string> make_text() {
  std::array<unsigned char, kKeyBytes> key{};
  if (RAND_priv_bytes(key.data(), static_cast<int>(key.size())) != 1) {
    return Error{ErrorCode::kUnavailable, "making a viewer key: the system gives no random numbers"};
  }
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(kHeader);
  text += '\n';
  for (const unsigned char byte : key) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  text += '\n';
  OPENSSL_cleanse(key.data(), key.size());
  return text;
}

}  // namespace

Result<ViewerKey> ViewerKey::load(const fs::path& path) {
  Result<std::string> text = read_private_file(path, kMaxFileBytes);
  if (!text && text.error().code == ErrorCode::kLimitExceeded) text = std::string();
  if (!text) return std::move(text).error();
  std::optional<Secret> key = parse(*text);
  OPENSSL_cleanse(text->data(), text->size());
  if (!key) {
    return Error{ErrorCode::kCorruptData, "reading " + printable(path.string()) +
                                              ": this is no viewer key; restore it from a backup (a new key makes all viewers "
                                              "strangers to the data collected so far)"};
  }
  return ViewerKey(*std::move(key));
}

Result<ViewerKey> ViewerKey::load_or_create(const fs::path& path) {
  Result<ViewerKey> key = load(path);
  if (key || key.error().code != ErrorCode::kNotFound) return key;
  Result<std::string> text = make_text();
  if (!text) return std::move(text).error();
  const Result<bool> made = create_private_file(path, *text);
  OPENSSL_cleanse(text->data(), text->size());
  if (!made) return made.error();
  return load(path);  // it may be that of another process
}

ViewerKey ViewerKey::from_bytes(std::span<const std::uint8_t, 32> bytes) {
  return ViewerKey(Secret(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())));
}

std::string ViewerKey::id() const { return pseudonym_of(mac_of(key_, "key", "", "")).hex().substr(0, 8); }

Pseudonym ViewerKey::of_id(std::string_view platform, std::string_view id) const { return pseudonym_of(mac_of(key_, "id", platform, id)); }

Pseudonym ViewerKey::of_login(std::string_view platform, std::string_view login) const {
  return pseudonym_of(mac_of(key_, "login", platform, to_lower(login)));
}

}  // namespace vieweratlas
