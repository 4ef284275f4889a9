#include "storage/sqlite_content.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "storage/sqlite_database.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::storage_internal {
namespace {

constexpr unsigned kChunkNumberBits = 24;  // 16 TiB in one object
constexpr std::int64_t kMostBytes = std::int64_t{kSqliteChunkBytes} << kChunkNumberBits;
constexpr std::int64_t kMostContents = (std::int64_t{1} << (62 - kChunkNumberBits)) - 1;  // whose chunks have a number
constexpr std::int64_t kLatestTime = 253'402'300'799;                                     // the end of the year 9999
constexpr std::int64_t kChunksInOneTurn = 16;  // removed in one transaction: their bytes are overwritten

std::int64_t first_chunk_of(std::int64_t content) { return content << kChunkNumberBits; }

/// Runs a statement that gives no rows.
Status finish(SqliteStatement& statement) {
  const Result<bool> done = statement.step();
  return done ? Status() : Status(done.error());
}

/// The version of an object: equal contents have equal ones.
std::string version_of(std::string_view digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string version = "xxh3-128:";
  for (const char byte : digest) {
    const auto value = static_cast<unsigned char>(byte);
    version.push_back(kDigits[value >> 4U]);
    version.push_back(kDigits[value & 15U]);
  }
  return version;
}

}  // namespace

Error damaged_content() {
  return {ErrorCode::kCorruptData,
          "what is stored is not what was put: the file is damaged; put a copy of the file or of this object in its place"};
}

std::string digest_blob(const Digest& digest) {
  std::string blob;
  for (const std::uint64_t half : {digest.high, digest.low}) {
    for (int shift = 56; shift >= 0; shift -= 8) blob.push_back(static_cast<char>(half >> static_cast<unsigned>(shift)));
  }
  return blob;
}

SqliteObject object_of_row(const SqliteStatement& row) {
  SqliteObject object;
  object.facts.key = row.bytes(0);
  object.content = row.integer(1);
  const std::int64_t num_bytes = row.integer(2);
  const std::int64_t modified_s = row.integer(3);
  object.is_possible = object.content > 0 && object.content <= kMostContents && num_bytes >= 0 && num_bytes <= kMostBytes;
  object.facts.num_bytes = static_cast<std::uint64_t>(std::clamp<std::int64_t>(num_bytes, 0, kMostBytes));
  object.facts.modified_s = std::clamp<std::int64_t>(modified_s, 0, kLatestTime);
  object.digest = row.bytes(4);
  object.facts.version = version_of(object.digest);
  return object;
}

Result<std::optional<SqliteObject>> find_object(SqliteConnection& connection, std::string_view key) {
  Result<SqliteStatement> statement = connection.prepare("SELECT key, content, num_bytes, modified_s, digest FROM objects WHERE key = ?1");
  if (!statement) return std::move(statement).error();
  const Result<bool> found = statement->bind_text(1, key).step();
  if (!found) return found.error();
  return *found ? std::optional(object_of_row(*statement)) : std::nullopt;
}

Result<std::string_view> SqliteContent::chunk(std::uint64_t number) {
  row_.reset();
  Result<SqliteStatement> statement = lease_->prepare("SELECT digest, bytes FROM chunks WHERE id = ?1");
  if (!statement) return std::move(statement).error();
  row_.emplace(*std::move(statement));
  const Result<bool> found = row_->bind(1, first_chunk_of(object_.content) + static_cast<std::int64_t>(number)).step();
  if (!found) return found.error();
  if (!*found) return damaged_content();
  const std::string_view bytes = row_->bytes(1);
  const std::uint64_t expected = std::min<std::uint64_t>(kSqliteChunkBytes, object_.facts.num_bytes - number * kSqliteChunkBytes);
  if (bytes.size() != expected || row_->bytes(0) != digest_blob(digest_of(bytes))) return damaged_content();
  return bytes;
}

Result<std::string_view> SqliteContent::next() {
  if (num_read_ == object_.facts.num_bytes) {
    if (digest_blob(digester_.digest()) != object_.digest) return damaged_content();
    return std::string_view();
  }
  const Result<std::string_view> bytes = chunk(num_read_ / kSqliteChunkBytes);
  if (!bytes) return bytes;
  digester_.add(*bytes);
  num_read_ += bytes->size();
  return bytes;
}

Status SqliteWriter::begin(std::int64_t now_s) {
  Result<SqliteStatement> statement = connection_.prepare("INSERT INTO loose(since_s) VALUES(?1)");
  if (!statement) return std::move(statement).error();
  if (Status done = finish(statement->bind(1, now_s)); !done) return done;
  content_ = connection_.last_row();
  return {};
}

