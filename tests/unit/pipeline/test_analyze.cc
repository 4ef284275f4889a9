#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Writes down what it hears; cancels when told to after so many questions.
class Recorder final : public AnalysisObserver {
 public:
  void step_begins(AnalysisStep step) override { heard.push_back("begin " + std::string(title_of(step))); }
  void step_ends(AnalysisStep step) override { heard.push_back("end " + std::string(title_of(step))); }
  void saved(const std::vector<OutputFile>& files) override { num_saved = files.size(); }
  void stale_output_found(std::string_view name) override { stale.emplace_back(name); }
  void links_withheld(std::uint64_t num_links, std::uint32_t /*min_overlap*/) override { num_withheld = num_links; }
  void aggregated(const Aggregate& /*aggregate*/, std::uint32_t degree_cap) override { cap = degree_cap; }
  bool cancelled() override { return ++questions == cancel_at; }

  std::vector<std::string> heard;
  std::vector<std::string> stale;
  std::size_t num_saved = 0;
  std::uint32_t cap = 0;
  std::uint64_t num_withheld = 0;
  int questions = 0;
  int cancel_at = 0;
};

class AnalyzeTest : public testing::Test {
 protected:
  /// Two circles of viewers: channels a, b, c share ten, d, e, f share ten, and one viewer joins them; g is alone.
  AnalyzeTest() {
    const auto snapshot = [&](const std::string& channel, const std::string& circle, const std::string& game) {
      std::string chatters;
      for (int i = 0; i < 10; ++i) chatters += '"' + circle + std::to_string(i) + "\",";
      const std::string bridge = channel == "c" || channel == "d" ? "bridge" : "only_" + channel;
      write("in/" + channel + ".json", R"({"channel":")" + channel + R"(","timestamp":"2026-01-05T10:00:00Z","game_name":")" + game +
                                           R"(","language":"en","chatters":[)" + chatters + '"' + bridge + "\"]}");
    };
    for (const char* channel : {"a", "b", "c"}) snapshot(channel, "one", "Chess");
    for (const char* channel : {"d", "e", "f"}) snapshot(channel, "two", "Go");
    snapshot("g", "three", "Golf");
    options_.folder = folder_.path() / "in";
    options_.output = {.folder = folder_.path() / "out", .poster = false, .page = false};
    options_.layout.iterations = 50;
  }

  void write(const std::string& name, const std::string& text) { ASSERT_TRUE(write_file_atomic(folder_.path() / name, text).ok()); }

  Result<Analysis> run() { return analyze(options_, pool_, recorder_); }

  std::map<std::string, std::string> output() const {
    std::map<std::string, std::string> files;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(options_.output.folder, ignored)) {
      files[entry.path().filename().string()] = *read_file(entry.path());
    }
    return files;
  }

  TemporaryFolder folder_;
  AnalysisOptions options_;
  Recorder recorder_;
  ThreadPool pool_{2};
};

TEST_F(AnalyzeTest, TellsSixStepsInOrder) {
  const Result<Analysis> analysis = run();
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  std::vector<std::string> expected;
  for (const char* title : {"AGGREGATING VIEWER DATA", "BUILDING OVERLAP GRAPH", "DETECTING COMMUNITIES", "TAGGING COMMUNITIES",
                            "VISUALIZING", "SAVING RESULTS"}) {
    expected.push_back(std::string("begin ") + title);
    expected.push_back(std::string("end ") + title);
  }
  EXPECT_EQ(recorder_.heard, expected);
  EXPECT_EQ(recorder_.cap, 100U);
}

TEST_F(AnalyzeTest, FindsTheCirclesAndWritesTheFiles) {
  const Result<Analysis> analysis = run();
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_EQ(analysis->graph.num_nodes, 7U);
  EXPECT_EQ(analysis->graph.num_edges, 7U);
  EXPECT_EQ(analysis->graph.num_isolated, 1U);
  EXPECT_THAT(analysis->communities.partition.sizes(), ElementsAre(3, 3, 1));
  EXPECT_TRUE(analysis->quality.has_value());
  EXPECT_THAT(output(), testing::SizeIs(4));
  EXPECT_EQ(recorder_.num_saved, 4U);
  EXPECT_EQ(analysis->atlas.provenance.window_begin, "2026-01-05T10:00:00Z");
}

TEST_F(AnalyzeTest, IsolatedChannelsCanBeLeftOut) {
  options_.include_isolated_nodes = false;
  const Result<Analysis> analysis = run();
  ASSERT_TRUE(analysis.ok());
  EXPECT_EQ(analysis->graph.num_nodes, 6U);
  EXPECT_THAT(analysis->communities.partition.sizes(), ElementsAre(3, 3));
}

