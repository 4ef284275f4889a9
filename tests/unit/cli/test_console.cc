#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "cli/console.h"
#include "cli/json_writer.h"
#include "cli/progress.h"

#include "vieweratlas/core/log.h"

namespace vieweratlas {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A console that writes to memory, with a clock that the test turns.
class ConsoleTest : public testing::Test {
 protected:
  ~ConsoleTest() override {
    console_.reset();
    std::fclose(stream_);
    std::free(text_);  // open_memstream's buffer
  }

  Console& console(ConsoleOptions options) {
    options.stream = stream_;
    options.now_seconds = [this] { return now_s_; };
    console_ = std::make_unique<Console>(std::move(options), nullptr);
    return *console_;
  }

  std::string text() {
    std::fflush(stream_);
    return {text_, size_};
  }

  double now_s_ = 0;
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* stream_ = open_memstream(&text_, &size_);
  std::unique_ptr<Console> console_;
};

TEST_F(ConsoleTest, LevelsPrefixesAndSeveralLines) {
  Console& out = console({.level = LogLevel::kInfo});
  out.debug("hidden");
  out.info("one\ntwo");
  out.warning("careful");
  out.error("bad");
  EXPECT_EQ(text(), "one\ntwo\nwarning: careful\nerror: bad\n");
}

TEST_F(ConsoleTest, ForeignTextCannotSteerTheTerminal) {
  Console& out = console({});
  out.info("a\x1b[2Jb\rc\xff");
  EXPECT_THAT(text(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(text(), Not(HasSubstr("\r")));
}

TEST_F(ConsoleTest, ColoursOnlyWhenAskedFor) {
  console({.color = true}).error("bad");
  EXPECT_EQ(text(), "\x1b[31merror: bad\x1b[0m\n");
}

TEST_F(ConsoleTest, AMessageClearsTheBarFirst) {
  Console& out = console({.terminal = true});
  out.begin_progress("reading", ProgressUnit::kBytes);
  out.update_progress(0, 100);
  now_s_ = 1;
  out.update_progress(50, 100);
  out.info("line");
  EXPECT_THAT(text(), HasSubstr("[############............] 50 % of 100 B, 50 B/s, 1.00 s left\x1b[K\r\x1b[Kline\n"));
  out.end_progress();
}

TEST_F(ConsoleTest, QuietShowsNoProgress) {
  Console& out = console({.level = LogLevel::kWarning, .terminal = true});
  out.begin_progress("reading", ProgressUnit::kBytes);
  now_s_ = 9;
  out.update_progress(50, 100);
  EXPECT_EQ(text(), "");
}

TEST(Progress, PlainLinesComeEveryFiveSeconds) {
  Progress progress("writing", ProgressUnit::kRows, false);
  EXPECT_FALSE(progress.update(0, 4000000, 100.0).has_value());
  EXPECT_FALSE(progress.update(1000, 4000000, 104.9).has_value());
  EXPECT_EQ(progress.update(1000000, 4000000, 105.0), "  writing 25 % of 4M rows, 200k rows/s, 15 s left");
  EXPECT_FALSE(progress.update(1000001, 4000000, 106.0).has_value());
  EXPECT_EQ(progress.update(500, 0, 110.0), "  writing 500 rows (50 rows/s)");
}

TEST(Progress, AmountsAndTimes) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "1.0 kB");
  EXPECT_EQ(bytes_text(87'400'000'000), "87 GB");
  EXPECT_EQ(seconds_text(0.841), "0.84 s");
  EXPECT_EQ(seconds_text(75.2), "75 s");
  EXPECT_EQ(seconds_text(200), "3 min 20 s");
  EXPECT_EQ(seconds_text(7300), "2 h 1 min");
}

TEST(Color, FollowsChoiceThenEnvironmentThenTerminal) {
  EXPECT_TRUE(wants_color(ColorChoice::kAuto, {}, true));
  EXPECT_FALSE(wants_color(ColorChoice::kAuto, {}, false));
  EXPECT_FALSE(wants_color(ColorChoice::kAuto, {{"NO_COLOR", "1"}}, true));
  EXPECT_TRUE(wants_color(ColorChoice::kAuto, {{"NO_COLOR", ""}}, true));
  EXPECT_FALSE(wants_color(ColorChoice::kAuto, {{"TERM", "dumb"}}, true));
  EXPECT_TRUE(wants_color(ColorChoice::kAlways, {{"NO_COLOR", "1"}}, false));
  EXPECT_FALSE(wants_color(ColorChoice::kNever, {}, true));
}

TEST(ConsoleLevel, QuietAndVerboseWinOverTheLevel) {
  EXPECT_EQ(console_level({.log_level = LogLevel::kDebug, .quiet = true}), LogLevel::kWarning);
  EXPECT_EQ(console_level({.log_level = LogLevel::kError, .verbose = true}), LogLevel::kDebug);
  EXPECT_EQ(console_level({.log_level = LogLevel::kError}), LogLevel::kWarning);
  EXPECT_EQ(console_level({}), LogLevel::kInfo);
}

TEST(LogPattern, TranslatesPythonsPlaceholders) {
  EXPECT_EQ(*log_pattern("%(asctime)s - %(name)s - %(levelname)s - %(message)s 100%%"), "%Y-%m-%dT%H:%M:%SZ - vieweratlas - %l - %v 100%%");
  EXPECT_EQ(*log_pattern(""), "");
  EXPECT_EQ(log_pattern("%(lineno)d").error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(log_pattern("100%").ok());
}

TEST(JsonWriter, WritesValidTextOnly) {
  JsonWriter json;
  json.begin_object();
  json.field("a", std::string_view("\xff</script>\"\n"));
  json.field("b", 0.0 / 0.0);
  json.begin_array("c");
  json.item("x");
  json.end_array();
  json.end_object();
  EXPECT_EQ(json.finish(), "{\n  \"a\": \"\xEF\xBF\xBD</script>\\\"\\n\",\n  \"b\": null,\n  \"c\": [\n    \"x\"\n  ]\n}\n");
}

}  // namespace
}  // namespace vieweratlas
