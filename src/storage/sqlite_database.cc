#include "storage/sqlite_database.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/sqlite_schema.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/private_file.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::storage_internal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPathBytes = 400;

/// The database's answer as an error without a place. The extended code is `code`.
Error database_error(sqlite3* handle, int code) {
  const int system = handle != nullptr ? sqlite3_system_errno(handle) : 0;
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorCode::kUnavailable, "another process holds the database for too long; let it finish and try again"};
    case SQLITE_FULL: return {ErrorCode::kLimitExceeded, "the disk is full; free some space and run again"};
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM: return {ErrorCode::kLimitExceeded, "there is not enough memory; close other programs and run again"};
    case SQLITE_CORRUPT:
      return {ErrorCode::kCorruptData,
              "the database is damaged; put a copy in its place, or save what can be read with sqlite3's .recover"};
    case SQLITE_NOTADB:
      return {ErrorCode::kCorruptData,
              "the file is no SQLite database, or its beginning is damaged; name another file, or put a copy in its place"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return {ErrorCode::kDenied, "the database can only be read; make the file and its folder writable for this user"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::kDenied, "the database cannot be opened; make the file and its folder readable and writable for this user"};
    case SQLITE_INTERRUPT: return {ErrorCode::kCancelled, "stopped"};
    case SQLITE_IOERR:
      if (system == ENOSPC || system == EDQUOT) return {ErrorCode::kLimitExceeded, "the disk is full; free some space and run again"};
      if (system == EFBIG)
        return {ErrorCode::kLimitExceeded, "the file would be larger than the file system or the limit of this user allows"};
      return {ErrorCode::kUnavailable, std::string("the disk fails: ") + sqlite3_errstr(code) + "; look at the system's log"};
    default: return {ErrorCode::kUnavailable, std::string("SQLite says: ") + sqlite3_errstr(code)};
  }
}

Status make_file(const fs::path& path) {
  std::error_code problem;
  const fs::file_status status = fs::status(path, problem);
  if (fs::is_directory(status)) return system_error(EISDIR, "opening the database", path);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    return Error{ErrorCode::kInvalidArgument,
                 "opening the database " + printable(path.string(), kMaxPathBytes) + ": it is no regular file"};
  }
  if (fs::exists(status)) return {};
  // Made elsewhere and linked into place: closing another descriptor of the file would end the locks of this process on it.
  const Result<bool> made = create_private_file(path, "");
  return made ? Status() : Status(made.error());
}

Result<std::unique_ptr<SqliteConnection>> connect(const fs::path& path, std::chrono::milliseconds patience) {
  sqlite3* handle = nullptr;
  // A connection has one user at a time, so that SQLite needs no lock of its own.
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, kFlags, nullptr);
  auto connection = std::make_unique<SqliteConnection>(handle);
  if (code != SQLITE_OK) return database_error(handle, code);
  connection->wait_at_most(patience);
  // Text in a file that somebody made must not be able to call functions of this program.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return connection;
}

Result<std::int64_t> ask(SqliteConnection& connection, const char* sql) {
  Result<SqliteStatement> statement = connection.prepare(sql);
  if (!statement) return std::move(statement).error();
  const Result<bool> row = statement->step();
  if (!row) return row.error();
  return *row ? statement->integer(0) : 0;
}

/// Whether the tables are there. Errors: invalid_argument (somebody else's, or of a newer version).
Result<bool> has_tables(SqliteConnection& connection) {
  // In this order: tables and mark appear together, so that whoever sees tables sees the mark afterwards, also while they are being made.
  const Result<std::int64_t> num_tables = ask(connection, "SELECT count(*) FROM sqlite_master");
  if (!num_tables) return num_tables.error();
  const Result<std::int64_t> application = ask(connection, "PRAGMA application_id");
  if (!application) return application.error();
  if (*application == 0 && *num_tables == 0) return false;
  if (*application != kSqliteApplicationId) {
    return Error{ErrorCode::kInvalidArgument, "it is the database of another program; name another file"};
  }
  const Result<std::int64_t> version = ask(connection, "PRAGMA user_version");
  if (!version) return version.error();
  if (*version != kSqliteSchemaVersion) {
    return Error{ErrorCode::kInvalidArgument, "it was made by another version of this program (its tables are version " +
                                                  std::to_string(*version) + ", known is " + std::to_string(kSqliteSchemaVersion) +
                                                  "); use that version, or name another file"};
  }
  return true;
}

Status use_log(SqliteConnection& connection) {
  // Changing the mode does not wait for other connections by itself; where it is in use already nothing changes.
  Result<SqliteStatement> mode = connection.prepare("PRAGMA journal_mode=WAL");
  if (!mode) return std::move(mode).error();
  const Result<bool> row = mode->step();
  if (!row) return row.error();
  if (mode->bytes(0) == "wal") return {};
  return Error{ErrorCode::kInvalidArgument, "its file system cannot hold a database that several processes use; choose a local disk"};
}

