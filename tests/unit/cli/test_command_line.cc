#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/option.h"
#include "cli/option_text.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CommandLine parsed(const std::vector<std::string>& words) {
  const Result<CommandLine> line = parse_command_line(words);
  EXPECT_TRUE(line.ok()) << (line.ok() ? "" : line.error().message);
  return line.ok() ? *line : CommandLine{};
}

std::string error_of(const std::vector<std::string>& words) {
  const Result<CommandLine> line = parse_command_line(words);
  if (line.ok()) return "no error";
  EXPECT_EQ(line.error().code, ErrorCode::kInvalidArgument);
  return line.error().message;
}

TEST(CommandLine, NoWordsOrAFlagMeanAnalyze) {
  EXPECT_EQ(parsed({}).command, "analyze");
  EXPECT_TRUE(parsed({}).arguments.empty());
  EXPECT_EQ(parsed({"--last", "30d"}).command, "analyze");
  EXPECT_EQ(parsed({"--version"}).command, "version");
}

TEST(CommandLine, FlagsInAllTheirForms) {
  const CommandLine line = parsed({"analyze", "rigorous", "--resolution=2.5", "-o", "out", "--strict", "--no-export-gexf",
                                   "--verbose=false", "--exclude-games", "A, B", "--exclude-games", "C", "--title", "[a]"});
  EXPECT_THAT(line.arguments, ElementsAre("rigorous"));
  ASSERT_EQ(line.flags.size(), 7U);
  EXPECT_THAT(line.flags[0].value.items, ElementsAre("2.5"));
  EXPECT_EQ(line.flags[0].origin.where, "--resolution");
  EXPECT_EQ(option_table()[line.flags[1].option].key, "analysis.output_dir");
  EXPECT_THAT(line.flags[2].value.items, ElementsAre("true"));
  EXPECT_THAT(line.flags[3].value.items, ElementsAre("false"));
  EXPECT_THAT(line.flags[4].value.items, ElementsAre("false"));
  EXPECT_THAT(line.flags[5].value.items, ElementsAre("A, B", "C"));
  EXPECT_TRUE(line.flags[5].value.is_list);
  EXPECT_THAT(line.flags[6].value.items, ElementsAre("[a]"));
  EXPECT_THAT(parsed({"analyze", "--", "--odd.yaml"}).arguments, ElementsAre("--odd.yaml"));
}

TEST(CommandLine, MistakesNameTheNearest) {
  EXPECT_THAT(error_of({"anlayze"}), HasSubstr("did you mean analyze?"));
  EXPECT_THAT(error_of({"rigorous"}), HasSubstr("did you mean `vieweratlas analyze rigorous`?"));
  EXPECT_THAT(error_of({"map.yaml"}), HasSubstr("vieweratlas analyze map.yaml"));
  EXPECT_THAT(error_of({"config"}), HasSubstr("show|validate|docs"));
  EXPECT_THAT(error_of({"config", "shwo"}), HasSubstr("config show"));
  EXPECT_THAT(error_of({"config", "--json"}), HasSubstr("show|validate|docs"));
  EXPECT_THAT(error_of({"channels"}), HasSubstr("vieweratlas channels update"));
  EXPECT_THAT(error_of({"channels", "updaet"}), HasSubstr("did you mean channels update?"));
  EXPECT_THAT(error_of({"analyze", "--resolutoin", "2"}), HasSubstr("did you mean --resolution?"));
  EXPECT_THAT(error_of({"analyze", "--zzzzzzzzzz"}), HasSubstr("vieweratlas analyze --help"));
  EXPECT_THAT(error_of({"simulate", "--resolution", "2"}), HasSubstr("simulate has no flag --resolution"));
  EXPECT_THAT(error_of({"analyze", "--resolution"}), HasSubstr("needs a value"));
  EXPECT_THAT(error_of({"analyze", "--resolution", "1", "--resolution=2"}), HasSubstr("given twice"));
  EXPECT_THAT(error_of({"analyze", "--no-strict=true"}), HasSubstr("takes no value"));
  EXPECT_THAT(error_of({"analyze", "default", "rigorous"}), HasSubstr("does not know what to do with rigorous"));
}

TEST(CommandLine, CommandsOfAGroupHaveTwoWords) {
  const CommandLine line = parsed({"channels", "update", "--limit", "50", "--output=list.txt", "my.yaml"});
  EXPECT_EQ(line.command, "channels update");
  EXPECT_THAT(line.arguments, ElementsAre("my.yaml"));
  ASSERT_EQ(line.flags.size(), 2U);
  EXPECT_EQ(option_table()[line.flags[0].option].key, "collection.top_channels_limit");
  EXPECT_EQ(option_table()[line.flags[1].option].key, "collection.channels_output");
}

TEST(CommandLine, HelpWinsOverEverythingAfterIt) {
  EXPECT_TRUE(parsed({"analyze", "--help", "--nonsense"}).help);
  EXPECT_TRUE(parsed({"-h"}).help);
  EXPECT_EQ(parsed({"help", "config", "show"}).command, "config show");
  EXPECT_THAT(error_of({"help", "nothing"}), HasSubstr("there is no command"));
}

TEST(Help, NamesEveryCommandEveryFlagAndEveryExitCode) {
  const std::string program = help_text("");
  for (const CommandInfo& command : commands()) EXPECT_THAT(program, HasSubstr(std::string(command.name)));
  for (const ExitCodeInfo& code : exit_codes()) EXPECT_THAT(program, HasSubstr(std::string(code.meaning.substr(0, 20))));
  const std::string analyze = help_text("analyze");
  for (const Option& option : option_table()) {
    if (!option.used_by("analyze")) continue;
    EXPECT_THAT(analyze, HasSubstr(option.flag_name().substr(2))) << option.key;
  }
  for (const std::string& text : {program, analyze, help_text("simulate")}) {
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t end = text.find('\n', begin);
      EXPECT_LE(end - begin, 100U) << text.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

TEST(Docs, ConfigurationPageIsNotStale) {
  const Result<std::string> page = read_file(VIEWERATLAS_SOURCE_DIR "/docs/configuration.md");
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(*page, configuration_docs()) << "run: vieweratlas config docs > docs/configuration.md";
}

TEST(Docs, EveryOptionIsThere) {
  const std::string page = configuration_docs();
  for (const Option& option : option_table()) {
    EXPECT_THAT(page, HasSubstr("`" + std::string(option.key) + "`"));
    EXPECT_THAT(page, HasSubstr("`" + option.environment_names().front() + "`"));
  }
}

TEST(ExitCodes, EveryErrorHasOne) {
  EXPECT_EQ(exit_code_of(ErrorCode::kInvalidArgument), 2);
  EXPECT_EQ(exit_code_of(ErrorCode::kNoData), 3);
  EXPECT_EQ(exit_code_of(ErrorCode::kCancelled), 130);
  for (const ErrorCode code : {ErrorCode::kNotFound, ErrorCode::kCorruptData, ErrorCode::kUnavailable, ErrorCode::kDenied,
                               ErrorCode::kLimitExceeded, ErrorCode::kInternal}) {
    EXPECT_EQ(exit_code_of(code), 1);
  }
}

}  // namespace
}  // namespace vieweratlas