TEST_F(AnalyzeTest, AFixedDegreeCapRemovesViewers) {
  options_.max_channels_per_viewer = {.automatic = false, .channels = 2};
  const Result<Analysis> analysis = run();
  ASSERT_TRUE(analysis.ok());
  EXPECT_EQ(recorder_.cap, 2U);
  EXPECT_EQ(analysis->graph.num_edges, 1U) << "only the viewer of two channels is left to link any";
}

TEST_F(AnalyzeTest, NoEdgesNamesTheLargestOverlap) {
  options_.projection.min_shared = 11;
  const Result<Analysis> analysis = run();
  ASSERT_FALSE(analysis.ok());
  EXPECT_EQ(analysis.error().code, ErrorCode::kNoData);
  EXPECT_THAT(analysis.error().message, HasSubstr("Graph has no edges"));
  EXPECT_THAT(analysis.error().message, HasSubstr("--overlap-threshold 10 or less"));
  options_.projection.min_shared = 10;
  EXPECT_TRUE(run().ok());
}

TEST_F(AnalyzeTest, NothingSharedAtAllHasAnotherRemedy) {
  options_.aggregate.exclude_games = {"chess", "go"};
  const Result<Analysis> analysis = run();
  ASSERT_FALSE(analysis.ok());
  EXPECT_THAT(analysis.error().message, HasSubstr("share a viewer"));
}

TEST_F(AnalyzeTest, AFailingOrCancelledRunLeavesTheEarlierResult) {
  ASSERT_TRUE(run().ok());
  const auto before = output();
  options_.title = "changed";
  options_.projection.min_shared = 99;
  EXPECT_FALSE(run().ok());
  EXPECT_EQ(output(), before);
  options_.projection.min_shared = 1;
  int asked = 0;
  {
    recorder_.questions = 0;
    ASSERT_TRUE(run().ok());
    asked = recorder_.questions;
  }
  const auto changed = output();
  options_.title = "changed again";
  ASSERT_GE(asked, 8);
  for (int at = 1; at <= asked; ++at) {
    recorder_.questions = 0;
    recorder_.cancel_at = at;
    const Result<Analysis> analysis = run();
    ASSERT_FALSE(analysis.ok()) << at;
    EXPECT_EQ(analysis.error().code, ErrorCode::kCancelled);
    EXPECT_EQ(output(), changed) << "cancelled at question " << at;
  }
}

TEST_F(AnalyzeTest, StaleOutputsAreNamedAndLeft) {
  ASSERT_TRUE(run().ok());
  options_.output.gexf = false;
  ASSERT_TRUE(run().ok());
  EXPECT_THAT(recorder_.stale, ElementsAre("graph.gexf"));
  EXPECT_THAT(output(), testing::SizeIs(4));
}

TEST_F(AnalyzeTest, MissingInputIsNoDataAndMakesNothing) {
  options_.folder = folder_.path() / "nowhere";
  const Result<Analysis> analysis = run();
  ASSERT_FALSE(analysis.ok());
  EXPECT_EQ(analysis.error().code, ErrorCode::kNoData);
  EXPECT_THAT(analysis.error().message, HasSubstr("No data found in"));
  EXPECT_FALSE(std::filesystem::exists(options_.output.folder));
}

