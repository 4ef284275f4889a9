#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/analysis_schedule.h"
#include "cli/command_line.h"
#include "cli/setting_source.h"

namespace vieweratlas {
namespace {

using testing::ElementsAre;

TEST(AnalysisWords, PassOnWhatShapesTheAnalysisAndNothingElse) {
  const std::vector<std::string> words{
      "continuous",   "rigorous", "--overlap-threshold", "7",    "--exclude-games=Chess,Slots", "--no-export-gexf",
      "--batch-size", "50",       "--log-file",          "x.log"};
  const Result<CommandLine> line = parse_command_line(words);
  ASSERT_TRUE(line.ok()) << line.error().message;
  EXPECT_THAT(analysis_words(*line, "data"), ElementsAre("analyze", "rigorous", "--overlap-threshold=7", "--exclude-games=Chess,Slots",
                                                         "--export-gexf=false", "--logs-dir=data", "--log-file=none"));
}

TEST(AnalysisWords, AreUnderstoodByTheProgramItself) {
  const Result<CommandLine> line = parse_command_line(std::vector<std::string>{"continuous", "--seed=3", "-v", "--logs-dir=here"});
  ASSERT_TRUE(line.ok()) << line.error().message;
  const Result<CommandLine> analysis = parse_command_line(analysis_words(*line, "here"));
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_EQ(analysis->command, "analyze");
}

TEST(WithoutSecrets, RemovesEveryNameOfACredential) {
  const Environment environment{{"TWITCH_OAUTH_TOKEN", "a"},
                                {"VIEWERATLAS_COLLECTION_OAUTH_TOKEN", "b"},
                                {"TWITCH_CLIENT_SECRET", "c"},
                                {"VIEWERATLAS_ANALYSIS_SEED", "4"},
                                {"PATH", "/bin"}};
  const Environment rest = without_secrets(environment);
  EXPECT_EQ(rest, (Environment{{"VIEWERATLAS_ANALYSIS_SEED", "4"}, {"PATH", "/bin"}}));
}

}  // namespace
}  // namespace vieweratlas
