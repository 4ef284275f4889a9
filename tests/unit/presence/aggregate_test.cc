#include "vieweratlas/presence/aggregate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "unit/presence/memory_input.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas {
namespace {

std::string snapshot(const std::string& channel, const std::string& fields, const std::string& chatters) {
  return R"({"channel":")" + channel + R"(","timestamp":1760000000,)" + fields + R"("chatters":[)" + chatters + "]}\n";
}

/// big: 1 2 3 4 bot, mid: 1 2 5 bot, small: 1 bot, other: 6.
Presence example() {
  return read_one("x.ndjson", snapshot("big", R"("viewer_count":100,"game":"Chess",)", R"("v1","v2","v3","v4","Bot")") +
                                  snapshot("mid", R"("viewer_count":50,"game":"Art",)", R"("v1","v2","v5","bot")") +
                                  snapshot("small", R"("viewer_count":5,"game":"CHESS",)", R"("v1","bot")") +
                                  snapshot("other", "", R"("v6")"));
}

Result<Aggregate> run(const Presence& presence, const AggregateOptions& options, unsigned threads = 1) {
  ThreadPool pool(threads);
  return aggregate(presence, options, pool);
}

std::vector<std::string> logins(const Result<Aggregate>& aggregate) {
  std::vector<std::string> result;
  if (!aggregate.ok()) return {aggregate.error().message};
  for (const Channel& channel : aggregate->channels) result.push_back(channel.login + "=" + std::to_string(channel.audience));
  return result;
}

using Names = std::vector<std::string>;

TEST(Aggregate, WithoutFiltersSortsByAudience) {
  const auto all = run(example(), {});
  EXPECT_EQ(logins(all), (Names{"big=5", "mid=4", "small=2", "other=1"}));
  EXPECT_EQ(all->report.memberships_before, 12U);
  EXPECT_EQ(all->report.memberships_after, 12U);
  EXPECT_EQ(all->incidence.num_viewers, 7U);
  // The largest channel's viewers come first.
  EXPECT_EQ(std::vector<std::uint32_t>(all->incidence.row(0).begin(), all->incidence.row(0).end()),
            (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
}

TEST(Aggregate, BotListByLoginInAnyCase) {
  const auto result = run(example(), {.bots = {"BOT", " bot ", "nobody"}});
  EXPECT_EQ(logins(result), (Names{"big=4", "mid=3", "other=1", "small=1"}));
  EXPECT_EQ(result->report.viewers_on_bot_list, 1U);
  EXPECT_EQ(result->report.memberships_after, 9U);
}

TEST(Aggregate, MinViewerCount) {
  const auto result = run(example(), {.min_viewer_count = 50});
  EXPECT_EQ(logins(result), (Names{"big=5", "mid=4"}));
  EXPECT_EQ(result->report.channels_below_viewer_count, 2U);
}

TEST(Aggregate, ExcludeGamesInAnyCase) {
  const auto result = run(example(), {.exclude_games = {"chess"}});
  EXPECT_EQ(logins(result), (Names{"mid=4", "other=1"}));
  EXPECT_EQ(result->report.channels_excluded_by_game, 2U);
}

TEST(Aggregate, DegreeCap) {
  const auto result = run(example(), {.max_channels_per_viewer = 2});
  EXPECT_EQ(logins(result), (Names{"big=3", "mid=2", "other=1", "small=0"}));
  EXPECT_EQ(result->report.viewers_over_cap, 2U);  // v1 and the bot
}

TEST(Aggregate, DegreesCountTheChannelsThatAreKept) {
  const auto result = run(example(), {.min_viewer_count = 50, .max_channels_per_viewer = 2});
  EXPECT_EQ(result->report.viewers_over_cap, 0U);
  EXPECT_EQ(logins(result), (Names{"big=5", "mid=4"}));
}

TEST(Aggregate, RepeatViewersOnly) {
  const auto result = run(example(), {.min_user_appearances = 2});
  EXPECT_EQ(logins(result), (Names{"big=3", "mid=3", "small=2", "other=0"}));
  EXPECT_EQ(result->report.viewers_below_appearances, 4U);
  EXPECT_EQ(result->incidence.num_viewers, 3U);
}

TEST(Aggregate, MinChannelViewersComesLast) {
  const auto result = run(example(), {.bots = {"bot"}, .min_channel_viewers = 2});
  EXPECT_EQ(logins(result), (Names{"big=4", "mid=3"}));
  EXPECT_EQ(result->report.channels_below_audience, 2U);
}

TEST(Aggregate, NothingLeftNamesTheFilter) {
  EXPECT_EQ(run(example(), {.min_user_appearances = 0}).error().code, ErrorCode::kInvalidArgument);
  const auto expect_names = [](const AggregateOptions& options, const std::string& name) {
    const auto result = run(example(), options);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kNoData);
    EXPECT_NE(result.error().message.find(name), std::string::npos) << result.error().message;
  };
  expect_names({.min_viewer_count = 1000}, "min_viewer_count");
  expect_names({.min_channel_viewers = 1000}, "min_channel_viewers");
  expect_names({.min_user_appearances = 9}, "min_user_appearances");
  const auto empty = run(read_one("x.ndjson", snapshot("a", "", "")), {});
  EXPECT_NE(empty.error().message.find("empty chats"), std::string::npos);
}

TEST(Aggregate, EqualsBruteForceForAnyThreads) {
  constexpr std::uint64_t kSeed = 5;
  for (std::uint64_t round = 0; round < 20; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + round));
    Random random(kSeed + round);
    std::map<std::string, std::set<std::string>> expected;
    std::string lines;
    for (int c = 0; c < 30; ++c) {
      std::string chatters;
      const std::string login = "c" + std::to_string(c);
      for (std::uint64_t n = random.below(40); n > 0; --n) {
        const std::string viewer = "v" + std::to_string(random.below(100));
        chatters += (chatters.empty() ? "\"" : ",\"") + viewer + "\"";
        expected[login].insert(viewer);
      }
      lines += snapshot(login, "", chatters);
    }
    const AggregateOptions options{.bots = {"v3", "v4"}, .max_channels_per_viewer = 9, .min_user_appearances = 3, .min_channel_viewers = 4};
    std::map<std::string, std::uint32_t> degrees;
    for (const auto& [channel, viewers] : expected) {
      for (const std::string& viewer : viewers) ++degrees[viewer];
    }
    for (auto& [channel, viewers] : expected) {
      std::erase_if(viewers, [&](const std::string& v) { return v == "v3" || v == "v4" || degrees[v] > 9 || degrees[v] < 3; });
    }
    std::erase_if(expected, [](const auto& entry) { return entry.second.size() < 4; });
    std::uint64_t memberships = 0;
    for (const auto& [channel, viewers] : expected) memberships += viewers.size();

    const Presence presence = read_one("x.ndjson", lines);
    const auto one = run(presence, options, 1);
    const auto many = run(presence, options, 8);
    ASSERT_TRUE(one.ok());
    EXPECT_EQ(one->incidence.viewers, many->incidence.viewers);
    EXPECT_EQ(one->incidence.counts, many->incidence.counts);
    EXPECT_EQ(one->incidence.offsets, many->incidence.offsets);
    EXPECT_EQ(one->report.memberships_after, memberships);
    ASSERT_EQ(one->channels.size(), expected.size());
    for (std::uint32_t c = 0; c < one->channels.size(); ++c) {
      EXPECT_EQ(one->channels[c].audience, expected.at(one->channels[c].login).size());
      const auto row = one->incidence.row(c);
      EXPECT_TRUE(std::is_sorted(row.begin(), row.end()));
    }
  }
}

}  // namespace
}  // namespace vieweratlas