TEST_F(AnalyzeTest, AFileInThePlaceOfTheOutputFolderIsFoundBeforeTheWork) {
  write("file", "x");
  options_.output.folder = folder_.path() / "file" / "below";
  const Result<Analysis> analysis = run();
  ASSERT_FALSE(analysis.ok());
  EXPECT_EQ(analysis.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(recorder_.heard, IsEmpty());
}

TEST_F(AnalyzeTest, AMeasuredGraphEntersAtTheGraph) {
  write("e.csv", "Source,Target,Weight\nx,y,500\ny,z,40\nz,z,3\n");
  write("n.csv", "Id,Label,Size\nx,Xaver,900\ny,Yara,800\nz,Zoe,70\n");
  options_.folder = folder_.path() / "nowhere";
  options_.edges = folder_.path() / "e.csv";
  options_.nodes = folder_.path() / "n.csv";
  const Result<Analysis> analysis = run();
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_FALSE(analysis->quality.has_value());
  EXPECT_TRUE(analysis->atlas.provenance.measured_graph);
  EXPECT_EQ(analysis->atlas.provenance.threshold, 40U) << "the threshold that the file really keeps";
  EXPECT_EQ(analysis->atlas.channels[0].name, "Xaver");
  options_.read.strict = true;
  EXPECT_EQ(run().error().code, ErrorCode::kCorruptData);
  options_.nodes = folder_.path() / "gone.csv";
  EXPECT_EQ(run().error().code, ErrorCode::kNotFound);
}

TEST_F(AnalyzeTest, SmallOverlapsAreInNoOutput) {
  options_.output.page = true;
  const Result<Analysis> all = run();
  ASSERT_TRUE(all.ok());
  options_.min_published_overlap = 2;
  const Result<Analysis> analysis = run();
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_EQ(recorder_.num_withheld, 1U) << "the bridge of one viewer";
  EXPECT_EQ(analysis->communities.partition.community, all->communities.partition.community) << "found with all links";
  EXPECT_EQ(analysis->atlas.edges.size(), 6U);
  for (const AtlasEdge& edge : analysis->atlas.edges) EXPECT_GE(edge.shared, 2U);
  for (std::uint32_t c = 0; c < analysis->atlas.channels.size(); ++c) {
    std::uint64_t strength = 0;
    std::uint32_t degree = 0;
    for (const AtlasEdge& edge : analysis->atlas.edges) {
      if (edge.source != c && edge.target != c) continue;
      strength += edge.shared;
      ++degree;
    }
    EXPECT_EQ(analysis->atlas.channels[c].strength, strength) << "a sum must not tell what was withheld";
    EXPECT_EQ(analysis->atlas.channels[c].degree, degree);
  }
  EXPECT_EQ(analysis->atlas.quality.num_components, 3U) << "of published links";
  EXPECT_EQ(analysis->atlas.provenance.threshold, 2U);
  EXPECT_THAT(analysis->atlas.provenance.counts, testing::Contains(testing::Pair("links_withheld", 1)));
  const auto files = output();
  EXPECT_THAT(files.at("graph_edges.csv"), testing::Not(HasSubstr("c,d,")));
  EXPECT_THAT(files.at("graph.gexf"), testing::Not(HasSubstr("weight=\"1\"")));
}

TEST_F(AnalyzeTest, AMapMayBePublishedWithoutAnyLink) {
  options_.output.page = true;
  options_.output.poster = true;
  options_.min_published_overlap = 1000;
  const Result<Analysis> analysis = run();
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_TRUE(analysis->atlas.edges.empty());
  EXPECT_EQ(analysis->atlas.channels.size(), 7U);
}

TEST_F(AnalyzeTest, ExcludedChannelsAreInNoOutput) {
  write("opt_out.txt", "# asked to be left out\nD\nunknown\n");
  options_.exclude_channels_file = folder_.path() / "opt_out.txt";
  const Result<Analysis> analysis = run();
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_EQ(analysis->graph.num_nodes, 6U);
  EXPECT_EQ(analysis->quality->total_channels, 6U);
  for (const AtlasChannel& channel : analysis->atlas.channels) EXPECT_NE(channel.id, "d");
  EXPECT_THAT(analysis->atlas.provenance.counts, testing::Contains(testing::Pair("channels_excluded", 1)));
  EXPECT_THAT(output().at("analysis_results.json"), testing::Not(HasSubstr("\"d\"")));
  options_.exclude_channels_file = folder_.path() / "gone.txt";
  EXPECT_EQ(run().error().code, ErrorCode::kNotFound);
}

TEST_F(AnalyzeTest, AMeasuredGraphObeysBothToo) {
  write("e.csv", "Source,Target,Weight\nx,y,500\ny,z,40\nx,w,90\n");
  write("n.csv", "Id,Label,Size\nx,Xaver,900\ny,Yara,800\nz,Zoe,70\nw,Wim,95\n");
  write("opt_out.txt", "w\n");
  options_.edges = folder_.path() / "e.csv";
  options_.nodes = folder_.path() / "n.csv";
  options_.exclude_channels_file = folder_.path() / "opt_out.txt";
  options_.min_published_overlap = 50;
  const Result<Analysis> analysis = run();
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_EQ(analysis->atlas.channels.size(), 3U);
  EXPECT_EQ(analysis->atlas.edges.size(), 1U);
}

TEST_F(AnalyzeTest, EqualBytesForAnyNumberOfThreads) {
  ASSERT_TRUE(run().ok());
  const auto two = output();
  ThreadPool one(1);
  ASSERT_TRUE(analyze(options_, one, recorder_).ok());
  EXPECT_EQ(output(), two);
}

}  // namespace
}  // namespace vieweratlas
