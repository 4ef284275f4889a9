#include "vieweratlas/labels/label.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "labels/wording.h"
#include "unit/labels/maps.h"

#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas {
namespace {

using labels_tests::Map;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Texts = std::vector<std::string>;

TEST(Labels, GamesAndLanguagesOfAMixedMap) {
  Map map;
  map.community().add_many("ten", 10, "VALORANT", "tr");
  map.community().add_many("six", 6, "VALORANT", "en").add_many("more", 2, "Chess", "en");
  map.community().add_many("talk", 7, "Just Chatting", "de").add_many("play", 2, "Chess", "de");
  map.community().add_many("dota", 9, "Dota 2", "en");
  map.community()
      .add_many("chat", 5, "Just Chatting", "en")
      .add_many("art", 3, "Art", "en")
      .add_many("irl", 3, "Travel", "en")
      .add_many("gta", 4, "Grand Theft Auto V", "en");
  EXPECT_EQ(map.texts(), (Texts{"VALORANT (Turkish)", "VALORANT (English)", "Just Chatting (German)", "Dota 2", "chat1 & art1"}));
}

TEST(Labels, TheMapsLanguageIsHiddenWhenNobodyNeedsIt) {
  Map map;
  map.community().add_many("a", 8, "VALORANT", "en");
  map.community().add_many("b", 8, "Chess", "en");
  map.community().add_many("c", 4, "Rust", "fr");
  EXPECT_EQ(map.texts(), (Texts{"VALORANT", "Chess", "Rust (French)"}));
}

TEST(Labels, AMapOfOneLanguage) {
  Map map;
  map.community().add_many("a", 5, "VALORANT", "ja");
  map.community().add_many("b", 5, "Chess", "ja");
  EXPECT_EQ(map.texts(), (Texts{"VALORANT", "Chess"}));
  EXPECT_TRUE(map.labels()[0].clear_language);
}

TEST(Labels, ThreeCommunitiesAllChessAreToldApartByTheirChannels) {
  Map map;
  map.community().add_many("hikaru", 5, "Chess", "en");
  map.community().add_many("gotham", 4, "Chess", "en");
  map.community().add_many("botez", 3, "Chess", "en");
  EXPECT_EQ(map.texts(), (Texts{"Chess · hikaru1", "Chess · gotham1", "Chess · botez1"}));
  EXPECT_THAT(map.labels()[0].reason, HasSubstr("most typical channel tells it"));
}

TEST(Labels, ThreeCommunitiesAllChessAreToldApartBySecondGames) {
  Map map;
  map.community().add_many("a", 7, "Chess", "en").add_many("poker", 3, "Poker", "en");
  map.community().add_many("b", 7, "Chess", "en").add_many("go", 3, "Go", "en");
  map.community().add_many("c", 7, "Chess", "en");
  EXPECT_EQ(map.texts(), (Texts{"Chess & Poker", "Chess & Go", "Chess"}));
}

TEST(Labels, ThreeCommunitiesAllChessAreToldApartByLanguages) {
  Map map;
  map.community().add_many("a", 7, "Chess", "en");
  map.community().add_many("b", 7, "Chess", "es");
  map.community().add_many("c", 7, "Chess", "fr");
  map.community().add_many("d", 7, "VALORANT", "de");
  EXPECT_EQ(map.texts(), (Texts{"Chess (English)", "Chess (Spanish)", "Chess (French)", "VALORANT (German)"}));
}

TEST(Labels, ANumberIsTheLastResort) {
  Map map;
  for (int i = 0; i < 3; ++i) map.community().add("same", "Chess", "en");
  EXPECT_EQ(map.texts(), (Texts{"Chess", "Chess 2", "Chess 3"}));
}

TEST(Labels, TenChannelsWithTenGamesAreNotNamedAfterOne) {
  Map map;
  map.community();
  for (int i = 0; i < 10; ++i) map.add("c" + std::to_string(i), "G" + std::to_string(i), "en", static_cast<std::uint64_t>(900 - i));
  map.community().add_many("v", 10, "VALORANT", "en");
  const auto labels = map.labels();
  EXPECT_EQ(labels[0].text, "c0 & c1");
  EXPECT_FALSE(labels[0].clear_game);
  EXPECT_THAT(labels[0].reason, HasSubstr("No game reaches 60 % (the most common is G0 with 10 %)"));
}

TEST(Labels, TenChannelsWithTenGamesTakeTheirLanguage) {
  Map map;
  map.community();
  for (int i = 0; i < 10; ++i) map.add("c" + std::to_string(i), "G" + std::to_string(i), "pl");
  map.community().add_many("v", 20, "VALORANT", "en");
  const auto labels = map.labels();
  EXPECT_EQ(labels[0].text, "Polish");
  EXPECT_THAT(labels[0].reason, HasSubstr("Polish is the language of 100 % (33 % on the whole map) of the 10 channels"));
}

TEST(Labels, WhatEverybodyPlaysNamesNobody) {
  // Just Chatting leads in every community; languages tell them apart, and only the German ones need the game.
  Map map;
  map.community().add_many("en", 20, "Just Chatting", "en");
  map.community().add_many("de", 8, "Just Chatting", "de");
  map.community().add_many("fr", 6, "Just Chatting", "fr");
  map.community().add_many("ks", 4, "Chess", "en").add_many("kt", 1, "Just Chatting", "en");
  EXPECT_EQ(map.texts(), (Texts{"Just Chatting", "German", "French", "Chess"}));
}

TEST(Labels, TwoGamesTogether) {
  Map map;
  map.community().add_many("a", 4, "DayZ", "en").add_many("b", 3, "Rust", "en").add_many("c", 3, "Chess", "en");
  map.community().add_many("d", 20, "Chess", "en");
  const auto labels = map.labels();
  EXPECT_EQ(labels[0].text, "DayZ & Rust");
  EXPECT_THAT(labels[0].reason, HasSubstr("DayZ takes 40 %"));
  EXPECT_THAT(labels[0].reason, HasSubstr("Rust 30 %"));
  EXPECT_FALSE(labels[0].clear_game);
}

TEST(Labels, ThresholdsAct) {
  Map map;
  map.community().add_many("a", 6, "Chess", "de").add_many("b", 4, "Go", "fr");
  map.community().add_many("c", 20, "VALORANT", "en");
  EXPECT_EQ(map.texts()[0], "Chess (German)");
  EXPECT_EQ(map.texts({.game_threshold = 60, .language_threshold = 61})[0], "Chess");
  EXPECT_EQ(map.texts({.game_threshold = 61, .language_threshold = 40})[0], "Chess & Go (German)");
  EXPECT_EQ(map.texts({.game_threshold = 10, .language_threshold = 60})[0], "Chess (German)");
  EXPECT_TRUE(map.labels({.game_threshold = 60})[0].clear_game);
  EXPECT_FALSE(map.labels({.game_threshold = 60.1})[0].clear_game);
  EXPECT_FALSE(map.labels({.language_threshold = 60.1})[0].clear_language);
  for (const double bad : {0.0, -1.0, 100.5, std::numeric_limits<double>::quiet_NaN()}) {
    const auto game = label_communities(map.partition(), map.channels(), map.graph(), {.game_threshold = bad});
    ASSERT_FALSE(game.ok());
    EXPECT_EQ(game.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(label_communities(map.partition(), map.channels(), map.graph(), {.language_threshold = bad}).ok());
  }
}

TEST(Labels, ChannelsWithoutMetadataAreNotInTheDenominator) {
  Map map;
  map.community().add_many("a", 3, "Chess", "fr").add_many("b", 7, "", "").add("c", "unknown", " ");
  map.community().add_many("v", 20, "VALORANT", "en");
  const CommunityLabel label = map.labels()[0];
  EXPECT_EQ(label.text, "Chess (French)");
  EXPECT_EQ(label.num_channels, 11U);
  EXPECT_EQ(label.num_with_game, 3U);
  EXPECT_EQ(label.num_with_language, 3U);
  ASSERT_EQ(label.games.size(), 1U);
  EXPECT_DOUBLE_EQ(label.games[0].percent, 100);
  EXPECT_NEAR(label.games[0].map_percent, 100.0 * 3 / 23, 1e-9);
  EXPECT_THAT(label.reason, HasSubstr("of the 3 channels whose game is known"));
}

TEST(Labels, AChannelCountsOneSpreadOverItsGames) {
  Map map;
  map.community();
  map.add_spread("a", {{.value = "Chess", .weight = 30}, {.value = "Go", .weight = 10}}, {});
  map.add_spread("b", {{.value = "go", .weight = 1e6}}, {});
  const CommunityLabel label = map.labels()[0];
  ASSERT_EQ(label.games.size(), 2U);
  EXPECT_EQ(label.games[0].value, "go") << "the spelling that most channels use";
  EXPECT_DOUBLE_EQ(label.games[0].percent, 62.5);
  EXPECT_DOUBLE_EQ(label.games[1].percent, 37.5);
}

TEST(Labels, NoMetadataAtAll) {
  Map map;
  map.community().add("small", "", "", 10).add("xqc", "", "", 5000).add("forsen", "", "", 4000);
  map.community().add("alone", "", "", 7);
  const auto labels = map.labels();
  EXPECT_EQ(labels[0].text, "xqc & forsen");
  EXPECT_THAT(labels[0].representatives, ElementsAre(1, 2, 0));
  EXPECT_EQ(labels[0].reason, "No game and no language is known of its 3 channels, so it is named after two of its most typical channels.");
  EXPECT_EQ(labels[1].text, "alone");
  EXPECT_TRUE(labels[0].games.empty());
}

TEST(Labels, AGiantThatBelongsElsewhereIsNotTypical) {
  // Channel 0 has the largest audience, and shares nine viewers in ten with the other community.
  Partition partition{.community = {0, 0, 0, 1, 1}, .num_communities = 2};
  std::vector<Channel> channels(5);
  const std::vector<std::uint64_t> audiences{500000, 9000, 8000, 7000, 6000};
  for (std::size_t i = 0; i < 5; ++i) {
    channels[i].login = "c" + std::to_string(i);
    channels[i].display_name = channels[i].login;
    channels[i].audience = audiences[i];
  }
  OverlapGraph graph;
  graph.offsets = {0, 3, 5, 7, 9, 10};
  graph.neighbours = {1, 2, 3, 0, 2, 0, 1, 0, 4, 3};
  graph.shared = {50, 50, 900, 50, 70, 50, 70, 900, 900, 900};
  graph.audience = audiences;
  const auto labels = label_communities(partition, channels, graph, {});
  ASSERT_TRUE(labels.ok());
  EXPECT_THAT((*labels)[0].representatives, ElementsAre(1, 2, 0));
  EXPECT_EQ((*labels)[0].text, "c1 & c2");
}

TEST(Labels, ASecondNameThatDoesNotFitGivesWay) {
  Map map;
  map.community().add("RocketLeagueAPAC", "", "", 900).add("RocketLeagueMENA", "", "", 800).add("JSTN", "", "", 700);
  map.community().add("RocketLeagueOCEANIA", "", "", 900).add("RocketLeagueSAM", "", "", 800);
  EXPECT_EQ(map.texts(), (Texts{"RocketLeagueAPAC & JSTN", "RocketLeagueOCEAN… & friends"}));
}

TEST(Labels, UnknownCodesAndOtherLanguages) {
  Map map;
  map.community();
  for (int i = 0; i < 8; ++i) map.add("a" + std::to_string(i), "G" + std::to_string(i), "tlh");
  map.community();
  for (int i = 0; i < 8; ++i) map.add("b" + std::to_string(i), "H" + std::to_string(i), "other");
  map.community();
  for (int i = 0; i < 8; ++i) map.add("c" + std::to_string(i), "I" + std::to_string(i), "pt-br");
  EXPECT_EQ(map.texts(), (Texts{"tlh", "b0 & b1", "Portuguese, Brazil"}));
}

TEST(Labels, HostileAndLongNamesBecomeOneShortLine) {
  Map map;
  map.community().add_many("a", 5, "Evil\n\tGame\x07 </script>", "en");
  map.community().add_many("b", 5, "A Very Long Game: With a Subtitle That Nobody Can Read", "en");
  map.community().add_many(
      "c", 5,
      "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍"
      "👩"
      "‍"
      "👧"
      "‍"
      "👦",
      "en");
  map.community().add("加藤純一です加藤純一です加藤純一です", "", "").add("montanablack88_the_longest_name", "", "");
  map.community().add("\x01\x02", "\x03", "\x04");
  const Texts texts = map.texts();
  EXPECT_EQ(texts[0], "Evil Game </script>");
  EXPECT_EQ(texts[1], "A Very Long Game");
  for (const std::string& text : texts) {
    EXPECT_TRUE(is_utf8(text));
    EXPECT_FALSE(text.empty());
    EXPECT_LE(labels_internal::num_characters(text), labels_internal::kLabelCharacters);
    EXPECT_EQ(text.find_first_of("\n\t\x07\x01"), std::string::npos);
  }
  EXPECT_THAT(texts[2], Not(HasSubstr("\u200D…"))) << "cut inside a family";
  EXPECT_THAT(texts[3], HasSubstr(" & "));
  EXPECT_EQ(texts[4], "channel 17");
}

TEST(Labels, LabelsThatDifferInLetterCaseAreToldApart) {
  Map map;
  map.community().add("ÉLAN", "", "");
  map.community().add("élan", "", "");
  EXPECT_EQ(map.texts(), (Texts{"ÉLAN", "élan 2"}));
}

TEST(Labels, EmptyCommunitiesAndUnassignedChannels) {
  Map map;
  map.community().add_many("a", 3, "Chess", "en");
  map.add("nobody", "Go", "fr");
  map.partition().community.back() = Partition::kUnassigned;
  map.community();
  const auto labels = map.labels();
  EXPECT_EQ(labels[0].num_channels, 3U);
  EXPECT_EQ(labels[0].text, "Chess");
  EXPECT_DOUBLE_EQ(labels[0].games[0].map_percent, 75) << "the map counts the unassigned, too";
  EXPECT_EQ(labels[1].text, "Community 2");
  EXPECT_TRUE(Map().labels().empty());
}

/// A map in which everything collides: few games, few languages, few names.
Map random_map(std::uint64_t seed) {
  Random random(seed);
  const std::vector<std::string> games{"Chess", "CHESS", "Just Chatting", "Go", "Chess & Go", "", "Chess 2"};
  const std::vector<std::string> languages{"en", "de", "", "other", "EN"};
  const std::vector<std::string> names{"a", "A", "b", "Chess", "a & b", "Ä", "ä"};
  Map map;
  const std::uint64_t num_communities = 1 + random.below(12);
  for (std::uint64_t c = 0; c < num_communities; ++c) {
    map.community();
    const std::uint64_t size = random.below(7);
    const std::string& game = games[random.below(games.size())];
    for (std::uint64_t i = 0; i < size; ++i) {
      map.add(names[random.below(names.size())], random.chance(0.7) ? game : games[random.below(games.size())],
              languages[random.below(languages.size())], random.below(5) * 100);
    }
  }
  return map;
}

TEST(Labels, AlwaysDifferentNeverEmptyAlwaysTheSame) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Map map = random_map(seed);
    const auto labels = map.labels();
    std::set<std::string> seen;
    for (const CommunityLabel& label : labels) {
      ASSERT_FALSE(label.text.empty()) << "seed " << seed;
      ASSERT_TRUE(seen.insert(labels_internal::folded(label.text)).second) << "seed " << seed << ": " << label.text;
      ASSERT_TRUE(label.reason.ends_with(".")) << label.reason;
      double sum = 0;
      for (const LabelShare& share : label.games) sum += share.percent;
      ASSERT_LE(sum, 100 + 1e-6);
      ASSERT_TRUE(std::is_sorted(label.games.begin(), label.games.end(),
                                 [](const LabelShare& a, const LabelShare& b) { return a.percent > b.percent; }));
    }
    ASSERT_EQ(map.texts(), map.texts()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace vieweratlas