Status make_tables(SqliteConnection& connection) {
  if (Status begun = connection.run("BEGIN IMMEDIATE"); !begun) return begun;
  // Another process may have been faster.
  const Result<bool> made = has_tables(connection);
  if (!made) return made.error();
  if (!*made) {
    if (Status tables = connection.run(kSqliteTables); !tables) return tables;
    const std::string marks =
        "PRAGMA application_id=" + std::to_string(kSqliteApplicationId) + "; PRAGMA user_version=" + std::to_string(kSqliteSchemaVersion);
    if (Status marked = connection.run(marks.c_str()); !marked) return marked;
  }
  return connection.run("COMMIT");
}

/// What every connection needs: nothing of removed content may stay in the file, and what is committed is on the disk.
Status prepare_connection(SqliteConnection& connection) {
  return connection.run("PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA journal_size_limit=67108864; PRAGMA foreign_keys=OFF");
}

Status prepare_database(SqliteConnection& connection) {
  const Result<bool> there = has_tables(connection);
  if (!there) return there.error();
  if (*there && connection.read_only()) return {};
  if (Status logged = use_log(connection); !logged) return logged;
  if (Status prepared = prepare_connection(connection); !prepared || *there) return prepared;
  return make_tables(connection);
}

}  // namespace

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

SqliteStatement& SqliteStatement::bind(int number, std::int64_t value) {
  VA_CHECK(sqlite3_bind_int64(statement_, number, value) == SQLITE_OK);
  return *this;
}

SqliteStatement& SqliteStatement::bind_text(int number, std::string_view text) {
  VA_CHECK(sqlite3_bind_text64(statement_, number, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

SqliteStatement& SqliteStatement::bind_blob(int number, std::string_view bytes) {
  // Without an address an empty blob would be NULL.
  const char* begin = bytes.empty() ? "" : bytes.data();
  VA_CHECK(sqlite3_bind_blob64(statement_, number, begin, bytes.size(), SQLITE_STATIC) == SQLITE_OK);
  return *this;
}

Result<bool> SqliteStatement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_error(sqlite3_db_handle(statement_), code);
}

std::int64_t SqliteStatement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view SqliteStatement::bytes(int column) const {
  const auto* begin = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return begin == nullptr ? std::string_view()
                          : std::string_view(begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

SqliteConnection::~SqliteConnection() { sqlite3_close_v2(handle_); }

Status SqliteConnection::run(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : Status(database_error(handle_, code));
}

Result<SqliteStatement> SqliteConnection::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr);
  if (code != SQLITE_OK) return database_error(handle_, code);
  return SqliteStatement(statement);
}

void SqliteConnection::wait_at_most(std::chrono::milliseconds time) { sqlite3_busy_timeout(handle_, static_cast<int>(time.count())); }

std::int64_t SqliteConnection::num_changes() const { return sqlite3_changes64(handle_); }
std::int64_t SqliteConnection::last_row() const { return sqlite3_last_insert_rowid(handle_); }
bool SqliteConnection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
bool SqliteConnection::read_only() const { return sqlite3_db_readonly(handle_, "main") == 1; }

SqliteDatabase::Lease::~Lease() {
  if (connection_ == nullptr) return;
  // A connection whose transaction cannot be ended is closed.
  if (connection_->in_transaction() && !connection_->run("ROLLBACK")) return;
  const std::lock_guard lock(database_->mutex_);
  database_->idle_.push_back(std::move(connection_));
}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const fs::path& path, std::chrono::milliseconds patience) {
  const auto with_place = [&](Error error) {
    return std::move(error).with_context("opening the database " + printable(path.string(), kMaxPathBytes));
  };
  if (path.empty()) return Error{ErrorCode::kInvalidArgument, "the store in SQLite has no file; name one"};
  if (Status made = make_file(path); !made) return std::move(made).error();
  std::error_code problem;
  fs::path absolute = fs::absolute(path, problem);
  if (problem) return system_error(problem.value(), "opening the database", path);
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(absolute.lexically_normal(), patience));
  Result<std::unique_ptr<SqliteConnection>> connection = connect(database->path_, patience);
  if (!connection) return with_place(std::move(connection).error());
  if (Status prepared = prepare_database(**connection); !prepared) return with_place(std::move(prepared).error());
  database->idle_.push_back(*std::move(connection));
  return database;
}

Result<SqliteDatabase::Lease> SqliteDatabase::lease() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Lease lease(this, std::move(idle_.back()));
      idle_.pop_back();
      return lease;
    }
  }
  Result<std::unique_ptr<SqliteConnection>> connection = connect(path_, patience_);
  if (!connection) return std::move(connection).error();
  if (Status prepared = prepare_connection(**connection); !prepared) return std::move(prepared).error();
  return Lease(this, *std::move(connection));
}

}  // namespace vieweratlas::storage_internal
