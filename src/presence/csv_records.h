#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "presence/block.h"
#include "presence/intake.h"
#include "presence/snapshot_fields.h"

namespace vieweratlas::presence_internal {

/// One row of a CSV file and where the next begins.
struct CsvRow {
  std::vector<std::string_view> fields;
  std::size_t last_field_begin = 0;  ///< position of the last field, its quote included
  std::size_t end = 0;               ///< past the row's newline
  bool has_newline = false;
  bool in_open_quote = false;  ///< the text ends inside of a quoted field
};

/// Splits rows as core's CsvReader does, from any position and with positions of fields: what the reader below needs to step over
/// all that a row has in common with the one before.
class CsvSplitter {
 public:
  /// Reads the row at `begin` < text.size(). Views hold until the next call.
  void split(std::string_view text, std::size_t begin, CsvRow& row);

 private:
  std::string_view unescaped(std::string_view raw);

  std::deque<std::string> unescaped_;
  std::size_t num_unescaped_ = 0;
};

/// Which column holds which field.
struct CsvHeader {
  static constexpr std::size_t kNoColumn = ~std::size_t{0};
  std::array<std::size_t, kNumFields> column{};
  std::size_t num_columns = 0;

  /// Reads the names of columns; nullopt when these are not rows of chatters (no channel or no chatter among them).
  [[nodiscard]] static std::optional<CsvHeader> parse(const std::vector<std::string_view>& names);
  [[nodiscard]] std::size_t operator[](Field field) const { return column[static_cast<std::size_t>(field)]; }
};

/// Reads the rows of CSV blocks into an intake: one a worker, re-used for all files.
class CsvRecords {
 public:
  /// `intake` must outlive the reader.
  explicit CsvRecords(Intake& intake) : intake_(&intake) {}

  void read(const Block& block, const CsvHeader& header);

 private:
  /// Reads the row at `begin` with all checks; returns where the next begins.
  std::size_t read_row(const Block& block, const CsvHeader& header, std::size_t begin);
  /// Reads a row that differs from the one before in its chatter only; 0 when this is no such row.
  std::size_t read_repeated_row(std::string_view text, std::size_t begin);
  void add_chatter(std::string_view name, Place place);
  /// True when the row was counted as lost.
  bool reject(const Block& block, const CsvHeader& header, std::string_view row_text);

  Intake* intake_;
  CsvSplitter splitter_;
  CsvRow row_;
  RawFields fields_;
  std::uint64_t line_ = 1;
  Intake::OpenRecord record_;
  // The row read last up to its last field, when that is the chatter and the row was good; else empty.
  std::string_view prefix_;
  Place place_;
};

}  // namespace vieweratlas::presence_internal
