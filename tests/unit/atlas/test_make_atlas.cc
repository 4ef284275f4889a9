#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "vieweratlas/atlas/make_atlas.h"
#include "vieweratlas/community/detect.h"
#include "vieweratlas/graph/overlap_graph.h"
#include "vieweratlas/labels/label.h"
#include "vieweratlas/layout/layout.h"
#include "vieweratlas/presence/channel.h"

namespace vieweratlas {
namespace {

/// Five nodes out of the atlas's order, one of them isolated and unassigned.
struct Parts {
  std::vector<Channel> channels{5};
  OverlapGraph graph;
  GraphStatistics statistics;
  CommunityResult communities;
  std::vector<CommunityLabel> labels{2};
  Layout layout;
  Provenance provenance;

  Parts() {
    const std::vector<std::string> logins{"bb", "aa", "zz", "mm", "nn"};
    for (std::size_t i = 0; i < 5; ++i) {
      channels[i].login = logins[i];
      channels[i].display_name = "Name " + logins[i];
    }
    channels[2].display_name = "";
    channels[1].titles = {{"two\nlines\x01 and \xFF", 2}, {"other", 1}};
    channels[1].games = {{"Chess", 5}};
    graph.offsets = {0, 2, 3, 5, 6, 6};
    graph.neighbours = {1, 2, 0, 0, 3, 2};
    graph.shared = {7, 9, 7, 9, 9, 9};
    graph.audience = {50, 50, 100, 20, 10};
    graph.total_viewers = 150;
    statistics.density = 0.3;
    statistics.num_components = 2;
    statistics.num_isolated = 1;
    communities.partition = {{0, 0, 1, 1, Partition::kUnassigned}, 2};
    communities.quality = 0.5;
    communities.modularity = 0.4;
    communities.resolution = 2;
    labels[0].text = "Chess";
    labels[0].games = {{"Chess", 100, 20}};
    labels[0].representatives = {1, 0};
    labels[0].clear_game = true;
    labels[1].text = "Others";
    layout.x = {1, 2, 3, 4, 5};
    layout.y = {10, 20, 30, 40, 50};
    layout.radius = {7, 7, 9, 3, 2};
    provenance.seed = 3;
    provenance.title = "t";
  }
  [[nodiscard]] Atlas make() const { return make_atlas({channels, graph, statistics, communities, labels, layout, provenance}); }
};

TEST(MakeAtlas, SortsChannelsAndEdgesAndMovesEveryIndex) {
  const Atlas atlas = Parts().make();
  std::vector<std::string> ids;
  for (const auto& channel : atlas.channels) ids.push_back(channel.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"zz", "aa", "bb", "mm", "nn"}));
  ASSERT_EQ(atlas.edges.size(), 3U);
  // zz-bb and zz-mm share 9 each, aa-bb 7.
  EXPECT_EQ(atlas.edges[0].source, 0U);
  EXPECT_EQ(atlas.edges[0].target, 2U);
  EXPECT_EQ(atlas.edges[0].shared, 9U);
  EXPECT_EQ(atlas.edges[1].target, 3U);
  EXPECT_EQ(atlas.edges[2].source, 1U);
  EXPECT_EQ(atlas.edges[2].target, 2U);
  EXPECT_EQ(atlas.edges[2].shared, 7U);
  EXPECT_EQ(atlas.communities[0].representatives, (std::vector<std::uint32_t>{1, 2}));
}

TEST(MakeAtlas, CarriesAllFacts) {
  const Atlas atlas = Parts().make();
  const auto& aa = atlas.channels[1];
  EXPECT_EQ(aa.name, "Name aa");
  EXPECT_EQ(aa.game, "Chess");
  EXPECT_EQ(aa.title, "two lines  and \xEF\xBF\xBD");
  EXPECT_EQ(aa.audience, 50U);
  EXPECT_EQ(aa.degree, 1U);
  EXPECT_EQ(aa.strength, 7U);
  EXPECT_EQ(aa.x, 2);
  EXPECT_EQ(aa.y, 20);
  EXPECT_EQ(aa.radius, 7);
  EXPECT_EQ(atlas.channels[0].name, "zz");
  EXPECT_EQ(atlas.channels[4].community, AtlasChannel::kNoCommunity);
  EXPECT_EQ(atlas.communities[0].num_channels, 2U);
  EXPECT_EQ(atlas.communities[0].audience, 100U);
  EXPECT_EQ(atlas.communities[1].audience, 120U);
  EXPECT_TRUE(atlas.communities[0].clear_game);
  EXPECT_EQ(atlas.communities[0].games.front().percent, 100);
  EXPECT_EQ(atlas.total_viewers, 150U);
  EXPECT_EQ(atlas.quality.resolution, 2);
  EXPECT_EQ(atlas.quality.quality, 0.5);
  EXPECT_EQ(atlas.quality.modularity, 0.4);
  EXPECT_EQ(atlas.quality.density, 0.3);
  EXPECT_EQ(atlas.quality.num_components, 2U);
  EXPECT_EQ(atlas.quality.num_isolated, 1U);
  EXPECT_EQ(atlas.provenance.title, "t");
}

TEST(MakeAtlas, EmptyDataset) {
  const OverlapGraph graph;
  const GraphStatistics statistics;
  const CommunityResult communities;
  const Layout layout;
  const Provenance provenance;
  const Atlas atlas = make_atlas({{}, graph, statistics, communities, {}, layout, provenance});
  EXPECT_TRUE(atlas.channels.empty());
  EXPECT_TRUE(atlas.communities.empty());
}

}  // namespace
}  // namespace vieweratlas
