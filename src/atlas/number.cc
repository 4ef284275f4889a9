#include "atlas/number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

namespace vieweratlas::atlas_internal {
namespace {

constexpr int kDigits = 6;
// 10^0 .. 10^22 are exact in a double; beyond them to_chars takes over.
constexpr std::array<double, 23> kPowers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                         1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

void append_rarely(std::string& out, double value) {
  std::array<char, 512> buffer{};
  // Fixed notation of six significant digits: as many decimals as the magnitude asks for.
  const int magnitude = static_cast<int>(std::floor(std::log10(value)));
  const int decimals = magnitude >= kDigits ? 0 : kDigits - 1 - magnitude;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  if (error != std::errc{}) {
    out += '0';
    return;
  }
  char* last = end;
  if (decimals > 0) {
    while (last[-1] == '0') --last;
    if (last[-1] == '.') --last;
  }
  out.append(buffer.data(), last);
}

}  // namespace

void append_integer(std::string& out, std::uint64_t value) {
  std::array<char, 20> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out.append(buffer.data(), result.ptr);
}

void append_number(std::string& out, double value) {
  if (!std::isfinite(value) || value == 0) {
    out += '0';
    return;
  }
  if (value < 0) {
    out += '-';
    value = -value;
  }
  if (value < 1e-15 || value >= 1e15) {
    append_rarely(out, value);
    return;
  }
  // value = digits / 10^scale with `digits` of six places.
  int scale = kDigits - 1;
  while (scale > 0 && value >= kPowers[static_cast<std::size_t>(kDigits - scale)]) --scale;
  while (value * kPowers[static_cast<std::size_t>(scale)] < 99999.95) ++scale;
  auto digits = static_cast<std::uint64_t>(std::llround(value * kPowers[static_cast<std::size_t>(scale)]));
  while (scale > 0 && digits % 10 == 0) {
    digits /= 10;
    --scale;
  }
  std::array<char, 20> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), digits);
  const auto length = static_cast<int>(result.ptr - buffer.data());
  if (scale == 0) {
    out.append(buffer.data(), result.ptr);
  } else if (length > scale) {
    out.append(buffer.data(), static_cast<std::size_t>(length - scale));
    out += '.';
    out.append(buffer.data() + (length - scale), static_cast<std::size_t>(scale));
  } else {
    out += "0.";
    out.append(static_cast<std::size_t>(scale - length), '0');
    out.append(buffer.data(), result.ptr);
  }
}

}  // namespace vieweratlas::atlas_internal
