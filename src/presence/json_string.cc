#include "presence/json_string.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace vieweratlas::presence_internal {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3FU));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

/// The four hex digits of an escape at `at`, which is past "\u".
std::optional<std::uint32_t> hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  const auto [end, problem] = std::from_chars(text.data() + at, text.data() + at + 4, value, 16);
  if (problem != std::errc() || end != text.data() + at + 4) return std::nullopt;
  return value;
}

bool is_high(std::uint32_t code) { return code >= 0xD800 && code < 0xDC00; }
bool is_low(std::uint32_t code) { return code >= 0xDC00 && code < 0xE000; }

/// Resolves "\uXXXX" at `at`, the backslash; returns where the text goes on, or `at` when it is no such escape.
std::size_t append_unicode_escape(std::string_view text, std::size_t at, std::string& out) {
  const std::optional<std::uint32_t> first = hex4(text, at + 2);
  if (!first) return at;
  const std::size_t next = at + 6;
  if (is_high(*first) && text.substr(next).starts_with("\\u")) {
    const std::optional<std::uint32_t> second = hex4(text, next + 2);
    if (second && is_low(*second)) {
      append_utf8(out, 0x10000 + ((*first - 0xD800) << 10U) + (*second - 0xDC00));
      return next + 6;
    }
  }
  append_utf8(out, is_high(*first) || is_low(*first) ? kReplacement : *first);
  return next;
}

}  // namespace

std::size_t json_string_end(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin + 1;;) {
    at = text.find('"', at);
    if (at == std::string_view::npos) return at;
    std::size_t first_backslash = at;
    while (first_backslash > begin + 1 && text[first_backslash - 1] == '\\') --first_backslash;
    ++at;
    if ((at - 1 - first_backslash) % 2 == 0) return at;
  }
}

std::string unescape_json(std::string_view inside) {
  constexpr std::string_view kEscapes = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  std::string out;
  out.reserve(inside.size());
  for (std::size_t at = 0; at < inside.size();) {
    if (inside[at] != '\\' || at + 1 == inside.size()) {
      out += inside[at++];
      continue;
    }
    if (const std::size_t escape = kEscapes.find(inside[at + 1]); escape != std::string_view::npos) {
      out += kMeanings[escape];
      at += 2;
      continue;
    }
    const std::size_t next = inside[at + 1] == 'u' ? append_unicode_escape(inside, at, out) : at;
    if (next == at) out += inside[at++];
    at = std::max(at, next);
  }
  return out;
}

}  // namespace vieweratlas::presence_internal
