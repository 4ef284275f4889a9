#include "presence/framing.h"

#include <cstddef>
#include <string_view>

#include "presence/block.h"
#include "presence/file_name.h"
#include "presence/json_string.h"

#include "vieweratlas/core/text.h"

namespace vieweratlas::presence_internal {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kBlank = " \t\r\n";

/// Past the last whole object at the top level of a sequence or an array.
std::size_t whole_objects(std::string_view text) {
  std::size_t end = 0;
  for (std::size_t at = next_object(text, 0); at != kNone; at = next_object(text, end)) {
    const std::size_t next = object_end(text, at);
    if (next == kNone) break;
    end = next;
  }
  return end;
}

/// Past the last newline that is outside of quotes. A quote opens a field only at its start, as CsvReader has it.
std::size_t whole_csv_rows(std::string_view text) {
  std::size_t end = 0;
  std::size_t outside = 0;  // where the text outside of quotes that is looked at begins
  for (std::size_t quote = text.find('"'); quote != kNone;) {
    const bool opens = quote == 0 || text[quote - 1] == ',' || text[quote - 1] == '\n';
    if (!opens) {
      quote = text.find('"', quote + 1);
      continue;
    }
    const std::size_t newline = text.substr(outside, quote - outside).rfind('\n');
    if (newline != kNone) end = outside + newline + 1;
    std::size_t close = text.find('"', quote + 1);
    while (close != kNone && close + 1 < text.size() && text[close + 1] == '"') close = text.find('"', close + 2);
    if (close == kNone || close + 1 == text.size()) return end;  // at the very end a quote may be the first half of a doubled one
    outside = close + 1;
    quote = text.find('"', outside);
  }
  const std::size_t newline = text.substr(outside).rfind('\n');
  return newline == kNone ? end : outside + newline + 1;
}

}  // namespace

Framing framing_of(SnapshotFormat format, std::string_view text) {
  if (format == SnapshotFormat::kCsv) return Framing::kCsv;
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == kNone) return Framing::kLines;
  if (text[first] == '[') return Framing::kObjects;
  if (format == SnapshotFormat::kLines) return Framing::kLines;
  // A number or a string is JSON too, if no snapshot; anything else is damage, and the next line may be whole again.
  if (text[first] != '{') return std::string_view("\"-0123456789").find(text[first]) == kNone ? Framing::kLines : Framing::kObjects;
  // A .json file is lines when its first line is an object and a second one follows.
  const std::size_t newline = text.find('\n', first);
  if (newline == kNone || !trim(text.substr(first, newline - first)).ends_with('}')) return Framing::kObjects;
  const std::size_t second = text.find_first_not_of(kBlank, newline);
  return second != kNone && text[second] == '{' ? Framing::kLines : Framing::kObjects;
}

std::size_t whole_records(Framing framing, std::string_view text) {
  switch (framing) {
    case Framing::kLines: {
      const std::size_t newline = text.rfind('\n');
      return newline == kNone ? 0 : newline + 1;
    }
    case Framing::kObjects: return whole_objects(text);
    case Framing::kCsv: return whole_csv_rows(text);
  }
  return 0;
}

std::size_t next_object(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find_first_of("{\"", from); at != kNone; at = text.find_first_of("{\"", at)) {
    if (text[at] == '{') return at;
    at = json_string_end(text, at);
    if (at == kNone) return kNone;
  }
  return kNone;
}

std::size_t object_end(std::string_view text, std::size_t begin) {
  std::size_t depth = 0;
  for (std::size_t at = begin; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at = json_string_end(text, at);
      if (at == kNone) return kNone;
      continue;
    }
    if (c == '{') ++depth;
    if (c == '}' && --depth == 0) return at + 1;
    ++at;
  }
  return kNone;
}

}  // namespace vieweratlas::presence_internal