Status SqliteWriter::append(std::string_view bytes, std::int64_t now_s) {
  Result<SqliteStatement> touched = connection_.prepare("UPDATE loose SET since_s = ?2 WHERE content = ?1");
  if (!touched) return std::move(touched).error();
  if (Status done = finish(touched->bind(1, content_).bind(2, now_s)); !done) return done;
  if (connection_.num_changes() != 1) {
    return Error{ErrorCode::kUnavailable, "no piece of it came for so long that its beginning was taken for a left-over; try again"};
  }
  while (!bytes.empty()) {
    const std::string_view chunk = bytes.substr(0, kSqliteChunkBytes);
    const std::string digest = digest_blob(digest_of(chunk));
    Result<SqliteStatement> row = connection_.prepare("INSERT INTO chunks(id, digest, bytes) VALUES(?1, ?2, ?3)");
    if (!row) return std::move(row).error();
    row->bind(1, first_chunk_of(content_) + num_chunks_).bind_blob(2, digest).bind_blob(3, chunk);
    if (Status done = finish(*row); !done) return done;
    digester_.add(chunk);
    ++num_chunks_;
    num_bytes_ += static_cast<std::int64_t>(chunk.size());
    bytes.remove_prefix(chunk.size());
  }
  return {};
}

Result<bool> SqliteWriter::publish(std::string_view key, std::int64_t now_s, bool only_if_absent) {
  const Result<std::optional<SqliteObject>> old = find_object(connection_, key);
  if (!old) return old.error();
  if (only_if_absent && old->has_value()) return false;
  Result<SqliteStatement> row = connection_.prepare(
      "INSERT INTO objects(key, content, num_bytes, modified_s, digest) VALUES(?1, ?2, ?3, ?4, ?5) "
      "ON CONFLICT(key) DO UPDATE SET content = ?2, num_bytes = ?3, modified_s = ?4, digest = ?5");
  if (!row) return std::move(row).error();
  const std::string digest = digest_blob(digester_.digest());
  row->bind_text(1, key).bind(2, content_).bind(3, num_bytes_).bind(4, now_s).bind_blob(5, digest);
  if (Status done = finish(*row); !done) return std::move(done).error();
  Result<SqliteStatement> named = connection_.prepare("DELETE FROM loose WHERE content = ?1");
  if (!named) return std::move(named).error();
  if (Status done = finish(named->bind(1, content_)); !done) return std::move(done).error();
  if (connection_.num_changes() != 1) {
    return Error{ErrorCode::kUnavailable, "no piece of it came for so long that its beginning was taken for a left-over; try again"};
  }
  if (*old) {
    const Result<bool> dropped = drop_content(connection_, **old);
    if (!dropped) return dropped;
    leaves_something_ = !*dropped;
  }
  return true;
}

Result<bool> drop_content(SqliteConnection& connection, const SqliteObject& object) {
  if (!object.is_possible) return true;  // nobody can tell which chunks were its
  const bool at_once = object.facts.num_bytes <= kChunksInOneTurn * kSqliteChunkBytes;
  Result<SqliteStatement> rows = connection.prepare(at_once ? "DELETE FROM chunks WHERE id >= ?1 << 24 AND id < (?1 + 1) << 24"
                                                            : "INSERT INTO loose(content, since_s) VALUES(?1, 0)");
  if (!rows) return std::move(rows).error();
  if (Status done = finish(rows->bind(1, object.content)); !done) return std::move(done).error();
  return at_once;
}

Result<bool> remove_loose_part(SqliteConnection& connection, std::int64_t before_s) {
  Result<SqliteStatement> oldest = connection.prepare("SELECT content FROM loose WHERE since_s < ?1 LIMIT 1");
  if (!oldest) return std::move(oldest).error();
  const Result<bool> found = oldest->bind(1, before_s).step();
  if (!found) return found.error();
  if (!*found) return true;
  const std::int64_t content = oldest->integer(0);
  Result<SqliteStatement> rows =
      connection.prepare("DELETE FROM chunks WHERE id IN (SELECT id FROM chunks WHERE id >= ?1 AND id < ?2 LIMIT ?3)");
  if (!rows) return std::move(rows).error();
  rows->bind(1, first_chunk_of(content)).bind(2, first_chunk_of(content + 1)).bind(3, kChunksInOneTurn);
  if (Status done = finish(*rows); !done) return std::move(done).error();
  if (connection.num_changes() > 0) return false;
  Result<SqliteStatement> mark = connection.prepare("DELETE FROM loose WHERE content = ?1");
  if (!mark) return std::move(mark).error();
  if (Status done = finish(mark->bind(1, content)); !done) return std::move(done).error();
  return false;
}

Status SqliteWriter::give_up() {
  Result<SqliteStatement> mark = connection_.prepare("UPDATE loose SET since_s = 0 WHERE content = ?1");
  if (!mark) return std::move(mark).error();
  leaves_something_ = true;
  return finish(mark->bind(1, content_));
}

}  // namespace vieweratlas::storage_internal
