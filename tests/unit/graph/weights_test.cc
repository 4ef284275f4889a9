#include "vieweratlas/graph/weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "unit/graph/graphs.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {
namespace {

using graph_tests::graph_of;

// 0 -10- 1 -4- 2, audiences 100, 40, 10.
OverlapGraph path() { return graph_of({100, 40, 10}, {{0, 1, 10}, {1, 2, 4}}); }

TEST(EdgeWeights, NamesRoundTrip) {
  for (const EdgeWeight weight :
       {EdgeWeight::kShared, EdgeWeight::kNewman, EdgeWeight::kCosine, EdgeWeight::kJaccard, EdgeWeight::kAssociation}) {
    EXPECT_EQ(edge_weight_named(name_of(weight)), weight);
  }
  EXPECT_EQ(edge_weight_named("Cosine"), std::nullopt);
}

TEST(EdgeWeights, SharedIsTheCount) {
  const auto weights = edge_weights(path(), EdgeWeight::kShared);
  ASSERT_TRUE(weights.ok());
  EXPECT_EQ(weights.value(), (std::vector<std::uint64_t>{10, 10, 4, 4}));
}

TEST(EdgeWeights, RatiosAreThoseOfTheMeasure) {
  struct Case {
    EdgeWeight weight;
    double first;   // {0, 1}
    double second;  // {1, 2}
  };
  for (const Case& c : {Case{EdgeWeight::kCosine, 10 / std::sqrt(4000.0), 4 / std::sqrt(400.0)},
                        Case{EdgeWeight::kJaccard, 10.0 / 130, 4.0 / 46}, Case{EdgeWeight::kAssociation, 10.0 / 4000, 4.0 / 400}}) {
    const auto weights = edge_weights(path(), c.weight);
    ASSERT_TRUE(weights.ok());
    EXPECT_EQ((*weights)[0], (*weights)[1]) << "symmetric";
    EXPECT_EQ((*weights)[2], (*weights)[3]) << "symmetric";
    const double ratio = static_cast<double>((*weights)[0]) / static_cast<double>((*weights)[2]);
    EXPECT_NEAR(ratio, c.first / c.second, 1e-12) << name_of(c.weight);
    const auto total = std::accumulate(weights->begin(), weights->end(), std::uint64_t{0});
    EXPECT_LE(total, (1ULL << 52U) + 4);
    EXPECT_GE(total, (1ULL << 51U) - 4);
  }
}

TEST(EdgeWeights, NewmanNeedsViewers) {
  const auto missing = edge_weights(path(), EdgeWeight::kNewman);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(missing.error().message.find("measured graph"), std::string::npos);

  OverlapGraph graph = path();
  graph.newman = {7, 7, 9, 9};
  const auto present = edge_weights(graph, EdgeWeight::kNewman);
  ASSERT_TRUE(present.ok());
  EXPECT_EQ(present.value(), graph.newman);
}

TEST(EdgeWeights, UnknownAudiencesOfAllChannelsAreAnError) {
  const OverlapGraph graph = graph_of({0, 0}, {{0, 1, 5}});
  EXPECT_FALSE(edge_weights(graph, EdgeWeight::kCosine).ok());
  EXPECT_TRUE(edge_weights(graph, EdgeWeight::kShared).ok());
}

TEST(EdgeWeights, AnAudienceBelowItsOverlapsIsRaisedToThem) {
  // Channel 1 claims 3 viewers and shares 5; channel 2 claims none.
  const auto weights = edge_weights(graph_of({10, 3, 0}, {{0, 1, 5}, {0, 2, 10}}), EdgeWeight::kJaccard);
  ASSERT_TRUE(weights.ok());
  const double ratio = static_cast<double>((*weights)[0]) / static_cast<double>((*weights)[1]);
  EXPECT_NEAR(ratio, (5.0 / 10) / (10.0 / 10), 1e-12);
}

TEST(EdgeWeights, NoEdges) {
  for (const EdgeWeight weight : {EdgeWeight::kShared, EdgeWeight::kNewman, EdgeWeight::kCosine}) {
    const auto weights = edge_weights(graph_of({4, 0}, {}), weight);
    ASSERT_TRUE(weights.ok());
    EXPECT_TRUE(weights->empty());
  }
}

TEST(EdgeWeights, ExtremeValuesStayInRange) {
  // Lifts of very different sizes: the smallest weight is at least 1, the total does not wrap.
  const auto weights = edge_weights(graph_of({1, 1, 1ULL << 60U, 1ULL << 60U}, {{0, 1, 1}, {2, 3, 1}}), EdgeWeight::kAssociation);
  ASSERT_TRUE(weights.ok());
  EXPECT_EQ((*weights)[2], 1U);
  EXPECT_LE((*weights)[0], 1ULL << 52U);
}

TEST(WeightedView, RefersToTheGraph) {
  const OverlapGraph graph = path();
  const auto weights = edge_weights(graph, EdgeWeight::kShared);
  ASSERT_TRUE(weights.ok());
  const WeightedGraph view = weighted_view(graph, *weights);
  EXPECT_EQ(view.num_nodes(), 3U);
  EXPECT_EQ(view.neighbours.data(), graph.neighbours.data());
  EXPECT_EQ(view.weights.size(), graph.neighbours.size());
}

}  // namespace
}  // namespace vieweratlas
