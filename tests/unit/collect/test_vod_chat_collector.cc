#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "unit/collect/import_test.h"

#include "vieweratlas/collect/vod_chat_collector.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

constexpr std::string_view kHead =
    R"("streamer":{"name":"Lumen","login":"lumen","id":4021},"video":{"id":"2345","created_at":"2026-01-05T10:00:00Z","start":0,"end":150})";

std::string comment(std::string_view id, double offset, std::string_view user_id, std::string_view login, std::string_view message = "{}") {
  return fmt::format(
      R"({{"_id":"{}","channel_id":"4021","content_id":"2345","content_offset_seconds":{},"commenter":{{"_id":"{}","name":"{}"}},"message":{}}})",
      id, offset, user_id, login, message);
}

class VodChatCollectorTest : public ImportTest {
 protected:
  Result<ImportReport> import(std::string_view name, bool keep_damaged = false, std::string channel = {}, std::string vod_id = {}) {
    return import_vod_chat({.path = folder_.path() / name, .channel = std::move(channel), .vod_id = std::move(vod_id)}, keep_damaged,
                           {.data_dir = folder_.path() / "data", .store_logins = true}, key_, forgotten_, {});
  }
};

TEST_F(VodChatCollectorTest, CommentsBecomeSnapshots) {
  put("chat.json", fmt::format("{{{},\"comments\":[{},{},{}]}}", kHead, comment("a", 1.5, "1", "ada"), comment("b", 59.99, "2", "grace"),
                               comment("c", 60, "1", "ada")));
  const auto report = import("chat.json");
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->key, "raw/vod_snapshots/channel=lumen/vod_id=2345.ndjson.zst");
  constexpr std::string_view kFacts = R"({"channel":"lumen","channel_id":"4021","display_name":"Lumen","timestamp":"2026-01-05T10:0)";
  const auto line = [&](int minute, int offset, std::string_view chatters) {
    return fmt::format(
               R"({}{}:00Z","seconds_observed":60,"source":"vod","content_id":"2345","offset_s":{},"bucket_len_s":60,"shared_chat":"unfiltered","chatters":{}}})",
               kFacts, minute, offset, chatters) +
           "\n";
  };
  EXPECT_EQ(content(report->key), line(0, 0, R"(["ada","grace"])") + line(1, 60, R"(["ada"])"));
  const auto again = import("chat.json");
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->is_unchanged);
}

TEST_F(VodChatCollectorTest, WhoIsNoViewerIsLostByReason) {
  const std::string gone = R"({"_id":"x","content_offset_seconds":1,"commenter":null})";
  put("chat.json",
      fmt::format("{{{},\"comments\":[null,{},{},{},{},{},{},{},{},{},{}]}}", kHead, gone, comment("a", 1, "", "no login"),
                  comment("b", 1, "274598607", "ananonymousgifter"), comment("c", 1, "4021", "lumen"),
                  comment("d", 1, "9", "x", R"({"user_badges":[{"_id":"broadcaster"}]})"),
                  comment("e", 1, "5", "raider", R"({"user_notice_params":{"msg_id":"raid"}})"),
                  comment("f", 1, "6", "fan", R"({"user_notice_params":{"msg_id":"resub"}})"), comment("f", 1, "6", "fan"),
                  comment("g", -5, "7", "early"), comment("h", 2, "8", "m", R"({"user_notice_params":{"msg_id":"sharedchatnotice"}})")));
  const auto report = import("chat.json");
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->lost, (std::map<std::string, std::uint64_t>{{"anonymous_gifter", 1},
                                                                {"broadcaster", 2},
                                                                {"duplicate", 1},
                                                                {"mirror", 1},
                                                                {"no_commenter", 1},
                                                                {"no_user_id", 1},
                                                                {"not_present", 1},
                                                                {"wrong_comment", 1},
                                                                {"wrong_time", 1}}));
  EXPECT_EQ(report->sightings, 1U);
}

