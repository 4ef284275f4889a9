#include "lake/parquet_file.h"

#include <duckdb.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas::lake_internal {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMemoryLimit = "1GiB";
constexpr std::size_t kMaxMessageBytes = 300;
constexpr std::size_t kMaxNameBytes = 1024;

ErrorCode code_of(duckdb_error_type type) {
  switch (type) {
    case DUCKDB_ERROR_OUT_OF_MEMORY: return ErrorCode::kLimitExceeded;
    case DUCKDB_ERROR_PERMISSION: return ErrorCode::kDenied;
    case DUCKDB_ERROR_IO: return ErrorCode::kUnavailable;
    default: return ErrorCode::kCorruptData;
  }
}

Error duckdb_error(ErrorCode code, std::string_view doing, std::string_view name, const char* message) {
  if (message != nullptr && std::string_view(message).find("No space left on device") != std::string_view::npos) {
    return {
        ErrorCode::kLimitExceeded,
        fmt::format("{} {}: the disk is full; free some space, or name another folder by TMPDIR, and run again", doing, printable(name))};
  }
  const std::string_view text = message == nullptr ? "DuckDB gives no reason" : message;
  return {code, fmt::format("{} {}: {}", doing, printable(name, kMaxNameBytes), printable(text, kMaxMessageBytes))};
}

/// In an SQL text.
std::string sql_text(std::string_view text) {
  std::string sql = "'";
  for (const char c : text) {
    if (c == '\'') sql += '\'';
    sql += c;
  }
  return sql + '\'';
}

/// DuckDB takes names of files that it reads for patterns.
std::string as_pattern(const fs::path& path) {
  std::string pattern;
  for (const char c : path.string()) {
    if (c == '*' || c == '?' || c == '[') {
      pattern += '[';
      pattern += c;
      pattern += ']';
    } else {
      pattern += c;
    }
  }
  return pattern;
}

/// The outcome of a statement.
class Answer {
 public:
  Answer() = default;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() { duckdb_destroy_result(&result_); }
  [[nodiscard]] duckdb_result* get() { return &result_; }

 private:
  duckdb_result result_{};
};

/// A database in memory: one thread, so that rows keep their order; nothing is fetched or loaded from outside.
class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { duckdb_close(&database_); }

  Status open(const fs::path& scratch) {
    duckdb_config config = nullptr;
    if (duckdb_create_config(&config) != DuckDBSuccess) return Error{ErrorCode::kLimitExceeded, "there is no memory for DuckDB"};
    const std::string spill = scratch.string();
    bool known = true;
    for (const auto& [name, value] : {std::pair{"threads", "1"},
                                      {"memory_limit", kMemoryLimit},
                                      {"temp_directory", spill.c_str()},
                                      {"autoinstall_known_extensions", "false"},
                                      {"autoload_known_extensions", "false"},
                                      {"preserve_insertion_order", "true"}}) {
      known = duckdb_set_config(config, name, value) == DuckDBSuccess && known;
    }
    char* problem = nullptr;
    const bool is_open = known && duckdb_open_ext(nullptr, &database_, config, &problem) == DuckDBSuccess;
    duckdb_destroy_config(&config);
    if (is_open) return {};
    Error error = duckdb_error(ErrorCode::kUnavailable, "opening DuckDB with scratch folder", scratch.string(), problem);
    duckdb_free(problem);
    return error;
  }

  [[nodiscard]] duckdb_database get() const { return database_; }

 private:
  duckdb_database database_ = nullptr;
};

