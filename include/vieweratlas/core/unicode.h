#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vieweratlas {

/// Appends the UTF-8 form of `code_point`; what is no Unicode scalar value (a surrogate, above U+10FFFF) becomes U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

/// Turns a text that comes in pieces into UTF-8. The encoding is told by a byte-order mark (UTF-8, UTF-16 and UTF-32 of both byte
/// orders; the mark itself is dropped) or, without one, by the zero bytes of a first ASCII character; all else is passed on as it is,
/// unchecked. Broken UTF-16 and UTF-32 gives U+FFFD. Where pieces are cut changes nothing. Thread-compatible.
class Utf8Decoder {
 public:
  /// What `bytes` adds to the text: a view of `bytes` or of memory of the decoder, good until the next call.
  [[nodiscard]] std::string_view feed(std::string_view bytes);
  /// The end: what was held back.
  [[nodiscard]] std::string_view finish();

 private:
  enum class Encoding : std::uint8_t { kUnknown, kUtf8, kUtf16Little, kUtf16Big, kUtf32Little, kUtf32Big };

  std::size_t detect(std::string_view begin);
  void decode(std::string_view bytes);
  void take_unit(std::uint32_t unit);

  Encoding encoding_ = Encoding::kUnknown;
  std::string held_;  // bytes of the beginning, or of a unit that is not whole yet
  std::string out_;
  char32_t high_surrogate_ = 0;
};

}  // namespace vieweratlas