TEST_F(VodChatCollectorTest, OldFilesTellTheChannelInOtherPlaces) {
  const std::string comments = fmt::format(R"("comments":[{},{}])", comment("a", 1, "1", "ada"), comment("b", 2, "4021", "lumen"));
  const std::string video = R"("video":{"created_at":"2026-01-05T10:00:00Z"})";
  put("by_id.json", fmt::format("{{{},{}}}", comments, video));
  EXPECT_EQ(import("by_id.json")->key, "raw/vod_snapshots/channel=lumen/vod_id=2345.ndjson.zst");
  put("by_name.json", fmt::format(R"({{{},"streamer":{{"name":"Lumen","id":4021}},{}}})", comments, video));
  EXPECT_EQ(import("by_name.json")->key, "raw/vod_snapshots/channel=lumen/vod_id=2345.ndjson.zst");
  const std::string badge =
      R"("comments":[{"content_offset_seconds":1,"commenter":{"_id":"1","name":"ada"}},{"content_offset_seconds":1,"commenter":{"name":"nova"},"message":{"user_badges":[{"_id":"broadcaster"}]}}])";
  put("by_badge.json", fmt::format("{{{},{}}}", badge, video));
  EXPECT_EQ(import("by_badge.json")->key, "raw/vod_snapshots/channel=nova/vod_id=20260105_100000.ndjson.zst");
  const std::string bare =
      R"({"comments":[{"created_at":"2026-01-05T10:01:00Z","content_offset_seconds":60,"commenter":{"_id":"1","name":"ada"}}]})";
  put("channel=zoe/vod_id=88/chat.json", bare);
  EXPECT_EQ(import("channel=zoe/vod_id=88/chat.json")->key, "raw/vod_snapshots/channel=zoe/vod_id=88.ndjson.zst");
  EXPECT_NE(content("raw/vod_snapshots/channel=zoe/vod_id=88.ndjson.zst").find("\"timestamp\":\"2026-01-05T10:01:00Z\""),
            std::string::npos);
  put("bare.json", bare);
  EXPECT_EQ(import("bare.json").error().code, ErrorCode::kCorruptData);
  EXPECT_EQ(import("bare.json", false, "ZOE", "5")->key, "raw/vod_snapshots/channel=zoe/vod_id=5.ndjson.zst");
}

TEST_F(VodChatCollectorTest, IdsThatAreNoFileNamesStayOutside) {
  put("chat.json",
      R"({"streamer":{"login":"../x","name":"Lumen"},"video":{"id":"../../etc/passwd","created_at":"2026-01-05T10:00:00Z"},"comments":[{"content_id":"a/b","content_offset_seconds":1,"commenter":{"_id":"1"}}]})");
  EXPECT_EQ(import("chat.json")->key, "raw/vod_snapshots/channel=lumen/vod_id=20260105_100000.ndjson.zst");
  put("channel=..%2F/vod_id=a b/chat.json",
      R"({"comments":[{"created_at":"2026-01-05T10:01:00Z","content_offset_seconds":60,"commenter":{"_id":"1"}}]})");
  EXPECT_EQ(import("channel=..%2F/vod_id=a b/chat.json").error().code, ErrorCode::kCorruptData);
}

TEST_F(VodChatCollectorTest, ADamagedFileIsRefusedOrKeptAsFarAsItGoes) {
  const std::string whole = fmt::format("{{{},\"comments\":[{},{}]}}", kHead, comment("a", 1, "1", "ada"), comment("b", 2, "2", "grace"));
  put("cut.json", whole.substr(0, whole.find("\"b\"")));
  EXPECT_EQ(import("cut.json").error().code, ErrorCode::kCorruptData);
  EXPECT_FALSE(read_file(folder_.path() / "data/raw/vod_snapshots/channel=lumen/vod_id=2345.ndjson.zst").ok());
  const auto kept = import("cut.json", true);
  ASSERT_TRUE(kept.ok()) << kept.error().message;
  EXPECT_EQ(kept->sightings, 1U);
  EXPECT_NE(kept->problem.find("ends too early"), std::string::npos);
  EXPECT_EQ(kept->lost.at("truncated_file"), 1U);
  const std::string zipped = compress_gzip(whole);
  put("zipped.json", zipped);
  EXPECT_EQ(import("zipped.json")->sightings, 2U);
  put("cut.json.gz", zipped.substr(0, zipped.size() - 12));
  EXPECT_EQ(import("cut.json.gz").error().code, ErrorCode::kCorruptData);
}

TEST_F(VodChatCollectorTest, OtherRecordingsOtherFilesAndStops) {
  put("chat.json", fmt::format("{{{},\"comments\":[{}]}}", kHead, comment("a", 1, "1", "ada")));
  EXPECT_EQ(import("chat.json", false, "lumen", "999").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(import("absent.json").error().code, ErrorCode::kNotFound);
  put("other.json", R"({"channel":"lumen","chatters":[]})");
  EXPECT_EQ(import("other.json").error().code, ErrorCode::kCorruptData);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(import_vod_chat({.path = folder_.path() / "chat.json"}, false, {.data_dir = folder_.path() / "data"}, key_, forgotten_,
                            stop.get_token())
                .error()
                .code,
            ErrorCode::kCancelled);
}

TEST_F(VodChatCollectorTest, ClipsArePlacedByTheirComments) {
  put("clip.json",
      R"({"clipper":{"login":"x"},"streamer":{"login":"lumen"},"video":{"id":"clip","created_at":"2026-02-01T00:00:00Z","start":0,"end":30},
    "comments":[{"created_at":"2026-01-05T10:00:30Z","content_offset_seconds":30,"commenter":{"_id":"1","name":"ada"}}]})");
  const auto report = import("clip.json");
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_NE(content(report->key).find("\"timestamp\":\"2026-01-05T10:00:00Z\""), std::string::npos);
}

}  // namespace
}  // namespace vieweratlas
