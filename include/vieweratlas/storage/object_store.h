#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"

namespace vieweratlas {

struct StoredObject {
  std::string key;
  std::uint64_t num_bytes = 0;
  std::int64_t modified_s = 0;  ///< Unix seconds
};

/// True for names that a store takes: 1 to 1,024 bytes in parts divided by '/', no part empty, hidden (leading dot), with a
/// temporary's suffix (".tmp", ".part", "~"), longer than 200 bytes or with control characters or a backslash. Such a key cannot
/// leave the store's folder, and what was put is listed.
[[nodiscard]] bool is_object_key(std::string_view key);

/// Named bytes that are written and read whole. Thread-safe.
///
/// Errors of all methods: invalid_argument (not is_object_key), denied, limit_exceeded (full), unavailable (try again).
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  /// Afterwards `key` holds `bytes`, also after a crash; readers see what was there before or all of it. Putting the same again
  /// changes nothing.
  [[nodiscard]] virtual Status put(std::string_view key, std::string_view bytes) = 0;
  /// Further errors: not_found.
  [[nodiscard]] virtual Result<std::string> get(std::string_view key) const = 0;
  [[nodiscard]] virtual Result<bool> exists(std::string_view key) const = 0;
  /// All objects whose key starts with `prefix` (which may end anywhere, or be empty), sorted by key.
  [[nodiscard]] virtual Result<std::vector<StoredObject>> list(std::string_view prefix) const = 0;
  /// What is not there is removed already.
  [[nodiscard]] virtual Status remove(std::string_view key) = 0;
  /// Where a person finds `key`: "file:///...".
  [[nodiscard]] virtual std::string uri(std::string_view key) const = 0;
};

/// Files below a folder, which is made when it is needed. Symbolic links below it are the operator's and are followed by put, get
/// and remove; list leaves them out.
class LocalStore final : public ObjectStore {
 public:
  explicit LocalStore(std::filesystem::path root) : root_(std::move(root)) {}
  [[nodiscard]] Status put(std::string_view key, std::string_view bytes) override;
  [[nodiscard]] Result<std::string> get(std::string_view key) const override;
  [[nodiscard]] Result<bool> exists(std::string_view key) const override;
  [[nodiscard]] Result<std::vector<StoredObject>> list(std::string_view prefix) const override;
  [[nodiscard]] Status remove(std::string_view key) override;
  [[nodiscard]] std::string uri(std::string_view key) const override;

 private:
  std::filesystem::path root_;
};

}  // namespace vieweratlas
