#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>

#include "collect/pair_counts.h"
#include "collect/recent_ids.h"
#include "collect/viewer_index.h"
#include "collect/viewer_names.h"
#include "recording.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::collect_internal {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

ViewerNames random_names(std::uint64_t number) {
  ViewerNames names;
  for (std::size_t i = 0; i < 12; i += 4) {
    const auto id = static_cast<std::uint32_t>(mix64(number * 7 + i));
    const auto login = static_cast<std::uint32_t>(mix64(number * 7 + i + 1));
    std::memcpy(names.id.bytes.data() + i, &id, 4);
    std::memcpy(names.login.bytes.data() + i, &login, 4);
  }
  return names;
}

TEST(ViewerIndex, FindsAllInLessThanSixtyBytesEach) {
  ViewerIndex index;
  for (std::uint32_t size = 0; size < 200'000; ++size) {
    EXPECT_EQ(index.add(random_names(size), ""), size);
    if (size > 20'000 && size % 1000 == 0) {
      ASSERT_LT(index.memory_bytes(), 60U * size) << size;
    }
  }
  for (std::uint32_t viewer = 0; viewer < index.size(); ++viewer) {
    ASSERT_EQ(index.find(random_names(viewer).id), viewer);
    ASSERT_EQ(index[viewer], random_names(viewer));
  }
  EXPECT_FALSE(index.find(random_names(200'000).id).has_value());
}

TEST(ViewerIndex, KeepsTheNewestLogin) {
  ViewerIndex index;
  index.add(random_names(1), "");
  index.add(random_names(2), "two");
  EXPECT_EQ(index.login_text(0), "");
  EXPECT_EQ(index.login_text(1), "two");
  index.rename(0, random_names(9).login, "nine");
  EXPECT_EQ(index.login_text(0), "nine");
  EXPECT_EQ(index[0].id, random_names(1).id);
  EXPECT_EQ(index[0].login, random_names(9).login);
}

TEST(PairCounts, CountsInLessThanSixteenBytesEach) {
  PairCounts pairs;
  std::map<std::uint32_t, std::uint32_t> expected;
  Random random(3);
  for (int i = 0; i < 300'000; ++i) {
    const auto viewer = static_cast<std::uint32_t>(random.below(4'000'000));
    const auto count = static_cast<std::uint32_t>(1 + random.below(3));
    EXPECT_EQ(pairs.add(viewer, count), !expected.contains(viewer));
    expected[viewer] += count;
    if (pairs.size() > 1000 && i % 997 == 0) {
      ASSERT_LT(pairs.memory_bytes(), 16U * pairs.size());
    }
  }
  std::map<std::uint32_t, std::uint32_t> counted;
  pairs.for_each([&](std::uint32_t viewer, std::uint32_t count) { counted[viewer] = count; });
  EXPECT_EQ(counted, expected);
  EXPECT_TRUE(pairs.contains(expected.begin()->first));
  EXPECT_FALSE(pairs.contains(4'000'001));
}

TEST(PairCounts, StopsCountingAtTheEnd) {
  PairCounts pairs;
  pairs.add(0, 0xFFFFFFF0);
  pairs.add(0, 0x20);
  pairs.add(0xFFFFFFFE, 1);
  std::map<std::uint32_t, std::uint32_t> counted;
  pairs.for_each([&](std::uint32_t viewer, std::uint32_t count) { counted[viewer] = count; });
  EXPECT_EQ(counted, (std::map<std::uint32_t, std::uint32_t>{{0, 0xFFFFFFFF}, {0xFFFFFFFE, 1}}));
}

TEST(RecentIds, RemembersTenMinutesAtLeast) {
  RecentIds ids;
  const SteadyTime begin{};
  EXPECT_TRUE(ids.add(1, begin));
  EXPECT_FALSE(ids.add(1, begin));
  EXPECT_TRUE(ids.add(2, begin + minutes(9)));
  EXPECT_FALSE(ids.add(1, begin + minutes(10)));
  EXPECT_FALSE(ids.add(2, begin + minutes(18)));
  EXPECT_TRUE(ids.add(3, begin + minutes(20)));
  EXPECT_TRUE(ids.add(1, begin + minutes(21))) << "memory is bounded";
}

TEST(RecentIds, RemembersAMillionAtLeastInThirtyTwoMegabytes) {
  RecentIds ids;
  const SteadyTime now{};
  constexpr std::uint64_t kMillion = 1'000'000;
  for (std::uint64_t id = 0; id < 5 * kMillion; ++id) {
    ASSERT_TRUE(ids.add(mix64(id), now)) << id;
    if (id >= kMillion && id % 1009 == 0) {
      ASSERT_FALSE(ids.add(mix64(id - kMillion + 1), now)) << id;
    }
  }
  EXPECT_LE(ids.memory_bytes(), std::size_t{32} << 20U);
}

TEST(PseudonymCache, GivesWhatTheKeyGives) {
  const ViewerKey key = test_key();
  PseudonymCache cache(key, "twitch");
  for (int round = 0; round < 2; ++round) {
    for (int viewer = 0; viewer < 500; ++viewer) {
      const std::string id = std::to_string(viewer);
      const ViewerNames names = cache.names_of(id, "Login" + id);
      ASSERT_EQ(names.id, key.of_id("twitch", id));
      ASSERT_EQ(names.login, key.of_login("twitch", "login" + id));
    }
  }
  EXPECT_FALSE(cache.names_of("", "ada").has_id());
  EXPECT_FALSE(cache.names_of("ada", "").has_login());
  EXPECT_EQ(cache.names_of("", "").key(), Pseudonym());
}

}  // namespace
}  // namespace vieweratlas::collect_internal
