#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>

#include "unit/presence/days_input.h"
#include "unit/presence/memory_input.h"

#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/redact.h"

namespace vieweratlas {
namespace {

ReadOptions refusing(const std::set<std::string>& names) {
  ReadOptions options;
  options.refuse = [names](const NamedViewer& viewer) {
    return names.contains(std::string(viewer.name)) || names.contains(std::string(viewer.id)) || names.contains(std::string(viewer.login));
  };
  return options;
}

constexpr const char* kSnapshot =
    R"({"channel":"x","timestamp":"2026-01-05T10:00:00Z","chatters":["ada","bea",{"id":"7","login":"cleo"},{"login":"dan"},7]})";

TEST(ReadRefusal, RefusedViewersAreNotThere) {
  const auto presence = read_memory({{"a.json", kSnapshot}}, refusing({"ada", "cleo"}));
  ASSERT_TRUE(presence.ok());
  EXPECT_FALSE(presence->viewers.find("ada"));
  EXPECT_TRUE(presence->viewers.find("bea"));
  EXPECT_TRUE(presence->viewers.find("dan"));
  EXPECT_FALSE(presence->viewers.find("cleo"));
  EXPECT_EQ(presence->report.num_refused_rows, 2U);
  EXPECT_EQ(presence->report.num_presence_rows, 3U) << "the bare id alone was not refused";
}

TEST(ReadRefusal, AlsoByTheLoginsBesideTheChatters) {
  const std::string text =
      R"({"channel":"x","timestamp":"2026-01-05T10:00:00Z","logins":["ada","Bea",null,"b\u0065a"],"chatters":["1","2","3","4"]})";
  const auto presence = read_memory({{"a.json", text}}, refusing({"bea", "Bea"}));
  ASSERT_TRUE(presence.ok());
  EXPECT_TRUE(presence->viewers.find("1"));
  EXPECT_FALSE(presence->viewers.find("2"));
  EXPECT_TRUE(presence->viewers.find("3"));
  EXPECT_FALSE(presence->viewers.find("4"));
  EXPECT_EQ(presence->report.num_refused_rows, 2U);
}

TEST(ReadRefusal, AnIdIsNobodysLogin) {
  const auto is_login_7 = [](const NamedViewer& viewer) { return viewer.login == "7" || viewer.name == "7"; };
  ReadOptions options;
  options.refuse = is_login_7;
  for (const std::string chatters : {R"({"id":"7"},"7",{"login":"7"})", R"("7",{"login":"7"},{"id":"7"})"}) {
    const auto presence =
        read_memory({{"a.json", R"({"channel":"x","timestamp":"2026-01-05T10:00:00Z","chatters":[)" + chatters + "]}"}}, options);
    ASSERT_TRUE(presence.ok());
    EXPECT_EQ(presence->report.num_refused_rows, 2U) << chatters;
    EXPECT_EQ(presence->report.num_presence_rows, 1U) << chatters;
  }
}

TEST(ReadRefusal, DaysTellWhoHasAPlainName) {
  const std::string line = R"({"channel":"x","timestamp":"2026-01-0%T10:00:00Z","chatters":["@"]})";
  const auto with = [&](const std::string& day, const std::string& chatter) {
    std::string text = line;
    text.replace(text.find('%'), 1, day);
    return text.replace(text.find('@'), 1, chatter) + "\n";
  };
  const DaysRead days = read_days_of(
      {{"a.ndjson", with("5", "0123456789abcdef01234567") + with("6", "0123456789abcdeg01234567") + with("7", "0123456789ABCDEF01234567") +
                        with("8",
                             "\xC3\xA9"
                             "23456789abcdef01234567")}});
  ASSERT_EQ(days.days.size(), 4U);
  const DayNumber first = days.days.begin()->first;
  EXPECT_EQ(days.plain_days, (std::set<DayNumber>{first + 1, first + 3}));
}

TEST(ReadRefusal, RowsOfTablesToo) {
  const std::string text =
      "timestamp,channel,username\n2026-01-05T10:00:00Z,x,ada\n2026-01-05T10:00:00Z,x,bea\n2026-01-05T10:00:00Z,x,ada\n";
  const auto presence = read_memory({{"a.csv", text}}, refusing({"ada"}));
  ASSERT_TRUE(presence.ok());
  EXPECT_FALSE(presence->viewers.find("ada"));
  EXPECT_EQ(presence->report.num_presence_rows, 1U);
  EXPECT_EQ(presence->report.num_refused_rows, 2U);
}

TEST(ReadRefusal, AsksOncePerViewerAndGivesTheSameForAnyThreads) {
  MemoryFiles files;
  for (int file = 0; file < 8; ++file) {
    std::string text;
    for (int i = 0; i < 50; ++i) {
      text += R"({"channel":"x","timestamp":")" + std::to_string(1767600000 + 60 * i) + R"(","chatters":["ada","bea","v)" +
              std::to_string(i) + "\"]}\n";
    }
    files["f" + std::to_string(file) + ".ndjson"] = text;
  }
  std::atomic<int> num_asked{0};
  ReadOptions options;
  options.refuse = [&num_asked](const NamedViewer& viewer) {
    ++num_asked;
    return viewer.name == "ada";
  };
  const auto one = read_memory(files, options);
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(num_asked.load(), 52);
  EXPECT_EQ(one->report.num_refused_rows, 400U);
  const auto four = read_memory(files, options, {}, 4);
  ASSERT_TRUE(four.ok());
  EXPECT_EQ(describe_all(*one), describe_all(*four));
  EXPECT_EQ(four->report.num_refused_rows, 400U);
}

TEST(ReadExclusion, ChannelsAreGoneUnderAllTheirNames) {
  const std::string text = R"({"channel":"old","channel_id":"5","timestamp":"2026-01-05T10:00:00Z","chatters":["ada"]})"
                           "\n"
                           R"({"channel":"new","channel_id":"5","timestamp":"2026-01-05T11:00:00Z","chatters":["ada","bea"]})"
                           "\n"
                           R"({"channel":"other","channel_id":"6","timestamp":"2026-01-05T11:00:00Z","chatters":["bea"]})"
                           "\n";
  for (const std::string name : {"old", " NEW ", "5"}) {
    ReadOptions options;
    options.exclude_channels = {"unknown", name};
    const auto presence = read_memory({{"a.ndjson", text}}, options);
    ASSERT_TRUE(presence.ok()) << name;
    ASSERT_EQ(presence->channels.size(), 1U) << name;
    EXPECT_EQ(presence->channels[0].login, "other");
    EXPECT_EQ(presence->report.num_excluded_channels, 1U);
    EXPECT_EQ(presence->report.num_snapshots, 1U);
    EXPECT_FALSE(presence->viewers.find("ada")) << "a viewer of excluded channels alone is nobody";
  }
}

}  // namespace
}  // namespace vieweratlas
