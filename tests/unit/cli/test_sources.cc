#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "cli/option.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/secret.h"

namespace vieweratlas {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string_view key_of(const GivenValue& given) { return option_table()[given.option].key; }

TEST(Yaml, ReadsBlocksFlatKeysListsAndComments) {
  const SourceValues source = read_yaml(
      "# a map\nresolution: 2.5\nanalysis:\n  overlap_threshold: 300   # strong\n  exclude_games: [Chess, \"Slots, Poker\"]\n"
      "  static_viz_figsize: [12, 10]\nstorage:\n  storage_type: file\ns3_bucket: b\nlogs_dir: data\ncollection:\n",
      "m.yaml");
  EXPECT_THAT(source.problems, IsEmpty());
  ASSERT_EQ(source.values.size(), 7U);
  EXPECT_EQ(key_of(source.values[0]), "analysis.resolution");
  EXPECT_EQ(source.values[0].origin.where, "m.yaml:2");
  EXPECT_EQ(source.values[1].origin.where, "m.yaml:4");
  EXPECT_THAT(source.values[2].value.items, ElementsAre("Chess", "Slots, Poker"));
  EXPECT_TRUE(source.values[2].value.is_list);
  EXPECT_EQ(key_of(source.values[6]), "collection.logs_dir");
}

TEST(Yaml, UnknownKeysAreNamedWithLineAndNearest) {
  const SourceValues source = read_yaml("analysis:\n  resolution: 1\n  overlap_treshold: 5\nanalisis: {}\nfoo_bar_baz: 1\n", "m.yaml");
  EXPECT_THAT(source.problems, ElementsAre("m.yaml:3: there is no key analysis.overlap_treshold; did you mean overlap_threshold?",
                                           "m.yaml:4: there is no key analisis; did you mean analysis?",
                                           "m.yaml:5: there is no key foo_bar_baz; docs/configuration.md lists them"));
}

TEST(Yaml, DuplicatesAreProblemsWithBothLines) {
  EXPECT_THAT(read_yaml("resolution: 1\nresolution: 2\n", "m.yaml").problems,
              ElementsAre("m.yaml:2: analysis.resolution is set twice, first in m.yaml:1; keep one of the lines"));
  EXPECT_THAT(read_yaml("resolution: 1\nanalysis:\n  resolution: 2\n", "m.yaml").problems,
              ElementsAre(HasSubstr("m.yaml:3: analysis.resolution")));
  EXPECT_THAT(read_yaml("analysis: {seed: 1}\nanalysis: {runs: 2}\n", "m.yaml").problems, ElementsAre(HasSubstr("a second time")));
}

TEST(Yaml, KeysInTheWrongBlockSayWhereTheyBelong) {
  EXPECT_THAT(read_yaml("analysis:\n  batch_size: 3\n", "m.yaml").problems,
              ElementsAre("m.yaml:2: batch_size does not belong to the block analysis; it is collection.batch_size"));
  EXPECT_THAT(read_yaml("analysis:\n  log_level: INFO\n", "m.yaml").problems, ElementsAre(HasSubstr("a key of the top level")));
  EXPECT_THAT(read_yaml("queue_file: a\n", "m.yaml").problems, ElementsAre("m.yaml:1: queue_file belongs into the block vod:"));
}

TEST(Yaml, TrapsAreRefused) {
  EXPECT_THAT(read_yaml("a: &x {resolution: 1}\nanalysis:\n  <<: *x\n", "m.yaml").problems, testing::Contains(HasSubstr("merge keys")));
  EXPECT_THAT(read_yaml("analysis: 5\n", "m.yaml").problems, ElementsAre(HasSubstr("analysis is a block")));
  EXPECT_THAT(read_yaml("resolution: {a: 1}\n", "m.yaml").problems, ElementsAre(HasSubstr("analysis.resolution must be number")));
  EXPECT_THAT(read_yaml("- a\n- b\n", "m.yaml").problems, ElementsAre(HasSubstr("m.yaml:1:")));
  EXPECT_THAT(read_yaml("resolution: 1\n---\nresolution: 2\n", "m.yaml").problems, ElementsAre(HasSubstr("several documents")));
  EXPECT_THAT(read_yaml("analysis:\n\tresolution: 1\n", "m.yaml").problems, ElementsAre(HasSubstr("m.yaml:2: this is not YAML")));
  EXPECT_THAT(read_yaml("title: \xff\n", "m.yaml").problems, ElementsAre(HasSubstr("not UTF-8")));
  EXPECT_THAT(read_yaml(std::string(2U << 20U, '#'), "m.yaml").problems, ElementsAre(HasSubstr("larger than 1 MB")));
  EXPECT_THAT(read_yaml(std::string(20000, '['), "m.yaml").problems, testing::SizeIs(1));
  EXPECT_THAT(read_yaml("exclude_games: &a [x, *a]\n", "m.yaml").problems, testing::SizeIs(1));
  EXPECT_THAT(read_yaml("? [a, b]\n: 1\n", "m.yaml").problems, testing::SizeIs(1));
}

TEST(Yaml, AnEmptyFileSetsNothing) {
  for (const std::string text : {"", "# only a comment\n", "---\n", "analysis:\n"}) {
    const SourceValues source = read_yaml(text, "m.yaml");
    EXPECT_THAT(source.problems, IsEmpty()) << text;
    EXPECT_TRUE(source.values.empty());
  }
}

TEST(Dotenv, ReadsPlainQuotedAndExportedLines) {
  const SourceValues source = read_dotenv(
      "\xEF\xBB\xBF# comment\n\nRESOLUTION=2 # finer\nexport LOG_LEVEL = debug\nVIEWERATLAS_ANALYSIS_TITLE=\"A \\\"map\\\" # 1\"\r\n"
      "S3_BUCKET='a#b'\nAWS_PROFILE=work\nOUTPUT_DIR=\n",
      ".env");
  EXPECT_THAT(source.problems, IsEmpty());
  ASSERT_EQ(source.values.size(), 4U);
  EXPECT_THAT(source.values[0].value.items, ElementsAre("2"));
  EXPECT_EQ(source.values[0].origin.where, ".env:3");
  EXPECT_THAT(source.values[1].value.items, ElementsAre("debug"));
  EXPECT_THAT(source.values[2].value.items, ElementsAre("A \"map\" # 1"));
  EXPECT_THAT(source.values[3].value.items, ElementsAre("a#b"));
}

TEST(Dotenv, KeepsWhatTheStoreMayNeed) {
  const std::map<std::string, Secret> values =
      read_dotenv_aws("AWS_ACCESS_KEY_ID=a\nexport AWS_ACCESS_KEY_ID='b c'\nAWS_SESSION_TOKEN=\nHOME=/x\nAWS_PROFILE\nRESOLUTION=2\n");
  ASSERT_EQ(values.size(), 1U);
  EXPECT_EQ(values.begin()->first, "AWS_ACCESS_KEY_ID");
  EXPECT_EQ(values.begin()->second.reveal(), "b c");
}

TEST(Dotenv, ProblemsHaveTheirLine) {
  EXPECT_THAT(read_dotenv("RESOLUTION\n", ".env").problems, ElementsAre(HasSubstr(".env:1: this is not NAME=VALUE")));
  EXPECT_THAT(read_dotenv("\nRESOLUTION=\"2\n", ".env").problems, ElementsAre(HasSubstr(".env:2:")));
  EXPECT_THAT(read_dotenv("RESOLUTION=1\nRESOLUTION=2\n", ".env").problems, ElementsAre(HasSubstr("set twice")));
  EXPECT_THAT(read_dotenv("VIEWERATLAS_ANALYSIS_RESOLUTON=1\n", ".env").problems,
              ElementsAre(HasSubstr("did you mean VIEWERATLAS_ANALYSIS_RESOLUTION?")));
}

TEST(EnvironmentVariables, CanonicalNamesWinAndUnknownOnesAreNamed) {
  const SourceValues both = read_environment({{"RESOLUTION", "2"}, {"VIEWERATLAS_ANALYSIS_RESOLUTION", "3"}, {"HOME", "/"}});
  ASSERT_EQ(both.values.size(), 1U);
  EXPECT_THAT(both.values[0].value.items, ElementsAre("3"));
  EXPECT_TRUE(read_environment({{"RESOLUTION", " "}}).values.empty());
  EXPECT_THAT(read_environment({{"VIEWERATLAS_VOD_ENABLE", "1"}}).problems, ElementsAre(HasSubstr("VIEWERATLAS_VOD_ENABLED")));
  EXPECT_THAT(read_environment({{"VIEWERATLAS_REAL_DATA", "x"}}).problems, IsEmpty());
}

}  // namespace
}  // namespace vieweratlas
