#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "unit/presence/memory_input.h"

#include "vieweratlas/presence/read.h"

namespace vieweratlas {
namespace {

constexpr std::string_view kKey = "raw/snapshots/2026/11/22/some_channel_20261122_100005.json";

Presence read_json(const std::string& json) { return read_one(std::string(kKey), json); }

TEST(ReadJson, CollectorsSnapshot) {
  const Presence presence =
      read_json(R"({"channel":"ninja","channel_id":"77","display_name":"Ninja","timestamp":"2026-11-22T10:00:05Z","viewer_count":1200,)"
                R"("game_name":"Chess","language":"EN","title":"Hi \"you\"","started_at":"2026-11-22T08:00:00Z","source":"live",)"
                R"("chatters":["bob","Alice","bob"]})");
  ASSERT_EQ(presence.channels.size(), 1U);
  const Channel& channel = presence.channels[0];
  EXPECT_EQ(channel.login, "ninja");
  EXPECT_EQ(channel.display_name, "Ninja");
  EXPECT_EQ(channel.platform_id, "77");
  EXPECT_EQ(channel.audience, 2U);
  EXPECT_EQ(channel.viewer_count, 1200U);
  EXPECT_EQ(channel.num_snapshots, 1U);
  EXPECT_EQ(channel.top_game(), "Chess");
  EXPECT_EQ(channel.games[0].weight, 1200);
  EXPECT_EQ(channel.top_language(), "en");
  EXPECT_EQ(channel.top_title(), "Hi \"you\"");
  EXPECT_EQ(presence_count(presence, "ninja", "bob"), 1U);
  EXPECT_EQ(presence_count(presence, "ninja", "ALICE"), 1U);
  EXPECT_EQ(presence.report.num_presence_rows, 2U);
  EXPECT_EQ(presence.report.num_duplicate_rows, 1U);
  EXPECT_EQ(presence.report.num_snapshots, 1U);
  EXPECT_EQ(presence.report.num_files, 1U);
  EXPECT_TRUE(presence.report.losses.empty()) << presence.report.losses.by_reason().begin()->second.example;
  EXPECT_EQ(format_iso(*presence.report.first), "2026-11-22T10:00:05Z");
}

TEST(ReadJson, ChannelAndTimeComeFromTheNameOfTheFile) {
  const Presence presence = read_json(R"({"chatters":["bob"]})");
  ASSERT_EQ(presence.channels.size(), 1U);
  EXPECT_EQ(presence.channels[0].login, "some_channel");
  EXPECT_EQ(format_iso(*presence.report.first), "2026-11-22T10:00:05Z");
}

}  // namespace
}  // namespace vieweratlas
