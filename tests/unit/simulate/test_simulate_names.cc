#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

#include "simulate/names.h"
#include "simulate/vocabulary.h"

#include "vieweratlas/core/random.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas {
namespace {

using namespace simulate_internal;

bool is_login(std::string_view text) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return text.size() >= 4 && text.size() <= 25 && std::all_of(text.begin(), text.end(), allowed);
}

TEST(SimulateNames, WordsOfViewersMakeDistinctPairs) {
  std::unordered_set<std::string> pairs;
  for (const std::string_view first : viewer_first_parts()) {
    for (const std::string_view last : viewer_last_parts()) {
      EXPECT_TRUE(pairs.insert(std::string(first) + std::string(last)).second) << first << '+' << last;
    }
  }
}

TEST(SimulateNames, ViewersHaveUniqueLogins) {
  constexpr std::uint32_t kPeople = 300'000;
  constexpr std::uint32_t kBots = 200;
  const ViewerNames names(kPeople + kBots, kPeople, 7);
  std::unordered_set<std::string> seen;
  for (std::uint32_t viewer = 0; viewer < kPeople + kBots; ++viewer) {
    std::string login;
    names.append(login, viewer);
    ASSERT_TRUE(is_login(login)) << login;
    ASSERT_TRUE(seen.insert(login).second) << login;
  }
}

TEST(SimulateNames, TheLargestWorldStillHasShortUniqueLogins) {
  constexpr std::uint32_t kPeople = 100'000'000;
  const ViewerNames names(kPeople + 100'000, kPeople, 1);
  std::unordered_set<std::string> seen;
  for (std::uint32_t viewer = 0; viewer < kPeople + 100'000; viewer += 997) {
    std::string login;
    names.append(login, viewer);
    ASSERT_TRUE(is_login(login)) << login;
    ASSERT_TRUE(seen.insert(login).second) << login;
  }
}

TEST(SimulateNames, PublicLoginIsTheOneOfTheFiles) {
  const SimulateOptions options{.channels = 10, .viewers = 100, .communities = 2, .bots = 3};
  std::string expected;
  ViewerNames(103, 100, options.seed).append(expected, 42);
  EXPECT_EQ(simulated_viewer_login(options, 42), expected);
  EXPECT_TRUE(simulated_viewer_login(options, 100).ends_with("_bot"));
}

TEST(SimulateNames, EachLanguageNamesChannelsInItsOwnWay) {
  for (const Language& language : languages()) {
    Random random = Random(3).fork(language.code);
    for (int i = 0; i < 200; ++i) {
      const ChannelName name = draw_channel_name(language, random);
      EXPECT_TRUE(is_login(name.login)) << language.code << ' ' << name.login;
      EXPECT_TRUE(is_utf8(name.display_name)) << language.code;
      EXPECT_FALSE(name.display_name.empty());
    }
  }
}

TEST(SimulateNames, VocabularyIsWellFormed) {
  std::set<std::string_view> names;
  for (const Scene& scene : scenes()) {
    EXPECT_TRUE(names.insert(scene.name).second) << scene.name;
    EXPECT_TRUE(is_utf8(scene.game));
    EXPECT_EQ(std::count(scene.others.begin(), scene.others.end(), scene.game), 0) << scene.name;
  }
  std::set<std::string_view> codes;
  for (const Language& language : languages()) {
    EXPECT_TRUE(codes.insert(language.code).second) << language.code;
    for (const std::string_view scene : language.scenes) EXPECT_EQ(names.count(scene), 1U) << language.code << ' ' << scene;
    for (const std::string_view title : language.titles) EXPECT_TRUE(is_utf8(title)) << title;
  }
  for (const std::string_view title : hostile_titles()) EXPECT_TRUE(is_utf8(title)) << title;
  EXPECT_GE(max_simulated_communities(), 300U);
}

}  // namespace
}  // namespace vieweratlas
