#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/option.h"
#include "cli/setting_source.h"
#include "support/temporary_folder.h"

#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using testing::HasSubstr;

class ConfigurationTest : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_.path() / name;
    EXPECT_TRUE(write_file_atomic(path, text).ok());
    return path.string();
  }

  ConfigurationInputs inputs(std::string base, Environment environment = {}, std::vector<std::string> flags = {}) {
    std::vector<std::string> words{"analyze"};
    words.insert(words.end(), flags.begin(), flags.end());
    Result<CommandLine> line = parse_command_line(words);
    EXPECT_TRUE(line.ok());
    return {.base = std::move(base), .environment = std::move(environment), .flags = line->flags, .dotenv = folder_.path() / ".env"};
  }

  static std::string origin(const Configuration& configuration, std::string_view key) {
    return configuration.origins[*find_option(key)].where;
  }

  std::string error(const ConfigurationInputs& given) {
    const Result<Configuration> configuration = load_configuration(given);
    if (configuration.ok()) return "no error";
    EXPECT_EQ(configuration.error().code, ErrorCode::kInvalidArgument);
    return configuration.error().message;
  }

  TemporaryFolder folder_;
};

TEST_F(ConfigurationTest, WhatIsNearerToTheUserWins) {
  const std::string yaml = file("m.yaml", "preset: rigorous\nanalysis:\n  overlap_threshold: 20\n  resolution: 3\n  seed: 4\n  runs: 5\n");
  file(".env", "RESOLUTION=6\nVIEWERATLAS_ANALYSIS_SEED=7\nVIEWERATLAS_ANALYSIS_RUNS=8\n");
  const Result<Configuration> result =
      load_configuration(inputs(yaml, {{"VIEWERATLAS_ANALYSIS_SEED", "9"}, {"VIEWERATLAS_ANALYSIS_RUNS", "10"}}, {"--runs", "11"}));
  ASSERT_TRUE(result.ok()) << result.error().message;
  const AnalysisOptions& analysis = result->settings.analysis;
  EXPECT_EQ(analysis.communities.min_community_size, 10U);
  EXPECT_EQ(origin(*result, "analysis.min_community_size"), "preset rigorous");
  EXPECT_EQ(analysis.projection.min_shared, 20U);
  EXPECT_EQ(origin(*result, "analysis.overlap_threshold"), yaml + ":3");
  EXPECT_EQ(analysis.communities.resolution, 6);
  EXPECT_EQ(origin(*result, "analysis.resolution"), (folder_.path() / ".env").string() + ":1");
  EXPECT_EQ(analysis.communities.seed, 9U);
  EXPECT_EQ(origin(*result, "analysis.seed"), "VIEWERATLAS_ANALYSIS_SEED");
  EXPECT_EQ(analysis.communities.runs, 11U);
  EXPECT_EQ(origin(*result, "analysis.runs"), "--runs");
  EXPECT_EQ(origin(*result, "analysis.algorithm"), "default");
}

TEST_F(ConfigurationTest, EnvironmentOverridesPresetsToo) {
  const Result<Configuration> result = load_configuration(inputs("rigorous", {{"OVERLAP_THRESHOLD", "25"}, {"LOG_LEVEL", "ERROR"}}));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->settings.analysis.projection.min_shared, 25U);
  EXPECT_EQ(result->settings.talk.log_level, LogLevel::kError);
}

TEST_F(ConfigurationTest, TheFolderOfLogsIsInherited) {
  const auto folder_of = [&](const ConfigurationInputs& given) { return load_configuration(given)->settings.analysis.folder.string(); };
  EXPECT_EQ(folder_of(inputs("")), "logs");
  EXPECT_EQ(folder_of(inputs("", {{"LOGS_DIR", "data"}})), "data");
  EXPECT_EQ(folder_of(inputs(file("a.yaml", "logs_dir: flat\n"))), "flat");
  const std::string both = file("b.yaml", "collection:\n  logs_dir: one\nanalysis:\n  logs_dir: two\n");
  EXPECT_EQ(folder_of(inputs(both)), "two");
  EXPECT_EQ(folder_of(inputs(both, {{"LOGS_DIR", "three"}})), "three");
  EXPECT_EQ(folder_of(inputs(both, {{"LOGS_DIR", "three"}}, {"--input", "four"})), "four");
}

