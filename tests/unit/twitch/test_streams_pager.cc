#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/twitch/helix.h"
#include "vieweratlas/twitch/streams_pager.h"

namespace vieweratlas {
namespace {

HelixStream stream(std::uint64_t id, std::optional<std::uint64_t> viewers) {
  return {.user_id = std::to_string(id), .user_login = "c" + std::to_string(id), .viewer_count = viewers};
}

/// Streams `first` to `last` (exclusive), each with `top` - id viewers.
HelixPage<HelixStream> page(std::uint64_t first, std::uint64_t last, std::string cursor, std::uint64_t top = 10'000) {
  HelixPage<HelixStream> result;
  for (std::uint64_t id = first; id < last; ++id) result.items.push_back(stream(id, top - id));
  result.cursor = std::move(cursor);
  return result;
}

TEST(StreamsPager, HandsCursorsOnAndStopsAtTheLimit) {
  StreamsPager pager({.languages = {"en"}}, 150, 0);
  ASSERT_TRUE(pager.next().has_value());
  EXPECT_EQ(pager.next()->after, "");
  EXPECT_EQ(pager.next()->languages.size(), 1U);
  pager.take(page(0, 100, "one"));
  ASSERT_TRUE(pager.next().has_value());
  EXPECT_EQ(pager.next()->after, "one");
  pager.take(page(95, 195, "two"));
  EXPECT_FALSE(pager.next().has_value());
  EXPECT_EQ(pager.stopped_by(), PagerStop::kLimit);
  EXPECT_EQ(pager.num_duplicates(), 5U);
  const std::vector<HelixStream> streams = std::move(pager).take_streams();
  ASSERT_EQ(streams.size(), 195U) << "pages come whole";
  EXPECT_EQ(streams.front().user_id, "0");
  EXPECT_EQ(streams.back().user_id, "194");
}

TEST(StreamsPager, StopsForEachReason) {
  {
    StreamsPager pager({}, 1000, 0);
    pager.take(page(0, 10, ""));
    EXPECT_EQ(pager.stopped_by(), PagerStop::kEnd);
  }
  {
    StreamsPager pager({}, 1000, 0);
    pager.take(page(0, 100, "a"));
    pager.take(page(100, 200, "b"));
    pager.take(page(200, 300, "a"));
    EXPECT_EQ(pager.stopped_by(), PagerStop::kRepeatedCursor);
    EXPECT_EQ(std::move(pager).take_streams().size(), 300U);
  }
  {
    StreamsPager pager({}, 1000, 0);
    pager.take(page(0, 100, "a"));
    pager.take(page(50, 100, "b"));
    EXPECT_EQ(pager.stopped_by(), PagerStop::kNoNewChannels);
  }
  {
    StreamsPager pager({}, 1000, 0);
    pager.take(page(0, 100, "a", 1000));
    pager.take(page(100, 200, "b", 5000));
    EXPECT_EQ(pager.stopped_by(), PagerStop::kViewersRise);
    EXPECT_EQ(std::move(pager).take_streams().size(), 100U);
  }
  {
    StreamsPager pager({}, 1000, 9'950);
    pager.take(page(0, 100, "a"));
    EXPECT_EQ(pager.stopped_by(), PagerStop::kMinViewers);
  }
  {
    StreamsPager pager({}, 200, 0);
    for (int i = 0; i < 7; ++i) {
      ASSERT_TRUE(pager.next().has_value()) << i;
      pager.take(page(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(i) + 1, std::to_string(i)));
    }
    EXPECT_EQ(pager.stopped_by(), PagerStop::kPageBudget);
    EXPECT_EQ(pager.num_pages(), 7U) << "ceil(200 / 100) + 5";
  }
}

TEST(StreamsPager, GoesOnWhereTheListOnlyTrembles) {
  StreamsPager pager({}, 1000, 0);
  pager.take(page(0, 100, "a", 10'000));
  pager.take({.items = {}, .cursor = "b"});  // an empty page in the middle
  EXPECT_FALSE(pager.stopped_by().has_value());
  pager.take(page(90, 190, "c", 10'400));  // grown a little, and overlapping
  EXPECT_FALSE(pager.stopped_by().has_value());
  HelixPage<HelixStream> raided = page(190, 290, "d");
  raided.items.front().viewer_count = 500'000;  // one stream was raided meanwhile
  pager.take(raided);
  EXPECT_FALSE(pager.stopped_by().has_value());

  StreamsPager small({}, 1000, 0);
  small.take({.items = {stream(1, 4), stream(2, 3)}, .cursor = "a"});
  small.take({.items = {stream(3, 5), stream(4, 4)}, .cursor = "b"});
  EXPECT_FALSE(small.stopped_by().has_value());
  StreamsPager unknown({}, 1000, 5);
  unknown.take({.items = {stream(1, std::nullopt)}, .cursor = "a"});
  EXPECT_FALSE(unknown.stopped_by().has_value());
}

TEST(StreamsPager, LaterFactsCountAndOrderIsByViewers) {
  StreamsPager pager({}, 10, 0);
  pager.take({.items = {stream(1, 100), stream(2, 90), stream(3, 90)}, .cursor = "a"});
  pager.take({.items = {stream(1, 80), stream(4, std::nullopt)}, .cursor = ""});
  const std::vector<HelixStream> streams = std::move(pager).take_streams();
  std::vector<std::string> ids;
  for (const HelixStream& s : streams) ids.push_back(s.user_id);
  EXPECT_EQ(ids, (std::vector<std::string>{"2", "3", "1", "4"}));
}

TEST(StreamsPager, AlwaysEndsAndNeverRepeatsAChannel) {
  rc::check([] {
    const auto limit = *rc::gen::inRange<std::uint64_t>(1, 1000);
    StreamsPager pager({}, limit, 0);
    std::uint64_t pages = 0;
    std::set<std::string> told;
    while (pager.next()) {
      HelixPage<HelixStream> any;
      const auto ids = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 500));
      for (const std::uint32_t id : ids) {
        any.items.push_back(stream(id, *rc::gen::inRange<std::uint64_t>(0, 1000)));
        told.insert(std::to_string(id));
      }
      any.cursor = std::to_string(*rc::gen::inRange(0, 50));
      pager.take(std::move(any));
      RC_ASSERT(++pages <= (limit + 99) / 100 + 5);
    }
    const std::vector<HelixStream> streams = std::move(pager).take_streams();
    std::set<std::string> ids;
    for (const HelixStream& s : streams) RC_ASSERT(ids.insert(s.user_id).second && told.contains(s.user_id));
    RC_ASSERT(std::is_sorted(streams.begin(), streams.end(),
                             [](const HelixStream& a, const HelixStream& b) { return a.viewer_count > b.viewer_count; }));
  });
}

}  // namespace
}  // namespace vieweratlas
