#include "storage/sqlite_store.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "storage/sqlite_content.h"
#include "storage/sqlite_database.h"

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/open_sqlite_store.h"

namespace vieweratlas::storage_internal {
namespace {

constexpr std::size_t kBufferBytes = 4 * kSqliteChunkBytes;  // of content in one transaction
constexpr std::int64_t kLeftOverAfterS = 3600;               // nobody waits for the next piece of a stream for so long
constexpr std::int64_t kGivenUpBefore = 1;                   // what is given up was touched in the year 1970
constexpr std::size_t kMaxUriBytes = 1500;
constexpr std::uint64_t kMostReserved = std::uint64_t{64} << 20U;  // before the content has come

std::int64_t now_s() { return std::chrono::floor<std::chrono::seconds>(SystemClock().utc()).time_since_epoch().count(); }

class MemoryContent final : public ByteSource {
 public:
  explicit MemoryContent(std::string_view bytes) : bytes_(bytes) {}
  Result<std::string_view> next() override { return std::exchange(bytes_, {}); }
  [[nodiscard]] std::uint64_t num_stored() const override { return 0; }

 private:
  std::string_view bytes_;
};

/// Does `work` in a transaction that writes; an error undoes all of it.
Status in_transaction(SqliteDatabase& database, SqliteConnection& connection, const std::function<Status()>& work) {
  const std::lock_guard lock(database.writing());
  if (Status begun = connection.run("BEGIN IMMEDIATE"); !begun) return begun;
  Status done = work();
  if (done.ok()) done = connection.run("COMMIT");
  // Some errors have ended the transaction already.
  if (!done.ok() && connection.in_transaction()) static_cast<void>(connection.run("ROLLBACK"));
  return done;
}

/// Removes contents that nothing names, in short transactions. What cannot be removed stays for the next who tries.
void tidy(SqliteDatabase& database, SqliteConnection& connection, std::int64_t before_s) {
  Result<bool> done = false;
  while (done && !*done) {
    const Status removed = in_transaction(database, connection, [&] {
      done = remove_loose_part(connection, before_s);
      return done ? Status() : Status(done.error());
    });
    if (!removed) return;
  }
}

/// Collects pieces of any length.
class Buffer {
 public:
  /// Fills up from `content`; false when that is at its end.
  Result<bool> fill(ByteSource& content) {
    bytes_.clear();
    for (;;) {
      const std::string_view part = rest_.substr(0, kBufferBytes - bytes_.size());
      bytes_ += part;
      rest_.remove_prefix(part.size());
      if (bytes_.size() == kBufferBytes) return true;
      const Result<std::string_view> piece = content.next();
      if (!piece) return piece.error();
      if (piece->empty()) return false;
      rest_ = *piece;
    }
  }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::string_view rest_;  // of the piece that came last
};

/// One object on its way into the database: a transaction for each buffer of content, of which the last makes it visible.
class Upload {
 public:
  Upload(SqliteDatabase& database, SqliteConnection& connection) : database_(database), connection_(connection), writer_(connection) {}

  Result<bool> run(std::string_view key, ByteSource& content, bool only_if_absent) {
    Result<bool> made = write(key, content, only_if_absent);
    if (begun_ && (!made || !*made)) {
      static_cast<void>(in_transaction(database_, connection_, [&] { return writer_.give_up(); }));
    }
    if (writer_.leaves_something()) tidy(database_, connection_, kGivenUpBefore);
    return made;
  }

