#pragma once

#include <cstdint>
#include <string>

namespace vieweratlas::atlas_internal {

/// Appends `value` in decimal with at most six significant digits, without trailing zeros or an exponent ("0.0123457"); what
/// is not finite becomes 0. For files with millions of numbers: several times as fast as std::to_chars with a precision.
void append_number(std::string& out, double value);

void append_integer(std::string& out, std::uint64_t value);

}  // namespace vieweratlas::atlas_internal
