#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

TEST(Utf8, AcceptsAllScriptsAndRefusesTheKnownForgeries) {
  EXPECT_TRUE(is_utf8("abc \u00e9 \u4e2d \u05d0 \U0001F600"));
  EXPECT_FALSE(is_utf8("\xC0\xAF"));          // overlong slash
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(is_utf8("\xE4\xB8"));          // cut off
  EXPECT_FALSE(is_utf8("\x80"));
}

RC_GTEST_PROP(Utf8, SanitisedTextIsAlwaysWellFormedAndStable, (const std::string& bytes)) {
  const std::string clean = sanitise_utf8(bytes);
  RC_ASSERT(is_utf8(clean));
  RC_ASSERT(sanitise_utf8(clean) == clean);
}

TEST(Utf8, SanitisingKeepsTextAndDropsControls) {
  EXPECT_EQ(sanitise_utf8("a\x01"
                          "b\u0085c\xFF"
                          "d\te\n"),
            "a b c\uFFFDd\te\n");
}

TEST(Printable, StaysOnOneLineAndCutsAtCharacters) {
  EXPECT_EQ(printable("a\nb\tc"), "a\\nb\\tc");
  EXPECT_EQ(printable("\u4e2d\u4e2d\u4e2d", 7), "\u4e2d\u4e2d\u2026");
}

TEST(Numbers, AreWrittenForPeople) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
  EXPECT_EQ(abbreviated(0), "0");
  EXPECT_EQ(abbreviated(87), "87");
  EXPECT_EQ(abbreviated(1000), "1k");
  EXPECT_EQ(abbreviated(1234), "1.2k");
  EXPECT_EQ(abbreviated(340'000), "340k");
  EXPECT_EQ(abbreviated(999'950), "1M");
  EXPECT_EQ(abbreviated(1'690'000), "1.7M");
  EXPECT_EQ(abbreviated(23e9), "23B");
}

TEST(Nearest, FindsSlipsAndRefusesStrangers) {
  constexpr std::array<std::string_view, 3> kKeys{"overlap_threshold", "resolution", "output_dir"};
  EXPECT_EQ(nearest("overlap_treshold", kKeys), "overlap_threshold");
  EXPECT_EQ(nearest("Resolution", kKeys), "resolution");
  EXPECT_EQ(nearest("zzzz", kKeys), "");
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(Text, SmallParts) {
  EXPECT_EQ(to_lower("AbC\u00c9"), "abc\u00c9");
  EXPECT_TRUE(equals_ignoring_case("XqC", "xQc"));
  EXPECT_EQ(trim("  a b\r\n"), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(split("a,,b", ',').size(), 3U);
  EXPECT_EQ(split("", ',').size(), 1U);
}

}  // namespace
}  // namespace vieweratlas
