#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "vieweratlas/core/error.h"

// Parquet files of flat tables without nulls, by DuckDB, which only parquet_file.cc knows.

namespace vieweratlas::lake_internal {

enum class ColumnType : std::uint8_t { kInt32, kInt64, kBool, kText };  ///< kText: UTF-8

struct Column {
  std::string_view name;  ///< a plain word
  ColumnType type = ColumnType::kInt64;
};

/// Values of one column; the alternative is that of its type, in the order of ColumnType.
using ColumnValues = std::variant<std::vector<std::int32_t>, std::vector<std::int64_t>, std::vector<bool>, std::vector<std::string_view>>;

/// Some rows of a table, column by column, in the columns' order. Texts are borrowed.
struct RowBlock {
  std::size_t num_rows = 0;
  std::vector<ColumnValues> columns;

  template <typename T>
  [[nodiscard]] std::vector<T>& column(std::size_t index) {
    return std::get<std::vector<T>>(columns[index]);
  }
  template <typename T>
  [[nodiscard]] const std::vector<T>& column(std::size_t index) const {
    return std::get<std::vector<T>>(columns[index]);
  }
};

inline constexpr std::size_t kMaxBlockRows = 2048;

struct ParquetOptions {
  std::vector<std::pair<std::string, std::string>> metadata;  ///< key-value metadata; keys are plain words
  std::filesystem::path scratch;                              ///< folder for what does not fit into memory
};

/// Gives the next rows: fills `block`, whose columns are empty vectors of the right types; at most kMaxBlockRows, none at the end. Texts
/// must last until the next call.
using FillBlock = std::function<Status(RowBlock& block)>;

/// Writes a table: zstd level 3, row groups of a million rows, version 1 pages, statistics. Equal input gives equal bytes. The file is
/// synced by nobody. Errors: those of `fill`; unavailable, limit_exceeded (memory, disk).
[[nodiscard]] Status write_parquet(const std::filesystem::path& path, const std::vector<Column>& columns, const FillBlock& fill,
                                   const ParquetOptions& options);

/// Rows of a file in their order. Thread-compatible.
class ParquetReader {
 public:
  virtual ~ParquetReader() = default;
  /// nullptr at the end; the block is good until the next call. Errors: corrupt_data (no Parquet, nulls), unavailable.
  [[nodiscard]] virtual Result<const RowBlock*> next() = 0;
};

/// What reads files: opening it takes 10 ms, so that readers share one. Thread-safe; each reader belongs to one thread at a time.
class ParquetEngine;
/// Errors: unavailable (also in a build without DuckDB).
[[nodiscard]] Result<std::shared_ptr<ParquetEngine>> open_parquet_engine();

/// `name` stands for the file in errors. Errors: corrupt_data (no Parquet; a column is missing or of another type), not_found.
[[nodiscard]] Result<std::unique_ptr<ParquetReader>> open_parquet(std::shared_ptr<ParquetEngine> engine, const std::filesystem::path& path,
                                                                  std::string_view name, const std::vector<Column>& columns);

/// False in a build without DuckDB, where all of the above fail and say so.
[[nodiscard]] bool has_parquet();

}  // namespace vieweratlas::lake_internal
