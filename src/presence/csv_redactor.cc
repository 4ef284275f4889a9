#include "presence/csv_redactor.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include "presence/csv_records.h"
#include "presence/snapshot_fields.h"
#include "presence/text_edits.h"

#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/redact.h"

namespace vieweratlas::presence_internal {

std::optional<std::size_t> CsvRedactor::begin(std::string_view text) {
  splitter_.split(text, 0, row_);
  const std::optional<CsvHeader> header = CsvHeader::parse(row_.fields);
  if (!header) return std::nullopt;
  header_ = *header;
  return row_.end;
}

void CsvRedactor::find(std::string_view text, TextEdits& edits, Redaction& redaction) {
  for (std::size_t at = 0; at < text.size();) {
    splitter_.split(text, at, row_);
    if (is_forgotten(redaction)) {
      ++redaction.num_removed;
      edits.cut(at, row_.end);
    }
    at = row_.end;
  }
}

/// A row that does not have the header's columns may have its chatter anywhere.
bool CsvRedactor::is_forgotten(Redaction& redaction) const {
  const bool is_whole = row_.fields.size() == header_.num_columns && !row_.in_open_quote;
  if (is_whole) {
    ++redaction.num_viewers;
    return (*test_)({.name = trim(row_.fields[header_[Field::kChatter]])});
  }
  return std::any_of(row_.fields.begin(), row_.fields.end(), [&](std::string_view field) {
    const std::string_view name = trim(field);
    if (name.empty()) return false;
    ++redaction.num_viewers;
    return (*test_)({.name = name});
  });
}

}  // namespace vieweratlas::presence_internal
