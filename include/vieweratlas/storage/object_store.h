#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"

namespace vieweratlas {

struct StoredObject {
  std::string key;
  std::uint64_t num_bytes = 0;
  std::int64_t modified_s = 0;  ///< Unix seconds
  /// Another text when the content is another: S3's ETag, a file's size and time to the nanosecond. Meaningful in one store only.
  std::string version;
};

struct ObjectPage {
  std::vector<StoredObject> objects;  ///< sorted by key
  std::string next;                   ///< give it to the next call; empty = this is the last page
};

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t num_bytes = 0;  ///< at most; less is given where the object ends
};

struct PutOptions {
  std::string_view content_type = {};  ///< empty = by the end of the key (content_type_of)
};

/// True for names that a store takes: 1 to 1,024 bytes of UTF-8 in parts divided by '/', no part empty, hidden (leading dot), with a
/// temporary's suffix (".tmp", ".part", "~"), longer than 200 bytes or with control characters or a backslash. Such a key cannot
/// leave the store's folder, and what was put is listed.
[[nodiscard]] bool is_object_key(std::string_view key);

/// True for what keys may begin with: nothing, or the first bytes of a key, cut anywhere but within a character.
[[nodiscard]] bool is_object_prefix(std::string_view prefix);

/// What every store answers to a text that is no key, or no beginning of one: the text and the rule.
[[nodiscard]] Error wrong_key(std::string_view key);
[[nodiscard]] Error wrong_prefix(std::string_view prefix);

/// "application/json", "text/csv", "application/vnd.apache.parquet", ...; "application/octet-stream" for the unknown.
[[nodiscard]] std::string_view content_type_of(std::string_view key);

/// Named bytes that are written as a whole and read whole or in parts. Thread-safe.
///
/// Errors of all methods: invalid_argument (not is_object_key), denied, not_found (bucket or object), limit_exceeded (full, too long),
/// unavailable (try again; retries were made where they help), corrupt_data (bytes that arrived are not those that were sent), cancelled.
/// The message names the object by its URI and says the remedy.
class ObjectStore {
 public:
  /// Takes pieces of content in order; an error ends the transfer and is returned.
  using Sink = std::function<Status(std::string_view piece)>;

  virtual ~ObjectStore() = default;

  /// Afterwards `key` holds `bytes`, also after a crash; readers see what was there before or all of it. Putting the same again
  /// changes nothing.
  [[nodiscard]] virtual Status put(std::string_view key, std::string_view bytes, const PutOptions& options = {}) = 0;
  /// The same if nothing is there; true when this call made the object. Of several callers at once one wins.
  [[nodiscard]] virtual Result<bool> put_if_absent(std::string_view key, std::string_view bytes, const PutOptions& options = {}) = 0;
  /// put() for content that is not to be held in memory. An error of `content` leaves what was there before.
  [[nodiscard]] virtual Status put_stream(std::string_view key, ByteSource& content, const PutOptions& options = {}) = 0;
  [[nodiscard]] virtual Result<std::string> get(std::string_view key) const = 0;
  /// invalid_argument when the range begins at the end or behind it; offset 0 is in every object, also in an empty one.
  [[nodiscard]] virtual Result<std::string> get_range(std::string_view key, ByteRange range) const = 0;
  /// get() for content that is not to be held in memory. Returns the facts of what was read.
  [[nodiscard]] virtual Result<StoredObject> get_stream(std::string_view key, const Sink& sink) const = 0;
  /// nullopt when there is none.
  [[nodiscard]] virtual Result<std::optional<StoredObject>> find(std::string_view key) const = 0;
  /// Objects whose key starts with `prefix` (which may end anywhere, or be empty) in order of keys (bytes), `max_objects` (at least 1)
  /// at most. `next` is empty at first, then ObjectPage::next of the page before. invalid_argument: not is_object_prefix.
  [[nodiscard]] virtual Result<ObjectPage> list_page(std::string_view prefix, const std::string& next, std::size_t max_objects) const = 0;
  /// Replaces `to`. not_found when there is no `from`.
  [[nodiscard]] virtual Status copy(std::string_view from, std::string_view to) = 0;
  /// What is not there is removed already.
  [[nodiscard]] virtual Status remove(std::string_view key) = 0;
  /// Where a person finds `key`: "file:///...", "s3://bucket/...", "sqlite:///...#...".
  [[nodiscard]] virtual std::string uri(std::string_view key) const = 0;

  // In terms of the above.
  [[nodiscard]] Result<bool> exists(std::string_view key) const;
  /// All pages, of keys that also end in `suffix`.
  [[nodiscard]] Result<std::vector<StoredObject>> list(std::string_view prefix, std::string_view suffix = {}) const;
  /// Streams a file into the store. Errors: also those of reading it. Stores that can send parts side by side do.
  [[nodiscard]] virtual Status put_file(std::string_view key, const std::filesystem::path& path, const PutOptions& options = {});
  /// Streams an object into a file, which appears whole (temporary name, fsync, rename). Stores that can fetch parts side by side do.
  [[nodiscard]] virtual Result<StoredObject> get_file(std::string_view key, const std::filesystem::path& path) const;
};

/// Files below a folder, which is made when it is needed. Symbolic links that lead out of the folder are refused (denied).
class LocalStore final : public ObjectStore {
 public:
  explicit LocalStore(std::filesystem::path root) : root_(std::move(root)) {}
  [[nodiscard]] Status put(std::string_view key, std::string_view bytes, const PutOptions& options = {}) override;
  [[nodiscard]] Result<bool> put_if_absent(std::string_view key, std::string_view bytes, const PutOptions& options = {}) override;
  [[nodiscard]] Status put_stream(std::string_view key, ByteSource& content, const PutOptions& options = {}) override;
  [[nodiscard]] Result<std::string> get(std::string_view key) const override;
  [[nodiscard]] Result<std::string> get_range(std::string_view key, ByteRange range) const override;
  [[nodiscard]] Result<StoredObject> get_stream(std::string_view key, const Sink& sink) const override;
  [[nodiscard]] Result<std::optional<StoredObject>> find(std::string_view key) const override;
  [[nodiscard]] Result<ObjectPage> list_page(std::string_view prefix, const std::string& next, std::size_t max_objects) const override;
  [[nodiscard]] Status copy(std::string_view from, std::string_view to) override;
  [[nodiscard]] Status remove(std::string_view key) override;
  [[nodiscard]] std::string uri(std::string_view key) const override;
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

}  // namespace vieweratlas
