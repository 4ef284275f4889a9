#include "vieweratlas/core/unicode.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace vieweratlas {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::size_t kLongestMark = 4;  // of UTF-32

bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

}  // namespace

void append_utf8(std::string& out, char32_t code_point) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000)) code_point = kReplacement;
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU)); };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xC0U | (code_point >> 6U));
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xE0U | (code_point >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (code_point >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string_view Utf8Decoder::feed(std::string_view bytes) {
  if (encoding_ == Encoding::kUtf8) return bytes;
  out_.clear();
  if (encoding_ == Encoding::kUnknown) {
    held_ += bytes;
    if (held_.size() < kLongestMark) return {};
    const std::string begin = std::move(held_);
    held_.clear();
    const std::size_t mark = detect(begin);
    decode(std::string_view(begin).substr(mark));
    return out_;
  }
  decode(bytes);
  return out_;
}

std::string_view Utf8Decoder::finish() {
  out_.clear();
  if (encoding_ == Encoding::kUnknown) {
    const std::string begin = std::move(held_);
    held_.clear();
    const std::size_t mark = detect(begin);
    decode(std::string_view(begin).substr(mark));
  }
  if (!held_.empty() || high_surrogate_ != 0) append_utf8(out_, kReplacement);
  held_.clear();
  high_surrogate_ = 0;
  return out_;
}

/// Sets the encoding; returns how long the mark is.
std::size_t Utf8Decoder::detect(std::string_view begin) {
  struct Mark {
    std::string_view bytes;
    Encoding encoding;
  };
  using namespace std::string_view_literals;
  // UTF-32 before UTF-16, whose little-endian mark it begins with.
  static constexpr Mark kMarks[] = {{"\xEF\xBB\xBF"sv, Encoding::kUtf8},
                                    {"\xFF\xFE\0\0"sv, Encoding::kUtf32Little},
                                    {"\0\0\xFE\xFF"sv, Encoding::kUtf32Big},
                                    {"\xFF\xFE"sv, Encoding::kUtf16Little},
                                    {"\xFE\xFF"sv, Encoding::kUtf16Big}};
  for (const Mark& mark : kMarks) {
    if (!begin.starts_with(mark.bytes)) continue;
    encoding_ = mark.encoding;
    return mark.bytes.size();
  }
  encoding_ = Encoding::kUtf8;
  if (begin.size() >= kLongestMark) {
    const auto zero = [&](std::size_t i) { return begin[i] == '\0'; };
    if (!zero(0) && zero(1)) encoding_ = zero(2) && zero(3) ? Encoding::kUtf32Little : Encoding::kUtf16Little;
    if (zero(0) && !zero(1)) encoding_ = Encoding::kUtf16Big;
    if (zero(0) && zero(1) && zero(2) && !zero(3)) encoding_ = Encoding::kUtf32Big;
  }
  return 0;
}

void Utf8Decoder::decode(std::string_view bytes) {
  if (encoding_ == Encoding::kUtf8) {
    out_ += bytes;
    return;
  }
  const bool wide = encoding_ == Encoding::kUtf32Little || encoding_ == Encoding::kUtf32Big;
  const bool big = encoding_ == Encoding::kUtf16Big || encoding_ == Encoding::kUtf32Big;
  const std::size_t size = wide ? 4 : 2;
  for (const char c : bytes) {
    held_ += c;
    if (held_.size() < size) continue;
    std::uint32_t unit = 0;
    for (std::size_t i = 0; i < size; ++i) unit = (unit << 8U) | static_cast<unsigned char>(held_[big ? i : size - 1 - i]);
    held_.clear();
    if (wide) {
      append_utf8(out_, unit);
    } else {
      take_unit(unit);
    }
  }
}

void Utf8Decoder::take_unit(std::uint32_t unit) {
  if (high_surrogate_ != 0) {
    const char32_t high = high_surrogate_;
    high_surrogate_ = 0;
    if (is_low_surrogate(unit)) {
      append_utf8(out_, 0x10000 + ((high - 0xD800) << 10U) + (unit - 0xDC00));
      return;
    }
    append_utf8(out_, kReplacement);
  }
  if (is_high_surrogate(unit)) {
    high_surrogate_ = unit;
  } else {
    append_utf8(out_, unit);
  }
}

}  // namespace vieweratlas
