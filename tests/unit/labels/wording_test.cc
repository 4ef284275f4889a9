#include "labels/wording.h"

#include <gtest/gtest.h>

#include "vieweratlas/core/text.h"
#include "vieweratlas/labels/label.h"

namespace vieweratlas {
namespace {

using namespace labels_internal;  // NOLINT(google-build-using-namespace): the test is about this namespace alone

TEST(LanguageName, EnglishNamesOfCodes) {
  EXPECT_EQ(language_name("en"), "English");
  EXPECT_EQ(language_name("DE"), "German");
  EXPECT_EQ(language_name(" ja "), "Japanese");
  EXPECT_EQ(language_name("asl"), "American Sign Language");
  EXPECT_EQ(language_name("other"), "Other");
  EXPECT_EQ(language_name("pt-br"), "Portuguese (Brazil)");
  EXPECT_EQ(language_name("zh-hk"), "Chinese (Hong Kong)");
  EXPECT_EQ(language_name("zh_TW"), "Chinese (Taiwan)");
  EXPECT_EQ(language_name("aa"), "Afar") << "first of the table";
  EXPECT_EQ(language_name("zu"), "Zulu") << "last of the table";
}

TEST(LanguageName, UnknownCodesStandForThemselves) {
  for (const char* code : {"", "tlh", "xx-yy", "en-xx", "xx-us", "-", "e"}) EXPECT_EQ(language_name(code), code);
}

TEST(Wording, GamesAsPeopleCallThem) {
  EXPECT_EQ(short_game("Counter-Strike: Global Offensive", 28), "CS:GO");
  EXPECT_EQ(short_game("counter-strike: global offensive", 28), "CS:GO");
  EXPECT_EQ(short_game("Grand Theft Auto V", 28), "GTA V");
  EXPECT_EQ(short_game("League of Legends", 28), "League of Legends");
  EXPECT_EQ(short_game("Call of Duty: Warzone", 28), "Warzone");
  EXPECT_EQ(short_game("Tom Clancy's Rainbow Six Siege", 28), "Rainbow Six Siege");
  EXPECT_EQ(short_game("The Legend of Zelda: Ocarina of Time", 28), "Zelda: Ocarina of Time");
  EXPECT_EQ(short_game("The Legend of Zelda: Ocarina of Time", 14), "Zelda");
  EXPECT_EQ(short_game("Some Game With No Subtitle But A Long Name", 20), "Some Game With No S…");
}

TEST(Wording, ShortenedKeepsPicturesWhole) {
  EXPECT_EQ(shortened("short", 5), "short");
  EXPECT_EQ(shortened("longer", 5), "long…");
  EXPECT_EQ(shortened("加藤純一です", 4), "加藤純…");
  EXPECT_EQ(shortened("ab👍🏽cd", 4), "ab…") << "a thumb keeps its skin";
  EXPECT_EQ(shortened("e\u0301e\u0301e\u0301", 4), "e\u0301…") << "a letter keeps its accent";
  EXPECT_EQ(num_characters("加藤a"), 3U);
}

TEST(Wording, OneLine) {
  EXPECT_EQ(one_line("  a \n\t b\r\n"), "a b");
  EXPECT_EQ(one_line("\x01\x02"), "");
  EXPECT_TRUE(is_utf8(one_line("\xFF\xFE")));
}

TEST(Wording, FoldedLetters) {
  EXPECT_EQ(folded("ABC xyz 123"), "abc xyz 123");
  EXPECT_EQ(folded("ÄÖÜ×ß"), "äöü×ß");
  EXPECT_EQ(folded("ŁŽŸŊ"), "łžÿŋ");
  EXPECT_EQ(folded("łžÿŋ"), "łžÿŋ");
  EXPECT_EQ(folded("ΑΒΓΩ"), "αβγω");
  EXPECT_EQ(folded("ПРИВЕТ Ё"), "привет ё");
  EXPECT_EQ(folded("加藤👍"), "加藤👍");
}

}  // namespace
}  // namespace vieweratlas
