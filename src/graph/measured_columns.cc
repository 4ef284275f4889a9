#include "graph/measured_columns.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas::graph_internal {

std::optional<std::size_t> column(const Fields& header, std::span<const std::string_view> spellings) {
  for (const std::string_view spelling : spellings) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (equals_ignoring_case(trim(header[i]), spelling)) return i;
    }
  }
  return std::nullopt;
}

std::string_view field(const Fields& row, const std::optional<std::size_t>& at) {
  return at && *at < row.size() ? trim(row[*at]) : std::string_view();
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto integer = std::from_chars(text.data(), end, number);
  if (integer.ec == std::errc() && integer.ptr == end) return number;
  double real = 0;
  const auto floating = std::from_chars(text.data(), end, real);
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (floating.ec != std::errc() || floating.ptr != end || !(real >= 0 && real <= kExact) || std::floor(real) != real) return std::nullopt;
  return static_cast<std::uint64_t>(real);
}

std::string place(std::string_view name, std::uint64_t line) { return std::string(name) + ":" + std::to_string(line); }

std::string quoted(std::string_view text) { return "\"" + printable(text, 40) + "\""; }

Error missing_column(const std::string& where, std::string_view what, const Fields& header) {
  std::string found;
  for (const std::string_view name_found : header) found += (found.empty() ? "" : ", ") + printable(name_found, 40);
  return {ErrorCode::kCorruptData,
          where + ": the first line must name the columns " + std::string(what) + ", separated by commas; found: " + printable(found)};
}

}  // namespace vieweratlas::graph_internal
