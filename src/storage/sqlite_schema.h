#pragma once

#include <cstdint>

namespace vieweratlas::storage_internal {

// The tables of a store in one file; docs/storage.md draws them.
//
// An object names a content, and a content is its chunks: rows of 1 MiB, numbered without gap from content << 24, so that they need no
// index and lie in order. A content that no object names is loose: it is being written, or waits for its removal. Published and replaced is
// by the row of the object alone, in one small transaction, however long the content is.

inline constexpr std::int64_t kSqliteApplicationId = 0x56417453;  // "VAtS"
inline constexpr std::int64_t kSqliteSchemaVersion = 1;

inline constexpr const char* kSqliteTables = R"sql(
CREATE TABLE objects(
  key TEXT PRIMARY KEY NOT NULL,
  content INTEGER NOT NULL,
  num_bytes INTEGER NOT NULL,
  modified_s INTEGER NOT NULL,
  digest BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE chunks(id INTEGER PRIMARY KEY NOT NULL, digest BLOB NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE loose(content INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, since_s INTEGER NOT NULL);
)sql";

}  // namespace vieweratlas::storage_internal
