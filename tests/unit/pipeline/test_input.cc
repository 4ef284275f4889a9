#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/input.h"
#include "pipeline/parts_of_graph.h"
#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/graph/statistics.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas::pipeline_internal {
namespace {

using testing::ElementsAre;

TEST(BotList, OneNameALine) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "bots.txt";
  ASSERT_TRUE(write_file_atomic(path, "\xEF\xBB\xBF# known bots\r\n\nNightbot\r\n  streamelements # two\n12345").ok());
  EXPECT_THAT(*read_name_list(path), ElementsAre("Nightbot", "streamelements", "12345"));
  EXPECT_EQ(read_name_list(folder.path() / "none").error().code, ErrorCode::kNotFound);
}

TEST(BotList, IsFoundByPseudonymsToo) {
  const ViewerKey key = ViewerKey::from_bytes(std::array<std::uint8_t, 32>{7});
  EXPECT_THAT(with_pseudonyms({"Nightbot"}, key),
              ElementsAre("Nightbot", key.of_id("twitch", "Nightbot").hex(), key.of_login("twitch", "nightbot").hex()));
}

TEST(ChannelList, IsReadAsTheCollectorReadsIt) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "opt_out.txt";
  ASSERT_TRUE(write_file_atomic(path,
                                "\xEF\xBB\xBF# who asked\n\n#ada\r\n @Bea # by mail\n1234\nhttps://www.twitch.tv/Cleo?x=1\n"
                                "twitch.tv/Dan/videos\nUCabc\n#\n")
                  .ok());
  EXPECT_THAT(*read_channel_list(path), ElementsAre("ada", "Bea", "1234", "cleo", "dan", "UCabc"));
  for (const char* wrong : {"two words\n", "https://elsewhere/x\n", "a,b\n", "twitch.tv/\n"}) {
    ASSERT_TRUE(write_file_atomic(path, wrong).ok());
    EXPECT_EQ(read_channel_list(path).error().code, ErrorCode::kInvalidArgument) << wrong;
  }
  EXPECT_EQ(read_channel_list(folder.path() / "none").error().code, ErrorCode::kNotFound);
}

/// A graph of `n` nodes in which each pair is linked with probability `p`; node i has audience 100 + i and login "ci".
std::pair<std::vector<Channel>, OverlapGraph> random_graph(std::uint32_t n, double p, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::vector<std::uint32_t>> weight(n, std::vector<std::uint32_t>(n, 0));
  for (std::uint32_t u = 0; u < n; ++u) {
    for (std::uint32_t v = u + 1; v < n; ++v) {
      if (random.chance(p)) weight[u][v] = weight[v][u] = static_cast<std::uint32_t>(1 + random.below(50));
    }
  }
  std::vector<Channel> channels(n);
  OverlapGraph graph;
  for (std::uint32_t u = 0; u < n; ++u) {
    channels[u].login = "c" + std::to_string(u);
    graph.audience.push_back(100 + u);
    for (std::uint32_t v = 0; v < n; ++v) {
      if (weight[u][v] == 0) continue;
      graph.neighbours.push_back(v);
      graph.shared.push_back(weight[u][v]);
    }
    graph.offsets.push_back(graph.neighbours.size());
  }
  return {std::move(channels), std::move(graph)};
}

TEST(RemoveIsolated, KeepsEveryLinkAndItsEnds) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    auto [channels, graph] = random_graph(20, 0.06, seed);
    const auto links = [](const std::vector<Channel>& names, const OverlapGraph& of) {
      std::vector<std::string> all;
      for (std::uint32_t u = 0; u < of.num_nodes(); ++u) {
        for (auto at = of.offsets[u]; at < of.offsets[u + 1]; ++at) {
          all.push_back(names[u].login + "-" + names[of.neighbours[at]].login + "=" + std::to_string(of.shared[at]));
        }
      }
      return all;
    };
    const std::vector<std::string> before = links(channels, graph);
    const std::uint32_t isolated = graph_statistics(graph).num_isolated;
    remove_isolated(channels, graph);
    EXPECT_EQ(links(channels, graph), before);
    EXPECT_EQ(graph.num_nodes(), 20 - isolated);
    EXPECT_EQ(channels.size(), graph.num_nodes());
    EXPECT_EQ(graph_statistics(graph).num_isolated, 0U);
    for (std::uint32_t u = 0; u < graph.num_nodes(); ++u) EXPECT_EQ(channels[u].login, "c" + std::to_string(graph.audience[u] - 100));
  }
}

TEST(RemoveIsolated, NothingButIsolatedNodes) {
  auto [channels, graph] = random_graph(5, 0, 1);
  remove_isolated(channels, graph);
  EXPECT_EQ(graph.num_nodes(), 0U);
  EXPECT_TRUE(channels.empty());
}

TEST(RemoveChannels, TakesTheirLinksAlong) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    auto [channels, graph] = random_graph(20, 0.3, seed);
    channels[7].platform_id = "77";
    std::vector<std::string> expected;
    for (std::uint32_t u = 0; u < 20; ++u) {
      for (auto at = graph.offsets[u]; at < graph.offsets[u + 1]; ++at) {
        const std::uint32_t v = graph.neighbours[at];
        if (u == 3 || u == 7 || v == 3 || v == 7) continue;
        expected.push_back(channels[u].login + "-" + channels[v].login + "=" + std::to_string(graph.shared[at]));
      }
    }
    EXPECT_EQ(remove_channels(channels, graph, std::vector<std::string>{" C3 ", "77", "none"}), 2U);
    std::vector<std::string> found;
    for (std::uint32_t u = 0; u < graph.num_nodes(); ++u) {
      EXPECT_EQ(channels[u].login, "c" + std::to_string(graph.audience[u] - 100));
      for (auto at = graph.offsets[u]; at < graph.offsets[u + 1]; ++at) {
        found.push_back(channels[u].login + "-" + channels[graph.neighbours[at]].login + "=" + std::to_string(graph.shared[at]));
      }
    }
    EXPECT_EQ(found, expected);
    EXPECT_EQ(graph.num_nodes(), 18U);
  }
}

TEST(EdgesOfAtLeast, KeepsNodesAndNoSmallerOverlap) {
  const auto [channels, graph] = random_graph(30, 0.4, 5);
  const OverlapGraph part = edges_of_at_least(graph, 20);
  EXPECT_EQ(part.num_nodes(), 30U);
  EXPECT_EQ(part.audience, graph.audience);
  std::size_t expected = 0;
  for (const std::uint32_t shared : graph.shared) expected += shared >= 20 ? 1 : 0;
  EXPECT_EQ(part.shared.size(), expected);
  for (const std::uint32_t shared : part.shared) EXPECT_GE(shared, 20U);
}

}  // namespace
}  // namespace vieweratlas::pipeline_internal
