#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "vieweratlas/core/unicode.h"

namespace vieweratlas {
namespace {

using namespace std::string_literals;

std::string decoded(std::string_view bytes, std::size_t piece) {
  Utf8Decoder decoder;
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += piece) text += decoder.feed(bytes.substr(at, piece));
  text += decoder.finish();
  return text;
}

/// `text` (ASCII, U+00E9 as \x01, U+1F600 as \x02) in UTF-16 or UTF-32.
std::string encoded(std::string_view text, std::size_t unit_bytes, bool big, bool mark) {
  std::string out;
  const auto unit = [&](unsigned value) {
    for (std::size_t i = 0; i < unit_bytes; ++i) out += static_cast<char>((value >> (8 * (big ? unit_bytes - 1 - i : i))) & 0xFFU);
  };
  if (mark) unit(0xFEFF);
  for (const char c : text) {
    if (c == '\x01') {
      unit(0xE9);
    } else if (c == '\x02' && unit_bytes == 2) {
      unit(0xD83D);
      unit(0xDE00);
    } else {
      unit(c == '\x02' ? 0x1F600U : static_cast<unsigned char>(c));
    }
  }
  return out;
}

TEST(Unicode, DecodesEveryEncodingWhereverItIsCut) {
  constexpr std::string_view kText = "{\"n\":\"\x01\x02\"}";
  constexpr std::string_view kWanted = "{\"n\":\"\xC3\xA9\xF0\x9F\x98\x80\"}";
  for (std::size_t piece = 1; piece < 9; ++piece) {
    for (const bool big : {false, true}) {
      for (const bool mark : {false, true}) {
        EXPECT_EQ(decoded(encoded(kText, 2, big, mark), piece), kWanted) << piece << big << mark;
        EXPECT_EQ(decoded(encoded(kText, 4, big, mark), piece), kWanted) << piece << big << mark;
      }
    }
    EXPECT_EQ(decoded("\xEF\xBB\xBF" + std::string(kWanted), piece), kWanted);
    EXPECT_EQ(decoded(kWanted, piece), kWanted);
  }
}

TEST(Unicode, ShortTextsAndBrokenUnits) {
  for (const std::string& text : {""s, "a"s, "ab"s, "abc"s}) EXPECT_EQ(decoded(text, 1), text);
  EXPECT_EQ(decoded("\xEF\xBB\xBF", 1), "");
  EXPECT_EQ(decoded("\xFF\xFE", 1), "");
  EXPECT_EQ(decoded("\xFF\xFE"
                    "a\0\0\xD8"
                    "b\0"s,
                    2),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(decoded("\xFF\xFE"
                    "a\0\0\xDC"s,
                    2),
            "a\xEF\xBF\xBD");
  EXPECT_EQ(decoded("\xFF\xFE"
                    "a\0b"s,
                    3),
            "a\xEF\xBF\xBD");
}

}  // namespace
}  // namespace vieweratlas
