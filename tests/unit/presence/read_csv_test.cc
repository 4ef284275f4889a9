#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "presence/csv_records.h"
#include "presence/snapshot_file.h"
#include "unit/presence/memory_input.h"

#include "vieweratlas/core/csv.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas {
namespace {

TEST(ReadCsv, CollectorsLog) {
  const Presence presence = read_one("raw/chatter_logs/2026/11/22/log.csv",
                                     "timestamp,channel,viewer_count,game_name,title,started_at,username\r\n"
                                     "2026-11-22T10:00:00Z,Ninja,50,Chess,\"Hi, \"\"you\"\"\nthere\",2026-11-22T08:00:00Z,bob\r\n"
                                     "2026-11-22T10:00:00Z,Ninja,50,Chess,\"Hi, \"\"you\"\"\nthere\",2026-11-22T08:00:00Z,Eve\r\n"
                                     "\r\n"
                                     "2026-11-22T10:00:00Z,b,,,,,bob\r\n"
                                     "2026-11-22T11:00:00Z,Ninja,70,Art,,,bob");
  ASSERT_EQ(presence.channels.size(), 2U);
  EXPECT_TRUE(presence.report.losses.empty());
  EXPECT_EQ(presence.channels[0].login, "b");
  const Channel& ninja = presence.channels[1];
  EXPECT_EQ(ninja.login, "ninja");
  EXPECT_EQ(ninja.display_name, "Ninja");
  EXPECT_EQ(ninja.viewer_count, 70U);
  EXPECT_EQ(ninja.audience, 2U);
  EXPECT_EQ(ninja.num_snapshots, 2U);
  EXPECT_EQ(ninja.top_game(), "Art");
  EXPECT_EQ(ninja.games[1].weight, 50);  // once a snapshot, not once a row
  EXPECT_EQ(ninja.top_title(), "Hi, \"you\" there");
  EXPECT_EQ(presence_count(presence, "ninja", "bob"), 2U);
  EXPECT_EQ(presence_count(presence, "ninja", "eve"), 1U);
  EXPECT_EQ(presence.report.snapshot_sources, (std::map<std::string, std::uint64_t>{{"csv", 3}}));
}

TEST(ReadCsv, OlderColumnsInAnyOrderAndCase) {
  const std::vector<std::string> files{
      "channel,chatter,viewers,game,language,title,timestamp\na,bob,5,Chess,EN,Hi,2026-11-22T10:00:00\n",
      "Channel,Chatter,Viewer_Count,Game_Name,Language,Title,Timestamp\na,bob,5,Chess,en,Hi,2026-11-22 10:00:00\n",
      "\xEF\xBB\xBF\nTIMESTAMP,TITLE,unheard_of, LANGUAGE ,GAME,VIEWERS,CHATTER,CHANNEL_LOGIN\n1763805600,Hi,x,en,Chess,5,bob,A\n",
  };
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const Presence presence = read_one("logs/x.csv", file);
    ASSERT_EQ(presence.channels.size(), 1U);
    EXPECT_EQ(presence.channels[0].login, "a");
    EXPECT_EQ(presence.channels[0].top_game(), "Chess");
    EXPECT_EQ(presence.channels[0].top_language(), "en");
    EXPECT_EQ(presence.channels[0].top_title(), "Hi");
    EXPECT_EQ(presence.channels[0].viewer_count, 5U);
    EXPECT_EQ(presence_count(presence, "a", "bob"), 1U);
    EXPECT_TRUE(presence.report.losses.empty());
  }
}

TEST(ReadCsv, RowsOfChannelsMayAlternate) {
  const Presence presence = read_one("x.csv",
                                     "channel,chatter,timestamp\n"
                                     "a,bob,1760000000\nb,bob,1760000000\na,eve,1760000000\na,bob,1760000000\n");
  EXPECT_EQ(presence.report.num_snapshots, 2U);
  EXPECT_EQ(presence.report.num_presence_rows, 3U);
  EXPECT_EQ(presence.report.num_duplicate_rows, 1U);
}

TEST(ReadCsv, RowsWithoutASourceBelongToTheLiveSnapshot) {
  const MemoryFiles files{
      {"a.json", R"({"channel":"a","timestamp":"2026-11-22T10:00:00Z","viewer_count":9,"game_name":"Chess","chatters":["bob","eve"]})"},
      {"b.csv", "timestamp,channel,viewer_count,game_name,title,started_at,username\n2026-11-22T10:00:00Z,a,9,Chess,,,bob\n"},
  };
  const auto presence = read_memory(files);
  ASSERT_TRUE(presence.ok());
  EXPECT_EQ(presence->report.num_snapshots, 1U);
  EXPECT_EQ(presence->report.snapshot_sources, (std::map<std::string, std::uint64_t>{{"live", 1}}));
  EXPECT_EQ(presence_count(*presence, "a", "bob"), 1U);
  EXPECT_EQ(presence->channels[0].games[0].weight, 9);
}

TEST(ReadCsv, OtherTablesAreSetAside) {
  const MemoryFiles files{{"graph_nodes.csv", "id,viewers,viewer_count,game,title\na,5,5,Chess,Hi\n"},
                          {"graph_edges.csv", "source,target,weight\na,b,5\n"},
                          {"x.csv", "channel,chatter,timestamp\na,bob,1760000000\n"}};
  const auto presence = read_memory(files, {.strict = true});
  ASSERT_TRUE(presence.ok()) << presence.error().message;
  EXPECT_EQ(presence->report.set_aside.by_reason().at("no_snapshot").count, 2U);
  EXPECT_EQ(presence->report.num_files, 1U);
  presence_internal::ReadLimits small;
  small.block_bytes = 16;  // the header is known long before the end
  EXPECT_TRUE(read_memory(files, {.strict = true}, small).ok());
}

/// The reader's own splitter must see what core's CsvReader sees.
TEST(ReadCsv, SplitsLikeTheCsvReader) {
  constexpr std::uint64_t kSeed = 7;
  Random random(kSeed);
  constexpr std::string_view kAlphabet = "ab,,\"\"\n\r";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::uint64_t i = random.below(24); i > 0; --i) text += kAlphabet[random.below(kAlphabet.size())];
    CsvReader reader(text);
    std::vector<std::string_view> expected;
    presence_internal::CsvSplitter splitter;
    presence_internal::CsvRow row;
    std::size_t at = 0;
    for (;;) {
      while (at < text.size() && (text[at] == '\n' || text[at] == '\r')) ++at;
      const bool more = reader.next(expected);
      ASSERT_EQ(more, at < text.size()) << "seed " << kSeed << " round " << round;
      if (!more) break;
      splitter.split(text, at, row);
      at = row.end;
      EXPECT_EQ(row.fields, expected) << "seed " << kSeed << " round " << round << ": " << text;
      EXPECT_EQ(row.in_open_quote, reader.truncated()) << text;
    }
  }
}

}  // namespace
}  // namespace vieweratlas