/// A connection to a database, which must outlive it.
class Connection {
 public:
  explicit Connection(const Database& database) { duckdb_connect(database.get(), &connection_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { duckdb_disconnect(&connection_); }
  [[nodiscard]] duckdb_connection get() const { return connection_; }

 private:
  duckdb_connection connection_ = nullptr;
};

duckdb_type type_of(ColumnType type) {
  switch (type) {
    case ColumnType::kInt32: return DUCKDB_TYPE_INTEGER;
    case ColumnType::kInt64: return DUCKDB_TYPE_BIGINT;
    case ColumnType::kBool: return DUCKDB_TYPE_BOOLEAN;
    case ColumnType::kText: return DUCKDB_TYPE_VARCHAR;
  }
  return DUCKDB_TYPE_INVALID;
}

ColumnValues no_values(ColumnType type) {
  switch (type) {
    case ColumnType::kInt32: return std::vector<std::int32_t>();
    case ColumnType::kInt64: return std::vector<std::int64_t>();
    case ColumnType::kBool: return std::vector<bool>();
    case ColumnType::kText: return std::vector<std::string_view>();
  }
  return {};
}

RowBlock empty_block(const std::vector<Column>& columns) {
  RowBlock block;
  for (const Column& column : columns) block.columns.push_back(no_values(column.type));
  return block;
}

void clear(RowBlock& block) {
  block.num_rows = 0;
  for (ColumnValues& values : block.columns) {
    std::visit([](auto& vector) { vector.clear(); }, values);
  }
}

// --- writing: COPY of a table function whose rows `fill` gives ---

struct Rows {
  const std::vector<Column>* columns = nullptr;
  const FillBlock* fill = nullptr;
  RowBlock block;
  Status status;
};

constexpr const char* kRowsFunction = "rows_to_write";

void bind_rows(duckdb_bind_info info) {
  const Rows& rows = *static_cast<const Rows*>(duckdb_bind_get_extra_info(info));
  for (const Column& column : *rows.columns) {
    duckdb_logical_type type = duckdb_create_logical_type(type_of(column.type));
    duckdb_bind_add_result_column(info, std::string(column.name).c_str(), type);
    duckdb_destroy_logical_type(&type);
  }
}

void init_rows(duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); }

void put_values(const ColumnValues& values, duckdb_vector vector) {
  std::visit(
      [vector](const auto& of_column) {
        using Value = typename std::decay_t<decltype(of_column)>::value_type;
        void* const data = duckdb_vector_get_data(vector);
        if constexpr (std::is_same_v<Value, std::string_view>) {
          for (std::size_t i = 0; i < of_column.size(); ++i) {
            duckdb_vector_assign_string_element_len(vector, i, of_column[i].data(), of_column[i].size());
          }
        } else if constexpr (std::is_same_v<Value, bool>) {
          std::copy(of_column.begin(), of_column.end(), static_cast<bool*>(data));
        } else if (!of_column.empty()) {
          std::memcpy(data, of_column.data(), of_column.size() * sizeof(Value));
        }
      },
      values);
}

void give_rows(duckdb_function_info info, duckdb_data_chunk chunk) {
  Rows& rows = *static_cast<Rows*>(duckdb_function_get_extra_info(info));
  clear(rows.block);
  rows.status = (*rows.fill)(rows.block);
  if (!rows.status) {
    duckdb_function_set_error(info, "the rows ended with an error");
    return;
  }
  VA_CHECK(rows.block.num_rows <= kMaxBlockRows && rows.block.num_rows <= duckdb_vector_size());
  for (std::size_t i = 0; i < rows.block.columns.size(); ++i) {
    VA_CHECK(std::visit([](const auto& vector) { return vector.size(); }, rows.block.columns[i]) == rows.block.num_rows);
    put_values(rows.block.columns[i], duckdb_data_chunk_get_vector(chunk, i));
  }
  duckdb_data_chunk_set_size(chunk, rows.block.num_rows);
}

bool register_rows(duckdb_connection connection, Rows& rows) {
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, kRowsFunction);
  duckdb_table_function_set_extra_info(function, &rows, nullptr);
  duckdb_table_function_set_bind(function, bind_rows);
  duckdb_table_function_set_init(function, init_rows);
  duckdb_table_function_set_function(function, give_rows);
  const bool done = duckdb_register_table_function(connection, function) == DuckDBSuccess;
  duckdb_destroy_table_function(&function);
  return done;
}

std::string copy_statement(const fs::path& path, const ParquetOptions& options) {
  std::string metadata;
  for (const auto& [name, value] : options.metadata) {
    metadata += fmt::format("{}{}: {}", metadata.empty() ? "" : ", ", name, sql_text(value));
  }
  // Bloom filters would repeat what the order of rows and the statistics tell.
  return fmt::format(
      "COPY (SELECT * FROM {}()) TO {} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 1000000, "
      "PARQUET_VERSION v1, WRITE_BLOOM_FILTER false{})",
      kRowsFunction, sql_text(path.string()), metadata.empty() ? "" : ", KV_METADATA {" + metadata + "}");
}

// --- reading: a query whose result arrives in pieces ---

/// False when a value is missing.
template <typename T>
bool take_values(duckdb_vector vector, std::size_t num_rows, std::vector<T>& out) {
  std::uint64_t* const validity = duckdb_vector_get_validity(vector);
  for (std::size_t i = 0; validity != nullptr && i < num_rows; ++i) {
    if (!duckdb_validity_row_is_valid(validity, i)) return false;
  }
  void* const data = duckdb_vector_get_data(vector);
  if constexpr (std::is_same_v<T, std::string_view>) {
    auto* const texts = static_cast<duckdb_string_t*>(data);
    for (std::size_t i = 0; i < num_rows; ++i) out.emplace_back(duckdb_string_t_data(&texts[i]), duckdb_string_t_length(texts[i]));
  } else {
    const auto* const values = static_cast<const T*>(data);
    out.assign(values, values + num_rows);
  }
  return true;
}

}  // namespace

class ParquetEngine {
 public:
  Database database;
};

