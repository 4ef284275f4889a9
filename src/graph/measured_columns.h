#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"

// What the readers of measured graphs share: columns found by name, and values told from text.

namespace vieweratlas::graph_internal {

using Fields = std::vector<std::string_view>;

/// Where the header has one of the spellings, in any letter case; an earlier spelling is preferred.
[[nodiscard]] std::optional<std::size_t> column(const Fields& header, std::span<const std::string_view> spellings);
/// The field at an optional column, trimmed; empty when the column or, in this row, the field is missing.
[[nodiscard]] std::string_view field(const Fields& row, const std::optional<std::size_t>& at);
/// A whole number, also as Gephi writes it ("10001.0", "1.0E4"). Empty for anything else.
[[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view text);
/// "FILE:LINE".
[[nodiscard]] std::string place(std::string_view name, std::uint64_t line);
/// Foreign text for a message, short and printable.
[[nodiscard]] std::string quoted(std::string_view text);
[[nodiscard]] Error missing_column(const std::string& where, std::string_view what, const Fields& header);

}  // namespace vieweratlas::graph_internal
