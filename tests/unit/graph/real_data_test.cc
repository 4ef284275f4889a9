// The real graphs of measured overlaps: known facts of them must come out. Components as networkx counts them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>

#include "vieweratlas/core/error.h"
#include "vieweratlas/graph/measured.h"
#include "vieweratlas/graph/statistics.h"

namespace vieweratlas {
namespace {

struct Facts {
  std::string name;
  std::uint64_t rows = 0;
  std::uint32_t nodes = 0;
  std::uint64_t edges = 0;
  std::uint32_t isolated = 0;
  std::uint32_t components = 0;
  std::uint32_t largest_component = 0;
  std::uint32_t smallest_weight = 0;
  std::uint64_t losses = 0;
};

std::filesystem::path data_folder() {
  if (const char* folder = std::getenv("VIEWERATLAS_REAL_DATA")) return folder;
  return std::filesystem::path(VIEWERATLAS_SOURCE_DIR) / ".." / "shared" / "data";
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class RealGraphs : public ::testing::TestWithParam<Facts> {};

TEST_P(RealGraphs, FactsHold) {
  const Facts& facts = GetParam();
  const auto edges_file = data_folder() / (facts.name + "-edges.csv");
  const auto nodes_file = data_folder() / (facts.name + "-nodes.csv");
  if (!std::filesystem::exists(edges_file)) GTEST_SKIP() << edges_file << " is not here; VIEWERATLAS_REAL_DATA names the folder";
  const auto read = read_measured_graph(contents(edges_file), "edges", contents(nodes_file), "nodes", 1);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->num_rows, facts.rows);
  EXPECT_EQ(read->losses.total(), facts.losses);
  const GraphStatistics statistics = graph_statistics(read->graph);
  EXPECT_EQ(statistics.num_nodes, facts.nodes);
  EXPECT_EQ(statistics.num_edges, facts.edges);
  EXPECT_EQ(statistics.num_isolated, facts.isolated);
  EXPECT_EQ(statistics.num_components, facts.components);
  EXPECT_EQ(statistics.largest_component_size, facts.largest_component);
  EXPECT_EQ(statistics.max_shared, read->max_shared);
  const double pairs = facts.nodes * (facts.nodes - 1.0) / 2;
  EXPECT_DOUBLE_EQ(statistics.density, static_cast<double>(facts.edges) / pairs);
  EXPECT_GE(*std::min_element(read->graph.shared.begin(), read->graph.shared.end()), facts.smallest_weight);
  const auto same = read_measured_graph(contents(edges_file), "edges", contents(nodes_file), "nodes", facts.smallest_weight);
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(same->graph.num_edges(), facts.edges);
}

INSTANTIATE_TEST_SUITE_P(
    All, RealGraphs,
    ::testing::Values(Facts{.name = "twitchoverlap-2022-01",
                            .rows = 14214,
                            .nodes = 1682,
                            .edges = 14214,
                            .isolated = 0,
                            .components = 15,
                            .largest_component = 1590,
                            .smallest_weight = 10001,
                            .losses = 0},
                      // Six channels changed the letter case of their names in that month and stand in the files twice.
                      Facts{.name = "twitchatlas-2021-02",
                            .rows = 67939,
                            .nodes = 2161,
                            .edges = 67747,
                            .isolated = 352,
                            .components = 355,
                            .largest_component = 1805,
                            .smallest_weight = 501,
                            .losses = 6 + 5 + 187},
                      Facts{.name = "twitchatlas-2021-05",
                            .rows = 115168,
                            .nodes = 2000,
                            .edges = 115168,
                            .isolated = 73,
                            .components = 74,
                            .largest_component = 1927,
                            .smallest_weight = 501,
                            .losses = 0}),
    [](const auto& test) {
      std::string name = test.param.name;
      for (char& c : name) c = c == '-' ? '_' : c;
      return name;
    });

}  // namespace
}  // namespace vieweratlas
