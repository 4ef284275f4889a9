#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "unit/collect/import_test.h"

#include "vieweratlas/collect/chat_log_collector.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/privacy/retention.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

class ChatLogCollectorTest : public ImportTest {
 protected:
  Result<ImportReport> import(std::string_view name, bool keep_damaged = false, std::optional<std::chrono::seconds> offset = {}) {
    return import_chat_log({.path = folder_.path() / name, .utc_offset = offset}, keep_damaged,
                           {.data_dir = folder_.path() / "data", .store_logins = true}, key_, forgotten_, {});
  }
};

TEST_F(ChatLogCollectorTest, RawLinesBecomeSnapshotsOfTheirMinutes) {
  put("lumen.txt",
      "@id=a;room-id=4021;tmi-sent-ts=1767607207000;user-id=11 :ada!ada@x PRIVMSG #lumen :hi\n"
      "@id=a;room-id=4021;tmi-sent-ts=1767607207000;user-id=11 :ada!ada@x PRIVMSG #lumen :hi\n"
      "@id=b;room-id=4021;source-room-id=9;tmi-sent-ts=1767607208000;user-id=12 :joan!joan@x PRIVMSG #lumen :hi\n"
      "@id=c;room-id=4021;tmi-sent-ts=1767607260000;user-id=13 :grace!grace@x PRIVMSG #lumen :hi\n");
  const auto report = import("lumen.txt");
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(content(report->key),
            "{\"channel\":\"lumen\",\"channel_id\":\"4021\",\"timestamp\":\"2026-01-05T10:00:00Z\",\"source\":\"log\",\"bucket_len_s\":60,"
            "\"chatters\":[\"ada\"]}\n"
            "{\"channel\":\"lumen\",\"channel_id\":\"4021\",\"timestamp\":\"2026-01-05T10:01:00Z\",\"source\":\"log\",\"bucket_len_s\":60,"
            "\"chatters\":[\"grace\"]}\n");
  EXPECT_EQ(report->lost, (std::map<std::string, std::uint64_t>{{"duplicate", 1}, {"mirror", 1}}));
}

TEST_F(ChatLogCollectorTest, TheSameContentIsTheSameFileWhateverItsNameAndCompression) {
  const std::string log = "user,channel,time\nada,lumen,1767607207\ngrace,nova,1767607207\n";
  put("a.csv", log);
  put("sub/b.csv.gz", compress_gzip(log));
  const auto first = import("a.csv");
  const auto second = import("sub/b.csv.gz");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->key, second->key);
  EXPECT_EQ(end_of_day_told_by(first->key), parse_time("2026-01-06"));
  EXPECT_TRUE(second->is_unchanged);
  EXPECT_EQ(first->channels, 2U);
  EXPECT_NE(content(first->key).find("\"shared_chat\":\"unfiltered\""), std::string::npos);
}

TEST_F(ChatLogCollectorTest, PathsTellChannelAndDay) {
  EXPECT_EQ(channel_of_log_path("Twitch/Channels/Lumen/Lumen-2026-01-05.log"), "lumen");
  EXPECT_EQ(channel_of_log_path("x/lumen-2026-01-05.log.gz"), "lumen");
  EXPECT_EQ(channel_of_log_path("channel=nova/whatever.log"), "nova");
  EXPECT_EQ(channel_of_log_path("x/lumen.log"), "");
  EXPECT_EQ(channel_of_log_path("x/../-2026-01-05.log"), "");
  EXPECT_EQ(date_of_log_path("x/lumen-2026-01-05.log"), parse_time("2026-01-05"));
  EXPECT_EQ(date_of_log_path("2026-01-06/x/lumen.log"), parse_time("2026-01-06"));
  EXPECT_EQ(date_of_log_path("logs/4021/2026/1/7/lumen.log"), parse_time("2026-01-07"));
  EXPECT_EQ(date_of_log_path("logs/4021/2026/13/7/lumen.log"), std::nullopt);
}

TEST_F(ChatLogCollectorTest, ChatterinosFilesNeedNoMoreThanTheirPlace) {
  put("Channels/lumen/lumen-2026-01-05.log",
      "# Start logging at 2026-01-05 11:00:00 CET\n[11:00:07]  ada: hi\n[11:00:08] ada subscribed at Tier 1.\n");
  const auto report = import("Channels/lumen/lumen-2026-01-05.log");
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_NE(content(report->key).find("\"channel\":\"lumen\",\"timestamp\":\"2026-01-05T10:00:00Z\""), std::string::npos);
  EXPECT_EQ(report->lost.at("no_message"), 1U);
  put("Channels/lumen/lumen-2026-01-06.log", "# Start logging at 2026-01-06 11:00:00 Somewhere Time\n[11:00:07]  ada: hi\n");
  EXPECT_EQ(import("Channels/lumen/lumen-2026-01-06.log", true).error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(import("Channels/lumen/lumen-2026-01-06.log", false, std::chrono::hours(1)).ok());
}

TEST_F(ChatLogCollectorTest, DamageIsRefusedOrKeptAsFarAsItGoes) {
  std::string log = "user,channel,time\n";
  for (int i = 0; i < 20'000; ++i) log += "v" + std::to_string(i * 7919 % 20'000) + ",lumen,1767607207\n";
  const std::string zipped = compress_gzip(log);
  put("cut.csv.gz", zipped.substr(0, zipped.size() / 2));
  EXPECT_EQ(import("cut.csv.gz").error().code, ErrorCode::kCorruptData);
  const auto kept = import("cut.csv.gz", true);
  ASSERT_TRUE(kept.ok());
  EXPECT_GT(kept->rows, 1000U);
  EXPECT_NE(kept->problem.find("ends too early"), std::string::npos);
  put("other.txt", "hello\n");
  EXPECT_EQ(import("other.txt", true).error().code, ErrorCode::kCorruptData);
}

TEST_F(ChatLogCollectorTest, KindsAreToldByContent) {
  const auto kind = [&](std::string_view bytes) {
    put("file", bytes);
    return *import_kind_of(folder_.path() / "file");
  };
  EXPECT_EQ(kind("\xEF\xBB\xBF\n{\"streamer\":{},\"comments\":[]}"), ImportKind::kVodChat);
  EXPECT_EQ(kind(compress_gzip("{\"comments\":[]}")), ImportKind::kVodChat);
  EXPECT_EQ(kind("{\"channel\":\"lumen\",\"chatters\":[]}"), ImportKind::kUnknown);
  EXPECT_EQ(kind("\nuser,channel\n"), ImportKind::kChatLog);
  EXPECT_EQ(kind("# Start logging at 2026-01-05 11:00:00 CET\n"), ImportKind::kChatLog);
  EXPECT_EQ(kind(":ada!ada@x PRIVMSG #lumen :hi"), ImportKind::kChatLog);
  EXPECT_EQ(kind("hello"), ImportKind::kUnknown);
  EXPECT_EQ(kind("{\"channel\":\"lumen\",\"chatters\":[" + std::string(100'000, ' ') + "]}"), ImportKind::kUnknown);
  EXPECT_EQ(kind(""), ImportKind::kUnknown);
}

}  // namespace
}  // namespace vieweratlas
