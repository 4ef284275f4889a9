#include "vieweratlas/core/csv.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vieweratlas {

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

bool CsvReader::next(std::vector<std::string_view>& fields) {
  fields.clear();
  num_unescaped_ = 0;
  truncated_ = false;
  // Blank lines are no records.
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }
  if (at_ >= text_.size()) return false;
  record_line_ = line_;
  bool more_fields = true;
  while (more_fields) {
    fields.push_back(at_ < text_.size() && text_[at_] == '"' ? read_quoted(more_fields) : read_plain(more_fields));
  }
  return true;
}

std::string_view CsvReader::read_plain(bool& more_fields) {
  std::size_t end = text_.find_first_of(",\n", at_);
  if (end == std::string_view::npos) end = text_.size();
  std::string_view field = text_.substr(at_, end - at_);
  more_fields = end < text_.size() && text_[end] == ',';
  if (end < text_.size() && text_[end] == '\n') ++line_;
  if (!more_fields && field.ends_with('\r')) field.remove_suffix(1);
  at_ = end < text_.size() ? end + 1 : end;
  return field;
}

std::string_view CsvReader::read_quoted(bool& more_fields) {
  const std::size_t begin = ++at_;
  bool has_doubled = false;
  for (;;) {
    const std::size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos) {
      truncated_ = true;
      at_ = text_.size();
      more_fields = false;
      return text_.substr(begin);
    }
    at_ = quote + 1;
    if (at_ < text_.size() && text_[at_] == '"') {
      has_doubled = true;
      ++at_;
      continue;
    }
    break;
  }
  const std::string_view raw = text_.substr(begin, at_ - 1 - begin);
  for (const char c : raw) line_ += c == '\n' ? 1 : 0;
  // Whatever stands between the closing quote and the next separator is no part of the format; drop it.
  static_cast<void>(read_plain(more_fields));
  if (!has_doubled) return raw;
  if (num_unescaped_ == unescaped_.size()) unescaped_.emplace_back();
  std::string& field = unescaped_[num_unescaped_++];
  field.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    field += raw[i];
    if (raw[i] == '"') ++i;
  }
  return field;
}

void append_csv(std::string& out, std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_csv_text(std::string& out, std::string_view field) {
  const bool formula = !field.empty() && std::string_view("=+-@\t\r").find(field.front()) != std::string_view::npos;
  if (!formula) {
    append_csv(out, field);
    return;
  }
  append_csv(out, "'" + std::string(field));
}

}  // namespace vieweratlas
