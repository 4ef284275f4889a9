#include "presence/csv_records.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/block.h"
#include "presence/intake.h"
#include "presence/loss_log.h"
#include "presence/snapshot_fields.h"
#include "presence/viewer_key.h"

#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas::presence_internal {
namespace {

/// The quote that closes the field whose opening quote is at `open`; doubled quotes close nothing. npos when there is none.
std::size_t closing_quote(std::string_view text, std::size_t open) {
  std::size_t close = text.find('"', open + 1);
  while (close != std::string_view::npos && close + 1 < text.size() && text[close + 1] == '"') close = text.find('"', close + 2);
  return close;
}

}  // namespace

void CsvSplitter::split(std::string_view text, std::size_t begin, CsvRow& row) {
  row.fields.clear();
  row.has_newline = false;
  row.in_open_quote = false;
  num_unescaped_ = 0;
  std::size_t at = begin;
  for (bool more = true; more;) {
    row.last_field_begin = at;
    std::string_view quoted;
    const bool is_quoted = at < text.size() && text[at] == '"';
    if (is_quoted) {
      const std::size_t close = closing_quote(text, at);
      row.in_open_quote = close == std::string_view::npos;
      quoted = text.substr(at + 1, row.in_open_quote ? std::string_view::npos : close - at - 1);
      at = row.in_open_quote ? text.size() : close + 1;
    }
    // Whatever stands between a closing quote and the next separator is no part of the format; it is dropped.
    std::size_t end = at;
    while (end < text.size() && text[end] != ',' && text[end] != '\n') ++end;
    std::string_view field = text.substr(at, end - at);
    if (is_quoted) field = row.in_open_quote ? quoted : unescaped(quoted);
    more = end < text.size() && text[end] == ',';
    row.has_newline = end < text.size() && text[end] == '\n';
    if (!is_quoted && !more && field.ends_with('\r')) field.remove_suffix(1);
    row.fields.push_back(field);
    at = std::min(end + 1, text.size());
  }
  row.end = at;
}

std::string_view CsvSplitter::unescaped(std::string_view raw) {
  if (raw.find('"') == std::string_view::npos) return raw;
  if (num_unescaped_ == unescaped_.size()) unescaped_.emplace_back();
  std::string& field = unescaped_[num_unescaped_++];
  field.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    field += raw[i];
    if (raw[i] == '"') ++i;
  }
  return field;
}

std::optional<CsvHeader> CsvHeader::parse(const std::vector<std::string_view>& names) {
  CsvHeader header;
  header.column.fill(kNoColumn);
  header.num_columns = names.size();
  std::array<std::uint8_t, kNumFields> ranks{};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto name = field_of(trim(names[i]));
    if (!name || name->field == Field::kChatters || name->field == Field::kLogins || name->field == Field::kMessages ||
        name->field == Field::kRecord) {
      continue;
    }
    const auto field = static_cast<std::size_t>(name->field);
    if (header.column[field] != kNoColumn && ranks[field] <= name->rank) continue;
    header.column[field] = i;
    ranks[field] = name->rank;
  }
  if (header[Field::kChannel] == kNoColumn || header[Field::kChatter] == kNoColumn) return std::nullopt;
  return header;
}

void CsvRecords::read(const Block& block, const CsvHeader& header) {
  prefix_ = {};
  line_ = block.first_line;
  for (std::size_t at = 0; at < block.text.size();) {
    if (block.text[at] == '\n' || block.text[at] == '\r') {  // blank lines are no rows
      line_ += block.text[at] == '\n' ? 1U : 0U;
      ++at;
      continue;
    }
    const std::size_t next = prefix_.empty() ? 0 : read_repeated_row(block.text, at);
    at = next != 0 ? next : read_row(block, header, at);
  }
}

std::size_t CsvRecords::read_repeated_row(std::string_view text, std::size_t begin) {
  if (!text.substr(begin).starts_with(prefix_)) return 0;
  const std::size_t name_begin = begin + prefix_.size();
  const std::size_t newline = text.find('\n', name_begin);
  if (newline == std::string_view::npos) return 0;
  std::string_view name = text.substr(name_begin, newline - name_begin);
  if (name.ends_with('\r')) name.remove_suffix(1);
  if (name.find(',') != std::string_view::npos || name.starts_with('"')) return 0;
  add_chatter(name, {place_.file, line_});
  line_ += 1 + static_cast<std::uint64_t>(std::count(prefix_.begin(), prefix_.end(), '\n'));
  return newline + 1;
}

std::size_t CsvRecords::read_row(const Block& block, const CsvHeader& header, std::size_t begin) {
  splitter_.split(block.text, begin, row_);
  const std::string_view row_text = block.text.substr(begin, row_.end - begin);
  place_ = {block.file, line_};
  line_ += static_cast<std::uint64_t>(std::count(row_text.begin(), row_text.end(), '\n'));
  prefix_ = {};
  if (reject(block, header, row_text)) return row_.end;

  fields_.clear();
  for (std::size_t i = 0; i < kNumFields; ++i) {
    if (header.column[i] == CsvHeader::kNoColumn) continue;
    fields_.set({static_cast<Field>(i), 0}, RawValue::Kind::kText, row_.fields[header.column[i]]);
  }
  auto facts = interpret(fields_, Carrier::kCsv, *block.file_name, place_, intake_->losses());
  if (!facts) return row_.end;
  record_ = intake_->open(*std::move(facts));
  block.tally->num_snapshots.fetch_add(1, std::memory_order_relaxed);
  const std::size_t chatter = header[Field::kChatter];
  add_chatter(row_.fields[chatter], place_);
  if (chatter + 1 == row_.fields.size()) prefix_ = block.text.substr(begin, row_.last_field_begin - begin);
  return row_.end;
}

bool CsvRecords::reject(const Block& block, const CsvHeader& header, std::string_view row_text) {
  const bool is_tail = !row_.has_newline && block.is_last;
  if (is_tail) block.tally->ends_open.store(true, std::memory_order_relaxed);
  // The last name in a file that is being written may be half a name.
  if (is_tail && block.being_written) {
    block.tally->unfinished.store(true, std::memory_order_relaxed);
    return true;
  }
  const bool is_short = row_.fields.size() < header.num_columns;
  if (row_.in_open_quote || (is_tail && is_short)) {
    intake_->losses().add(reason::kTruncatedCsv, place_, "the file ends in the middle of this row", row_text);
    return true;
  }
  const bool is_long = std::any_of(row_.fields.begin() + static_cast<std::ptrdiff_t>(std::min(header.num_columns, row_.fields.size())),
                                   row_.fields.end(), [](std::string_view field) { return !trim(field).empty(); });
  if (!is_short && !is_long) return false;
  intake_->losses().add(reason::kWrongCsvRow, place_,
                        std::to_string(row_.fields.size()) + " fields where the header has " + std::to_string(header.num_columns),
                        row_text);
  return true;
}

void CsvRecords::add_chatter(std::string_view name, Place place) {
  name = trim(name);
  if (name.empty()) {
    intake_->losses().add(reason::kWrongChatter, place, "a chatter has no name");
    return;
  }
  const ViewerKey key = ViewerTable::key_of(name);
  if (intake_->refuses(key, name)) {
    intake_->count_refused(record_, 1);
    return;
  }
  if (intake_->wants_plain_names() && !is_pseudonym(name)) intake_->note_plain_name(record_);
  intake_->add_row(record_, key);
}

}  // namespace vieweratlas::presence_internal
