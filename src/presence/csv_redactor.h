#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "presence/csv_records.h"
#include "presence/text_edits.h"

#include "vieweratlas/presence/redact.h"

namespace vieweratlas::presence_internal {

/// Finds the rows of forgotten chatters.
class CsvRedactor {
 public:
  /// `test` must outlive the redactor.
  explicit CsvRedactor(const ViewerTest& test) : test_(&test) {}

  /// Reads the header at the front of `text`; returns where the rows begin, nullopt when these are no rows of chatters.
  [[nodiscard]] std::optional<std::size_t> begin(std::string_view text);
  /// `text` holds whole rows but for the end of a file. Adds to `edits` and counts in `redaction`.
  void find(std::string_view text, TextEdits& edits, Redaction& redaction);

 private:
  [[nodiscard]] bool is_forgotten(Redaction& redaction) const;

  const ViewerTest* test_;
  CsvSplitter splitter_;
  CsvRow row_;
  CsvHeader header_;
};

}  // namespace vieweratlas::presence_internal
