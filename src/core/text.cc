#include "vieweratlas/core/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vieweratlas {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Length in bytes of the well-formed character at the start of `s`, 0 when malformed. Table 3-7 of the Unicode standard.
std::size_t utf8_length(std::string_view s) {
  const auto byte = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0U; };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned b0 = byte(0);
  if (b0 < 0x80) return 1;
  if (b0 >= 0xC2 && b0 <= 0xDF) return continues(1) ? 2 : 0;
  if (b0 >= 0xE0 && b0 <= 0xEF) {
    const unsigned low = b0 == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = b0 == 0xED ? 0x9F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) ? 3 : 0;
  }
  if (b0 >= 0xF0 && b0 <= 0xF4) {
    const unsigned low = b0 == 0xF0 ? 0x90 : 0x80;
    const unsigned high = b0 == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// True for U+0080..U+009F, which some terminals obey like escape sequences.
bool is_c1_control(std::string_view s) { return s.size() >= 2 && s[0] == '\xC2' && static_cast<unsigned char>(s[1]) < 0xA0; }

}  // namespace

std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return result;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) { return a.size() == b.size() && to_lower(a) == to_lower(b); }

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string sanitise_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      result += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    if (length == 1 && is_control(text[0]) && text[0] != '\t' && text[0] != '\n') {
      result += ' ';
    } else if (length == 2 && is_c1_control(text)) {
      result += ' ';
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return result;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
  const std::string clean = sanitise_utf8(text);
  std::string result;
  std::string_view rest = clean;
  while (!rest.empty()) {
    const std::size_t length = utf8_length(rest);
    if (result.size() + length > max_bytes) return result + "\u2026";
    if (rest[0] == '\n') {
      result += "\\n";
    } else if (rest[0] == '\t') {
      result += "\\t";
    } else {
      result += rest.substr(0, length);
    }
    rest.remove_prefix(length);
  }
  return result;
}

std::string with_thousands(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::ptrdiff_t at = std::ssize(digits) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string abbreviated(double number) {
  struct Unit {
    double size;
    const char* suffix;
  };
  constexpr std::array<Unit, 4> kUnits{{{1e9, "B"}, {1e6, "M"}, {1e3, "k"}, {1, ""}}};
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const Unit& unit = kUnits[i];
    // 999,950 must print as "1M", not "1000k": the bound is where three digits would round up to four.
    if (number < unit.size * (i + 1 < kUnits.size() ? 0.9995 : 0)) continue;
    const double scaled = number / unit.size;
    std::array<char, 32> text{};
    const bool one_decimal = scaled < 9.95 && unit.size > 1;
    const int length = std::snprintf(text.data(), text.size(), one_decimal ? "%.1f" : "%.0f", scaled);
    std::string result(text.data(), static_cast<std::size_t>(length));
    if (one_decimal && result.ends_with(".0")) result.resize(result.size() - 2);
    return result + unit.suffix;
  }
  return "0";
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

std::string nearest(std::string_view text, std::span<const std::string_view> candidates) {
  std::size_t best_distance = std::numeric_limits<std::size_t>::max();
  std::string_view best;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(to_lower(text), to_lower(candidate));
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best_distance <= 1 + text.size() / 3 ? std::string(best) : std::string();
}

}  // namespace vieweratlas
