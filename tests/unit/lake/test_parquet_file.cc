#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/parquet_file.h"
#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas::lake_internal {
namespace {

const std::vector<Column> kColumns{
    {"number", ColumnType::kInt64}, {"small", ColumnType::kInt32}, {"yes", ColumnType::kBool}, {"text", ColumnType::kText}};

struct Row {
  std::int64_t number = 0;
  std::int32_t small = 0;
  bool yes = false;
  std::string text;
  friend bool operator==(const Row&, const Row&) = default;
};

class ParquetFileTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_parquet()) GTEST_SKIP() << "built without DuckDB";
  }

  Status write(const std::vector<Row>& rows, const std::filesystem::path& path) {
    std::size_t next = 0;
    const FillBlock fill = [&](RowBlock& block) -> Status {
      const std::size_t end = std::min(rows.size(), next + kMaxBlockRows);
      for (; next < end; ++next) {
        block.column<std::int64_t>(0).push_back(rows[next].number);
        block.column<std::int32_t>(1).push_back(rows[next].small);
        block.column<bool>(2).push_back(rows[next].yes);
        block.column<std::string_view>(3).push_back(rows[next].text);
        ++block.num_rows;
      }
      return {};
    };
    return write_parquet(path, kColumns, fill, {.metadata = {{"schema_version", "1"}, {"run", "it's"}}, .scratch = folder_.path()});
  }

  static Result<std::vector<Row>> read(const std::filesystem::path& path, const std::vector<Column>& columns = kColumns) {
    Result<std::shared_ptr<ParquetEngine>> engine = open_parquet_engine();
    if (!engine) return std::move(engine).error();
    Result<std::unique_ptr<ParquetReader>> reader = open_parquet(*engine, path, path.string(), columns);
    if (!reader) return std::move(reader).error();
    std::vector<Row> rows;
    for (;;) {
      const Result<const RowBlock*> block = (*reader)->next();
      if (!block) return block.error();
      if (*block == nullptr) return rows;
      for (std::size_t i = 0; i < (*block)->num_rows; ++i) {
        rows.push_back({.number = (*block)->column<std::int64_t>(0)[i],
                        .small = (*block)->column<std::int32_t>(1)[i],
                        .yes = (*block)->column<bool>(2)[i],
                        .text = std::string((*block)->column<std::string_view>(3)[i])});
      }
    }
  }

  TemporaryFolder folder_;
};

std::vector<Row> many_rows(std::size_t count) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    rows.push_back({.number = static_cast<std::int64_t>(i) * 7919,
                    .small = -static_cast<std::int32_t>(i % 1000),
                    .yes = i % 3 == 0,
                    .text = i % 5 == 0 ? std::string() : "text " + std::to_string(i % 100)});
  }
  return rows;
}

TEST_F(ParquetFileTest, KeepsRowsAndTheirOrder) {
  for (const std::size_t count : std::array<std::size_t, 5>{0, 1, kMaxBlockRows, kMaxBlockRows + 1, 150'000}) {
    const std::vector<Row> rows = many_rows(count);
    const auto path = folder_.path() / "rows.parquet";
    ASSERT_TRUE(write(rows, path).ok());
    const Result<std::vector<Row>> back = read(path);
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(*back, rows) << count;
  }
}

TEST_F(ParquetFileTest, KeepsExtremes) {
  const std::vector<Row> rows{
      {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int32_t>::min(), true, ""},
      {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int32_t>::max(), false, std::string(100'000, 'x')},
      {-1, 0, true, "\xF0\x9F\x98\x80 'quoted' \"twice\" \xD7\xA9"},
      {0, 1, false, std::string("nul \0 inside", 12)}};
  const auto path = folder_.path() / "rows.parquet";
  ASSERT_TRUE(write(rows, path).ok());
  const Result<std::vector<Row>> back = read(path);
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(*back, rows);
}

TEST_F(ParquetFileTest, GivesEqualBytesForEqualRows) {
  const std::vector<Row> rows = many_rows(30'000);
  ASSERT_TRUE(write(rows, folder_.path() / "a.parquet").ok());
  ASSERT_TRUE(write(rows, folder_.path() / "b.parquet").ok());
  EXPECT_EQ(*read_file(folder_.path() / "a.parquet"), *read_file(folder_.path() / "b.parquet"));
}

TEST_F(ParquetFileTest, TakesNamesThatLookLikePatterns) {
  const auto folder = folder_.path() / "dt=2026-11-22" / "it's [a] * ?";
  std::filesystem::create_directories(folder);
  const std::vector<Row> rows = many_rows(10);
  ASSERT_TRUE(write(rows, folder / "x[1]*.parquet").ok());
  const Result<std::vector<Row>> back = read(folder / "x[1]*.parquet");
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(*back, rows);
}

TEST_F(ParquetFileTest, EndsWithTheErrorOfTheRows) {
  int calls = 0;
  const FillBlock fill = [&](RowBlock& block) -> Status {
    if (++calls == 3) return Error{ErrorCode::kUnavailable, "the rows stopped"};
    block.column<std::int64_t>(0).push_back(calls);
    block.num_rows = 1;
    return {};
  };
  const Status status =
      write_parquet(folder_.path() / "x.parquet", {{"number", ColumnType::kInt64}}, fill, {.metadata = {}, .scratch = folder_.path()});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "the rows stopped");
}

TEST_F(ParquetFileTest, RefusesWhatIsNoTable) {
  EXPECT_EQ(read(folder_.path() / "none.parquet").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(write_file_atomic(folder_.path() / "x.parquet", "PAR1 not really PAR1").ok());
  EXPECT_EQ(read(folder_.path() / "x.parquet").error().code, ErrorCode::kCorruptData);

  ASSERT_TRUE(write(many_rows(5000), folder_.path() / "y.parquet").ok());
  const std::string whole = *read_file(folder_.path() / "y.parquet");
  for (const std::size_t length : {whole.size() / 2, whole.size() - 1, std::size_t{4}, std::size_t{0}}) {
    ASSERT_TRUE(write_file_atomic(folder_.path() / "cut.parquet", whole.substr(0, length)).ok());
    EXPECT_FALSE(read(folder_.path() / "cut.parquet").ok()) << length;
  }
}

TEST_F(ParquetFileTest, RefusesOtherColumns) {
  ASSERT_TRUE(write(many_rows(5), folder_.path() / "x.parquet").ok());
  std::vector<Column> columns = kColumns;
  columns[0].name = "other";
  EXPECT_EQ(read(folder_.path() / "x.parquet", columns).error().code, ErrorCode::kCorruptData);
  columns = kColumns;
  columns[1].type = ColumnType::kInt64;
  EXPECT_EQ(read(folder_.path() / "x.parquet", columns).error().code, ErrorCode::kCorruptData);
}

}  // namespace
}  // namespace vieweratlas::lake_internal
