#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "storage/sqlite_database.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::storage_internal {

inline constexpr std::size_t kSqliteChunkBytes = std::size_t{1} << 20U;

/// A row of the objects.
struct SqliteObject {
  StoredObject facts;
  std::int64_t content = 0;
  std::string digest;
  bool is_possible = true;  ///< false: such numbers are in damaged files alone
};

/// What is said of content that is not what was put.
[[nodiscard]] Error damaged_content();
[[nodiscard]] std::string digest_blob(const Digest& digest);
/// The object of a row of "SELECT key, content, num_bytes, modified_s, digest".
[[nodiscard]] SqliteObject object_of_row(const SqliteStatement& row);
[[nodiscard]] Result<std::optional<SqliteObject>> find_object(SqliteConnection& connection, std::string_view key);

/// Reads a content as it was when its connection began to read, whatever is put meanwhile. Every chunk is checked against its digest, and
/// the end against the object's (corrupt_data). The lease is in a transaction. Thread-compatible.
class SqliteContent final : public ByteSource {
 public:
  SqliteContent(SqliteDatabase::Lease lease, SqliteObject object) : lease_(std::move(lease)), object_(std::move(object)) {}
  [[nodiscard]] Result<std::string_view> next() override;
  [[nodiscard]] std::uint64_t num_stored() const override { return num_read_; }
  [[nodiscard]] const StoredObject& facts() const { return object_.facts; }
  /// The chunk of this number. Errors: corrupt_data.
  [[nodiscard]] Result<std::string_view> chunk(std::uint64_t number);

 private:
  SqliteDatabase::Lease lease_;
  SqliteObject object_;
  std::optional<SqliteStatement> row_;
  Digester digester_;
  std::uint64_t num_read_ = 0;
};

/// Writes one content, which no object names before publish(). Transactions are the caller's: all of it may be one, or each call one of its
/// own. Thread-compatible.
class SqliteWriter {
 public:
  explicit SqliteWriter(SqliteConnection& connection) : connection_(connection) {}
  [[nodiscard]] Status begin(std::int64_t now_s);
  /// Chunks of kSqliteChunkBytes, but for the last of all. unavailable: it took so long that it was taken for a left-over.
  [[nodiscard]] Status append(std::string_view bytes, std::int64_t now_s);
  /// False when `only_if_absent` and the object is there.
  [[nodiscard]] Result<bool> publish(std::string_view key, std::int64_t now_s, bool only_if_absent);
  /// Marks the content as a left-over.
  [[nodiscard]] Status give_up();
  /// True when remove_loose_part() has something to do.
  [[nodiscard]] bool leaves_something() const { return leaves_something_; }

 private:
  SqliteConnection& connection_;
  Digester digester_;
  bool leaves_something_ = false;
  std::int64_t content_ = 0;
  std::int64_t num_chunks_ = 0;
  std::int64_t num_bytes_ = 0;
};

/// Removes the content of an object that is replaced or removed. False when it is too long for one transaction: then it is loose.
[[nodiscard]] Result<bool> drop_content(SqliteConnection& connection, const SqliteObject& object);

/// Removes a part of the contents that no object names and that were touched before `before_s`: as much as one short transaction may. True
/// when nothing is left of them.
[[nodiscard]] Result<bool> remove_loose_part(SqliteConnection& connection, std::int64_t before_s);

}  // namespace vieweratlas::storage_internal
