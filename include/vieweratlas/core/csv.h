#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace vieweratlas {

/// Reads RFC 4180 records from memory: quoted fields, doubled quotes, newlines inside quotes, CRLF or LF, an optional
/// UTF-8 byte-order mark. Tolerant: a quote inside an unquoted field is a plain character. Thread-compatible.
class CsvReader {
 public:
  /// `text` must outlive the reader and the views it returns until the next call of `next`.
  explicit CsvReader(std::string_view text);

  /// Fills `fields` with the next record; false at the end. Blank lines are passed over.
  bool next(std::vector<std::string_view>& fields);
  /// 1-based line on which the record returned last began.
  [[nodiscard]] std::uint64_t line() const { return record_line_; }
  /// True when the record returned last ended inside an open quote (a truncated file).
  [[nodiscard]] bool truncated() const { return truncated_; }

 private:
  std::string_view read_quoted(bool& more_fields);
  std::string_view read_plain(bool& more_fields);

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t record_line_ = 0;
  bool truncated_ = false;
  std::deque<std::string> unescaped_;  // owns fields that held doubled quotes
  std::size_t num_unescaped_ = 0;
};

/// Appends one field to `out`, quoted when RFC 4180 asks for it.
void append_csv(std::string& out, std::string_view field);
/// Like append_csv for text from outside: a leading = + - @ tab or CR would be run as a formula by spreadsheets, so the
/// field gets an apostrophe in front. Lossy by one character; documented in docs/formats.md.
void append_csv_text(std::string& out, std::string_view field);

}  // namespace vieweratlas
