#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "storage/sqlite_content.h"
#include "storage/sqlite_database.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::storage_internal {

/// Objects in one SQLite file, which several processes may use at a time. Content lies in chunks of 1 MiB with a digest each, which is
/// checked whenever it is read. What is put as a stream is written in short transactions and shows up with the last of them.
class SqliteStore final : public ObjectStore {
 public:
  /// Makes the file (mode 0600) when it is not there. Calls wait for another process that holds it for `patience`. Errors: those of
  /// SqliteDatabase::open.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& path, std::chrono::milliseconds patience);

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

 private:
  explicit SqliteStore(std::unique_ptr<SqliteDatabase> database) : database_(std::move(database)) {}
  [[nodiscard]] Result<bool> write(std::string_view key, ByteSource& content, bool only_if_absent);
  [[nodiscard]] Result<SqliteContent> open_content(std::string_view key) const;
  [[nodiscard]] Error about(std::string_view attempt, std::string_view key, Error error) const;

  std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace vieweratlas::storage_internal