TEST_F(ConfigurationTest, EveryProblemIsToldWithItsPlace) {
  const std::string yaml =
      file("m.yaml", "analysis:\n  overlap_threshold: 0\n  resolution: many\n  runs: 010\n  seed: [1]\n  theme: pink\n");
  const std::string message = error(inputs(yaml, {{"RESOLUTION", "-1"}}, {"--game-threshold", "101"}));
  EXPECT_THAT(message, HasSubstr(yaml + ":2: analysis.overlap_threshold must be a whole number of at least 1"));
  EXPECT_THAT(message, HasSubstr("0 would link every pair of channels"));
  EXPECT_THAT(message, HasSubstr(yaml + ":3: analysis.resolution must be a number above 0, not \"many\""));
  EXPECT_THAT(message, HasSubstr(yaml + ":4: analysis.runs must be a whole number without leading zeros"));
  EXPECT_THAT(message, HasSubstr(yaml + ":5: analysis.seed takes one value"));
  EXPECT_THAT(message, HasSubstr(yaml + ":6: analysis.theme must be dark or light, not \"pink\""));
  EXPECT_THAT(message, HasSubstr("RESOLUTION: analysis.resolution must be a number above 0"));
  EXPECT_THAT(message, HasSubstr("--game-threshold: analysis.game_threshold must be a number above 0, up to 100"));
}

TEST_F(ConfigurationTest, AnOverriddenValueIsCheckedAllTheSame) {
  const std::string yaml = file("m.yaml", "resolution: -3\n");
  EXPECT_THAT(error(inputs(yaml, {}, {"--resolution", "1"})), HasSubstr(yaml + ":1"));
}

TEST_F(ConfigurationTest, ValuesThatDoNotFitTogether) {
  EXPECT_THAT(error(inputs("", {}, {"--since", "2026-02-01", "--until", "2026-01-01"})), HasSubstr("until must be later than since"));
  EXPECT_THAT(error(inputs("", {}, {"--last", "3d", "--until", "2026-01-01"})), HasSubstr("--last: last cannot be used together"));
  EXPECT_THAT(error(inputs("", {}, {"--nodes", "n.csv"})), HasSubstr("give its edges"));
  EXPECT_THAT(error(inputs("", {{"STORAGE_TYPE", "s3"}})), HasSubstr("s3 needs a bucket"));
  EXPECT_THAT(error(inputs(file("i.yaml", "collection:\n  collection_interval: 60\n  collection_interval_minutes: 1\n"))),
              HasSubstr("not both"));
  EXPECT_THAT(error(inputs("", {}, {"--static-viz-dpi", "2400"})),
              HasSubstr("--static-viz-dpi: a side of the poster would be 48000 pixels"));
}

TEST_F(ConfigurationTest, UnknownBasesListThePresets) {
  EXPECT_THAT(error(inputs("rigorus")), HasSubstr("did you mean rigorous?"));
  EXPECT_THAT(error(inputs("zzzzz")), HasSubstr("the presets are default, rigorous, explorer, debug"));
  EXPECT_THAT(error(inputs("missing.yaml")), HasSubstr("missing.yaml cannot be read"));
}

TEST_F(ConfigurationTest, LabelsAndFigureReachThePoster) {
  const Result<Configuration> all = load_configuration(inputs(file("f.yaml", "static_viz_figsize: [10, 8]\nstatic_viz_dpi: 100\n")));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->settings.analysis.poster.width_px, 1000U);
  EXPECT_EQ(all->settings.analysis.poster.height_px, 800U);
  const Result<Configuration> top = load_configuration(inputs("", {}, {"--label-top-n-nodes", "4", "--label-only-top"}));
  ASSERT_TRUE(top.ok());
  EXPECT_EQ(top->settings.analysis.poster.max_labels, 4U);
  EXPECT_FALSE(load_configuration(inputs("", {}, {"--label-top-n-nodes", "0", "--label-only-top"}))->settings.analysis.poster.show_labels);
}

TEST_F(ConfigurationTest, ASizeOfTheSimulatorIsABaseForItsOtherOptions) {
  const Result<Configuration> result = load_configuration(inputs(file("s.yaml", "simulate:\n  channels: 77\n  size: S\n")));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->settings.simulate.world.channels, 77U);
  EXPECT_EQ(result->settings.simulate.world.viewers, simulate_size("S")->viewers);
}

TEST_F(ConfigurationTest, TheProvenanceHoldsWhatShapesTheResult) {
  const Result<Configuration> result = load_configuration(inputs("explorer", {}, {"--logs-dir", "/secret/place", "--threads", "2"}));
  ASSERT_TRUE(result.ok());
  bool resolution = false;
  for (const auto& [name, value] : result->settings.analysis.options) {
    if (name == "resolution") resolution = value == "2";
    EXPECT_THAT(value, testing::Not(HasSubstr("/secret/place")));
    EXPECT_NE(name, "threads");
  }
  EXPECT_TRUE(resolution);
}

TEST_F(ConfigurationTest, ValidateTellsEveryProblemOfAFile) {
  EXPECT_THAT(*validate_file(file("good.yaml", "preset: debug\nresolution: 2\n")), testing::IsEmpty());
  EXPECT_THAT(*validate_file(file("bad.yaml", "resolutoin: 2\nruns: 0\nstorage:\n  storage_type: tape\n")), testing::SizeIs(3));
  EXPECT_EQ(validate_file(folder_.path() / "none.yaml").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace vieweratlas
