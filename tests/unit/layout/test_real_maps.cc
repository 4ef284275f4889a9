// The quality that the layout reaches on a real month; figures and definitions in docs/methods/layout.md.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "vieweratlas/community/detect.h"
#include "vieweratlas/graph/measured.h"
#include "vieweratlas/graph/weights.h"
#include "vieweratlas/layout/layout.h"
#include "vieweratlas/layout/quality.h"

namespace vieweratlas {
namespace {

std::filesystem::path data_folder() {
  const char* named = std::getenv("VIEWERATLAS_REAL_DATA");  // NOLINT(concurrency-mt-unsafe): no other thread runs yet
  return named != nullptr ? std::filesystem::path(named) : std::filesystem::path(VIEWERATLAS_SOURCE_DIR) / "../shared/data";
}

std::optional<std::string> contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(RealMaps, JanuaryOf2022KeepsItsNeighbourhoods) {
  const auto edges = contents(data_folder() / "twitchoverlap-2022-01-edges.csv");
  const auto nodes = contents(data_folder() / "twitchoverlap-2022-01-nodes.csv");
  if (!edges || !nodes) GTEST_SKIP() << "no real graphs in " << data_folder() << " (VIEWERATLAS_REAL_DATA names their folder)";

  ThreadPool pool(2);
  const auto measured = read_measured_graph(*edges, "edges", *nodes, "nodes", 1);
  ASSERT_TRUE(measured.ok());
  const auto& graph = measured->graph;
  const auto weights = edge_weights(graph, EdgeWeight::kCosine);
  ASSERT_TRUE(weights.ok());
  const auto found = detect_communities(weighted_view(graph, *weights), {.resolution = 2}, pool);
  ASSERT_TRUE(found.ok());
  const auto& community = found->partition.community;

  const LayoutOptions options{.iterations = 500};  // of the 1,300 that give the last two percent
  const auto layout = lay_out(graph, community, options, pool);
  ASSERT_TRUE(layout.ok());
  EXPECT_GE(neighbourhood_preservation(graph, *layout, 10, pool), 0.62);
  EXPECT_GE(community_agreement(community, *layout, 8, pool), 0.92);
  EXPECT_EQ(overlap_share(*layout, 0.05), 0);

  // Without communities the forces alone do nearly as well.
  const auto alone = lay_out(graph, {}, options, pool);
  ASSERT_TRUE(alone.ok());
  EXPECT_GE(neighbourhood_preservation(graph, *alone, 10, pool), 0.62);
  EXPECT_GE(community_agreement(community, *alone, 8, pool), 0.9);
}

}  // namespace
}  // namespace vieweratlas
