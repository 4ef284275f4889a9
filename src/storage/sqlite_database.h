#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace vieweratlas::storage_internal {

/// One prepared statement of a connection, which must outlive it. Values are bound by number from 1, columns read by number from 0.
/// Thread-compatible.
class SqliteStatement {
 public:
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}
  SqliteStatement(SqliteStatement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  SqliteStatement& operator=(SqliteStatement&&) = delete;
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement();

  /// Texts and blobs are borrowed until the statement is stepped for the last time.
  SqliteStatement& bind(int number, std::int64_t value);
  SqliteStatement& bind_text(int number, std::string_view text);
  SqliteStatement& bind_blob(int number, std::string_view bytes);
  /// True when there is a row. Errors: those of SqliteConnection.
  [[nodiscard]] Result<bool> step();
  [[nodiscard]] std::int64_t integer(int column) const;
  /// Text or blob; good until the next step.
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// A connection to a database. Its errors name no place: whoever knows the object adds it. They are unavailable (somebody else holds the
/// database for too long), limit_exceeded (full disk, file too long), denied (read-only), corrupt_data. Thread-compatible.
class SqliteConnection {
 public:
  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  ~SqliteConnection();

  /// How long a call waits for another process that holds the database.
  void wait_at_most(std::chrono::milliseconds time);
  [[nodiscard]] Status run(const char* sql);
  [[nodiscard]] Result<SqliteStatement> prepare(const char* sql);
  /// Of the statement that ran last.
  [[nodiscard]] std::int64_t num_changes() const;
  [[nodiscard]] std::int64_t last_row() const;
  /// True between BEGIN and its end.
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] bool read_only() const;

 private:
  sqlite3* handle_;
};

/// A database of this program: connections to it, kept for the next caller. Thread-safe.
class SqliteDatabase {
 public:
  /// What a caller holds alone for as long as it works; it goes back when the lease ends, without a transaction.
  class Lease {
   public:
    Lease(SqliteDatabase* database, std::unique_ptr<SqliteConnection> connection)
        : database_(database), connection_(std::move(connection)) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();
    SqliteConnection* operator->() const { return connection_.get(); }
    SqliteConnection& operator*() const { return *connection_; }

   private:
    SqliteDatabase* database_;
    std::unique_ptr<SqliteConnection> connection_;
  };

  /// Opens the database, making it (mode 0600) and its tables where they are missing. Errors: invalid_argument (a folder, a database of
  /// another program or of a newer version, a file system that cannot hold one), denied, corrupt_data, unavailable, limit_exceeded.
  /// Calls wait for other processes for `patience`.
  [[nodiscard]] static Result<std::unique_ptr<SqliteDatabase>> open(const std::filesystem::path& path, std::chrono::milliseconds patience);

  [[nodiscard]] Result<Lease> lease();
  /// Held around each transaction that writes, so that the threads of this process take turns instead of waiting for the file.
  [[nodiscard]] std::mutex& writing() { return writing_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  SqliteDatabase(std::filesystem::path path, std::chrono::milliseconds patience) : path_(std::move(path)), patience_(patience) {}

  std::filesystem::path path_;
  std::chrono::milliseconds patience_;
  std::mutex writing_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;  // guarded by mutex_
};

}  // namespace vieweratlas::storage_internal