 private:
  Result<bool> write(std::string_view key, ByteSource& content, bool only_if_absent) {
    for (;;) {
      const Result<bool> more = buffer_.fill(content);
      if (!more) return more.error();
      if (*more && !begun_) tidy(database_, connection_, now_s() - kLeftOverAfterS);
      // What no object names may be lost in a crash. The last transaction syncs the log with all that was written to it.
      if (Status set = connection_.run(*more ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL"); !set)
        return std::move(set).error();
      Result<bool> made = true;
      Status done = in_transaction(database_, connection_, [&]() -> Status {
        if (Status appended = append_buffer(); !appended || *more) return appended;
        made = writer_.publish(key, now_s(), only_if_absent);
        return made ? Status() : Status(made.error());
      });
      if (!done) return std::move(done).error();
      begun_ = true;
      if (!*more) return made;
    }
  }
  Status append_buffer() {
    if (Status begun = begun_ ? Status() : writer_.begin(now_s()); !begun) return begun;
    return writer_.append(buffer_.bytes(), now_s());
  }

  SqliteDatabase& database_;
  SqliteConnection& connection_;
  SqliteWriter writer_;
  Buffer buffer_;
  bool begun_ = false;  // some of the content is in the database
};

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& path, std::chrono::milliseconds patience) {
  Result<std::unique_ptr<SqliteDatabase>> database = SqliteDatabase::open(path, patience);
  if (!database) return std::move(database).error();
  std::unique_ptr<SqliteStore> store(new SqliteStore(*std::move(database)));
  Result<SqliteDatabase::Lease> lease = store->database_->lease();
  if (lease && !(*lease)->read_only()) {
    // Nobody waits for this: reading is possible while another process writes.
    (*lease)->wait_at_most(std::chrono::milliseconds(0));
    tidy(*store->database_, **lease, now_s() - kLeftOverAfterS);
    (*lease)->wait_at_most(patience);
  }
  return store;
}

Error SqliteStore::about(std::string_view attempt, std::string_view key, Error error) const {
  return std::move(error).with_context(std::string(attempt) + " " + printable(uri(key), kMaxUriBytes));
}

Result<bool> SqliteStore::write(std::string_view key, ByteSource& content, bool only_if_absent) {
  Result<SqliteDatabase::Lease> lease = database_->lease();
  if (!lease) return std::move(lease).error();
  Upload upload(*database_, **lease);
  return upload.run(key, content, only_if_absent);
}

Status SqliteStore::put(std::string_view key, std::string_view bytes, const PutOptions& options) {
  MemoryContent content(bytes);
  return put_stream(key, content, options);
}

Status SqliteStore::put_stream(std::string_view key, ByteSource& content, const PutOptions& /*options*/) {
  if (!is_object_key(key)) return wrong_key(key);
  Result<bool> made = write(key, content, false);
  return made ? Status() : about("storing", key, std::move(made).error());
}

Result<bool> SqliteStore::put_if_absent(std::string_view key, std::string_view bytes, const PutOptions& /*options*/) {
  // Looking is cheap; the transaction that writes looks again.
  const Result<bool> there = exists(key);
  if (!there || *there) return there ? Result<bool>(false) : there;
  MemoryContent content(bytes);
  Result<bool> made = write(key, content, true);
  if (!made) return about("storing", key, std::move(made).error());
  return made;
}

Result<SqliteContent> SqliteStore::open_content(std::string_view key) const {
  if (!is_object_key(key)) return wrong_key(key);
  Result<SqliteDatabase::Lease> lease = database_->lease();
  if (!lease) return about("reading", key, std::move(lease).error());
  if (Status begun = (*lease)->run("BEGIN"); !begun) return about("reading", key, std::move(begun).error());
  Result<std::optional<SqliteObject>> object = find_object(**lease, key);
  if (!object) return about("reading", key, std::move(object).error());
  if (!*object) return about("reading", key, {ErrorCode::kNotFound, "there is no such object"});
  if (!(*object)->is_possible) return about("reading", key, damaged_content());
  return SqliteContent(*std::move(lease), **std::move(object));
}

Result<std::string> SqliteStore::get(std::string_view key) const {
  Result<SqliteContent> content = open_content(key);
  if (!content) return std::move(content).error();
  std::string bytes;
  // What a damaged file says of a length is no reason to take so much memory.
  bytes.reserve(static_cast<std::size_t>(std::min(content->facts().num_bytes, kMostReserved)));
  for (;;) {
    Result<std::string_view> piece = content->next();
    if (!piece) return about("reading", key, std::move(piece).error());
    if (piece->empty()) return bytes;
    bytes += *piece;
  }
}

Result<std::string> SqliteStore::get_range(std::string_view key, ByteRange range) const {
  Result<SqliteContent> content = open_content(key);
  if (!content) return std::move(content).error();
  const std::uint64_t size = content->facts().num_bytes;
  if (range.offset >= size && range.offset > 0) {
    return about("reading", key, {ErrorCode::kInvalidArgument, "the range begins behind its end"});
  }
  const std::uint64_t end = range.offset + std::min(range.num_bytes, size - range.offset);
  std::string bytes;
  for (std::uint64_t offset = range.offset; offset < end;) {
    const std::uint64_t within = offset % kSqliteChunkBytes;
    Result<std::string_view> chunk = content->chunk(offset / kSqliteChunkBytes);
    if (!chunk) return about("reading", key, std::move(chunk).error());
    bytes += chunk->substr(static_cast<std::size_t>(within), static_cast<std::size_t>(end - offset));
    offset += kSqliteChunkBytes - within;
  }
  return bytes;
}

Result<StoredObject> SqliteStore::get_stream(std::string_view key, const Sink& sink) const {
  Result<SqliteContent> content = open_content(key);
  if (!content) return std::move(content).error();
  for (;;) {
    Result<std::string_view> piece = content->next();
    if (!piece) return about("reading", key, std::move(piece).error());
    if (piece->empty()) return content->facts();
    if (Status taken = sink(*piece); !taken) return std::move(taken).error();
  }
}

Result<std::optional<StoredObject>> SqliteStore::find(std::string_view key) const {
  if (!is_object_key(key)) return wrong_key(key);
  Result<SqliteDatabase::Lease> lease = database_->lease();
  if (!lease) return about("looking for", key, std::move(lease).error());
  Result<std::optional<SqliteObject>> object = find_object(**lease, key);
  if (!object) return about("looking for", key, std::move(object).error());
  return *object ? std::optional((*std::move(object))->facts) : std::nullopt;
}

Result<ObjectPage> SqliteStore::list_page(std::string_view prefix, const std::string& next, std::size_t max_objects) const {
  if (!is_object_prefix(prefix)) return wrong_prefix(prefix);
  Result<SqliteDatabase::Lease> lease = database_->lease();
  if (!lease) return about("listing", prefix, std::move(lease).error());
  Result<SqliteStatement> rows =
      (*lease)->prepare("SELECT key, content, num_bytes, modified_s, digest FROM objects WHERE key >= ?1 AND key <> ?2 ORDER BY key");
  if (!rows) return about("listing", prefix, std::move(rows).error());
  rows->bind_text(1, std::max<std::string_view>(prefix, next)).bind_text(2, next);
  ObjectPage page;
  for (;;) {
    const Result<bool> row = rows->step();
    if (!row) return about("listing", prefix, row.error());
    if (!*row || !rows->bytes(0).starts_with(prefix)) return page;
    if (page.objects.size() == max_objects) {
      page.next = page.objects.back().key;
      return page;
    }
    SqliteObject object = object_of_row(*rows);
    // Nobody can have put it here by a name that no store takes.
    if (is_object_key(object.facts.key)) page.objects.push_back(std::move(object.facts));
  }
}

Status SqliteStore::copy(std::string_view from, std::string_view to) {
  if (!is_object_key(to)) return wrong_key(to);
  Result<SqliteContent> content = open_content(from);
  if (!content) return std::move(content).error();
  return put_stream(to, *content);
}

Status SqliteStore::remove(std::string_view key) {
  if (!is_object_key(key)) return wrong_key(key);
  Result<SqliteDatabase::Lease> lease = database_->lease();
  if (!lease) return about("removing", key, std::move(lease).error());
  bool leaves_something = false;
  Status removed = in_transaction(*database_, **lease, [&]() -> Status {
    const Result<std::optional<SqliteObject>> object = find_object(**lease, key);
    if (!object || !*object) return object ? Status() : Status(object.error());
    Result<SqliteStatement> row = (*lease)->prepare("DELETE FROM objects WHERE key = ?1");
    if (!row) return std::move(row).error();
    if (const Result<bool> done = row->bind_text(1, key).step(); !done) return done.error();
    const Result<bool> dropped = drop_content(**lease, **object);
    leaves_something = dropped && !*dropped;
    return dropped ? Status() : Status(dropped.error());
  });
  if (!removed) return about("removing", key, std::move(removed).error());
  if (leaves_something) tidy(*database_, **lease, kGivenUpBefore);
  return {};
}

std::string SqliteStore::uri(std::string_view key) const { return "sqlite://" + database_->path().string() + "#" + std::string(key); }

}  // namespace vieweratlas::storage_internal

namespace vieweratlas {

Result<std::unique_ptr<ObjectStore>> open_sqlite_store(const std::filesystem::path& file, std::chrono::milliseconds patience) {
  Result<std::unique_ptr<storage_internal::SqliteStore>> store = storage_internal::SqliteStore::open(file, patience);
  if (!store) return std::move(store).error();
  return std::unique_ptr<ObjectStore>(*std::move(store));
}

}  // namespace vieweratlas