namespace {

class Reader final : public ParquetReader {
 public:
  Reader(std::shared_ptr<ParquetEngine> engine, std::string_view name, const std::vector<Column>& columns)
      : engine_(std::move(engine)), connection_(engine_->database), name_(name), columns_(columns), block_(empty_block(columns)) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() override {
    duckdb_destroy_data_chunk(&chunk_);
    duckdb_destroy_prepare(&statement_);
  }

  Status open(const fs::path& path) {
    std::string names;
    for (const Column& column : columns_) names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", column.name);
    const std::string sql = fmt::format("SELECT {} FROM read_parquet({}, hive_partitioning = false)", names, sql_text(as_pattern(path)));
    if (duckdb_prepare(connection_.get(), sql.c_str(), &statement_) != DuckDBSuccess) {
      return duckdb_error(ErrorCode::kCorruptData, "reading", name_, duckdb_prepare_error(statement_));
    }
    if (duckdb_execute_prepared_streaming(statement_, answer_.get()) != DuckDBSuccess) return failure();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (duckdb_column_type(answer_.get(), i) == type_of(columns_[i].type)) continue;
      return Error{ErrorCode::kCorruptData, fmt::format("the column \"{}\" of {} is of another type than this program reads",
                                                        columns_[i].name, printable(name_, kMaxNameBytes))};
    }
    return {};
  }

  Result<const RowBlock*> next() override {
    clear(block_);
    do {
      duckdb_destroy_data_chunk(&chunk_);
      chunk_ = duckdb_fetch_chunk(*answer_.get());
      if (chunk_ == nullptr) {
        const char* const problem = duckdb_result_error(answer_.get());
        if (problem != nullptr && *problem != '\0') return failure();
        return static_cast<const RowBlock*>(nullptr);
      }
      block_.num_rows = duckdb_data_chunk_get_size(chunk_);
    } while (block_.num_rows == 0);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const duckdb_vector vector = duckdb_data_chunk_get_vector(chunk_, i);
      const bool whole = std::visit([&](auto& values) { return take_values(vector, block_.num_rows, values); }, block_.columns[i]);
      if (whole) continue;
      return Error{ErrorCode::kCorruptData,
                   fmt::format("the column \"{}\" of {} misses values", columns_[i].name, printable(name_, kMaxNameBytes))};
    }
    return static_cast<const RowBlock*>(&block_);
  }

 private:
  Error failure() {
    return duckdb_error(code_of(duckdb_result_error_type(answer_.get())), "reading", name_, duckdb_result_error(answer_.get()));
  }

  // What came from a member goes before it: the order counts.
  std::shared_ptr<ParquetEngine> engine_;
  Connection connection_;
  std::string name_;
  std::vector<Column> columns_;
  Answer answer_;
  duckdb_prepared_statement statement_ = nullptr;
  duckdb_data_chunk chunk_ = nullptr;
  RowBlock block_;
};

}  // namespace

Status write_parquet(const fs::path& path, const std::vector<Column>& columns, const FillBlock& fill, const ParquetOptions& options) {
  Rows rows{.columns = &columns, .fill = &fill, .block = empty_block(columns), .status = {}};
  Database database;
  if (Status opened = database.open(options.scratch); !opened) return opened;
  const Connection connection(database);
  if (!register_rows(connection.get(), rows)) return duckdb_error(ErrorCode::kInternal, "writing", path.string(), "no table function");
  Answer answer;
  if (duckdb_query(connection.get(), copy_statement(path, options).c_str(), answer.get()) == DuckDBSuccess) return {};
  if (!rows.status) return rows.status;
  const ErrorCode code = code_of(duckdb_result_error_type(answer.get()));
  return duckdb_error(code == ErrorCode::kCorruptData ? ErrorCode::kUnavailable : code, "writing", path.string(),
                      duckdb_result_error(answer.get()));
}

Result<std::shared_ptr<ParquetEngine>> open_parquet_engine() {
  auto engine = std::make_shared<ParquetEngine>();
  if (Status opened = engine->database.open({}); !opened) return std::move(opened).error();
  return engine;
}

Result<std::unique_ptr<ParquetReader>> open_parquet(std::shared_ptr<ParquetEngine> engine, const fs::path& path, std::string_view name,
                                                    const std::vector<Column>& columns) {
  std::error_code problem;
  if (!fs::is_regular_file(path, problem)) return Error{ErrorCode::kNotFound, "there is no file " + printable(name, kMaxNameBytes)};
  auto reader = std::make_unique<Reader>(std::move(engine), name, columns);
  if (Status opened = reader->open(path); !opened) return std::move(opened).error();
  return std::unique_ptr<ParquetReader>(std::move(reader));
}

bool has_parquet() { return true; }

}  // namespace vieweratlas::lake_internal
