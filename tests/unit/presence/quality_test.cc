#include "vieweratlas/presence/quality.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/presence/memory_input.h"

#include "vieweratlas/presence/read.h"

namespace vieweratlas {
namespace {

std::string line(const std::string& channel, int hour, const std::string& chatters) {
  return R"({"channel":")" + channel + R"(","timestamp":)" + std::to_string(1760000400 + 3600 * hour) + R"(,"chatters":[)" + chatters +
         "]}\n";
}

TEST(Quality, NumbersByHand) {
  const Presence presence = read_one("x.ndjson", line("a", 0, R"("x","y","z","w")") + line("a", 1, R"("x")") + line("b", 5, R"("x","y")") +
                                                     line("c", 5, R"("x")") + line("d", 9, R"("u","v","x")"));
  const QualityReport report = quality_report(presence);
  EXPECT_EQ(report.total_channels, 4U);
  EXPECT_EQ(report.total_unique_viewers, 6U);
  EXPECT_EQ(report.total_viewers_per_channel, 10U);
  EXPECT_EQ(report.total_snapshots, 5U);
  EXPECT_DOUBLE_EQ(report.avg_viewers, 2.5);
  EXPECT_DOUBLE_EQ(report.median_viewers, 2.5);  // 1 2 3 4
  EXPECT_EQ(report.max_viewers, 4U);
  EXPECT_EQ(report.min_viewers, 1U);
  EXPECT_DOUBLE_EQ(report.avg_channels_per_viewer, 10.0 / 6);
  EXPECT_EQ(report.repeat_viewers_2plus, 2U);
  EXPECT_EQ(report.repeat_viewers_3plus, 1U);
  EXPECT_EQ(report.one_off_viewers, 4U);
  EXPECT_DOUBLE_EQ(report.one_off_percentage, 100.0 * 4 / 6);
  EXPECT_EQ(report.suspected_bot_degree, 100U);
  EXPECT_EQ(report.suspected_bots, 0U);
  EXPECT_EQ(report.hours_in_window, 10U);
  EXPECT_EQ(report.hours_covered, 4U);
  EXPECT_EQ(report.longest_gap_hours, 3U);
  ASSERT_EQ(report.top_channels_by_viewers.size(), 4U);
  EXPECT_EQ(report.top_channels_by_viewers[0].channel, "a");
  EXPECT_EQ(report.top_channels_by_viewers[1].viewers, 3U);
}

TEST(Quality, BotsAreFarBeyondTheTail) {
  std::string lines;
  for (int c = 0; c < 150; ++c) {
    std::string chatters = "\"bot\"";
    for (int v = 0; v < 10; ++v) chatters += ",\"v" + std::to_string(c) + "_" + std::to_string(v) + "\"";
    lines += line("c" + std::to_string(c), 0, chatters);
  }
  const QualityReport report = quality_report(read_one("x.ndjson", lines));
  EXPECT_EQ(report.suspected_bots, 1U);
  EXPECT_EQ(report.top_channels_by_viewers.size(), 10U);
  EXPECT_EQ(report.top_channels_by_viewers[0].channel, "c0");  // ties by login
}

TEST(Quality, OfNothing) {
  const QualityReport report = quality_report(Presence{});
  EXPECT_EQ(report.total_channels, 0U);
  EXPECT_EQ(report.one_off_percentage, 0);
}

}  // namespace
}  // namespace vieweratlas
