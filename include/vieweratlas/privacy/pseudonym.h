#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"

namespace vieweratlas {

/// A viewer without a name: the first 96 bits of HMAC-SHA-256 over the viewer's id or login. Unlike a plain hash it cannot be
/// undone by trying all ids (they are small numbers), as long as the key stays where it was made.
struct Pseudonym {
  std::array<std::uint8_t, 12> bytes{};
  /// 24 lower-case hex digits, as stored in snapshots.
  [[nodiscard]] std::string hex() const;
  /// The inverse of hex(), in any letter case; nullopt for text that is no pseudonym.
  [[nodiscard]] static std::optional<Pseudonym> from_hex(std::string_view text);
  friend bool operator==(const Pseudonym&, const Pseudonym&) = default;
  friend auto operator<=>(const Pseudonym&, const Pseudonym&) = default;
};

/// Hashes a pseudonym: it is random already.
struct PseudonymHash {
  std::size_t operator()(const Pseudonym& pseudonym) const {
    std::uint64_t first = 0;
    std::memcpy(&first, pseudonym.bytes.data(), sizeof first);
    return static_cast<std::size_t>(first);
  }
};

/// The key of an installation's pseudonyms: 32 random bytes in a file of their own that only its owner can read. Destroying the
/// file makes all stored pseudonyms meaningless. Immutable, thread-safe.
class ViewerKey {
 public:
  /// Reads the key at `path`, or makes one there (folders too, owner-only; safe when two processes do it at once).
  /// Errors: denied (rights; also when others can read the file: the message says chmod), corrupt_data.
  [[nodiscard]] static Result<ViewerKey> load_or_create(const std::filesystem::path& path);
  /// Errors: those of load_or_create, not_found.
  [[nodiscard]] static Result<ViewerKey> load(const std::filesystem::path& path);
  /// A key that is in no file, for tests and simulations.
  [[nodiscard]] static ViewerKey from_bytes(std::span<const std::uint8_t, 32> bytes);

  /// 8 hex digits that tell keys apart and reveal nothing: written into run records.
  [[nodiscard]] std::string id() const;
  /// Of an id on a platform ("twitch"): the same id elsewhere is somebody else. About 1 us; likewise of_login.
  [[nodiscard]] Pseudonym of_id(std::string_view platform, std::string_view id) const;
  /// Logins, in any case.
  [[nodiscard]] Pseudonym of_login(std::string_view platform, std::string_view login) const;
  /// The 32 bytes, for other functions of the key. What is made with them has a domain that begins unlike "id", "login" and "key".
  [[nodiscard]] const Secret& secret() const { return key_; }

 private:
  explicit ViewerKey(Secret key) : key_(std::move(key)) {}
  Secret key_;
};

}  // namespace vieweratlas
