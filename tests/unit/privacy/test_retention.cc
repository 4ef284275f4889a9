#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <stop_token>
#include <string>

#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/audit.h"
#include "vieweratlas/privacy/retention.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

UtcTime at(const char* text) { return parse_time(text).value(); }

class Retention : public testing::Test {
 protected:
  void put(const std::string& name) { ASSERT_TRUE(write_file_atomic(folder_.path() / name, "12345").ok()); }
  std::set<std::string> names() {
    std::set<std::string> result;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      if (entry.is_regular_file()) result.insert(fs::relative(entry.path(), folder_.path()).string());
    }
    return result;
  }
  TemporaryFolder folder_;
};

TEST(EndOfDay, IsToldByPathOrName) {
  const auto end = [](const char* key) {
    const auto time = end_of_day_told_by(key);
    return time ? format_iso(*time) : std::string("none");
  };
  EXPECT_EQ(end("raw/snapshots/2026/01/31/round_a.ndjson.zst"), "2026-02-01T00:00:00Z");
  EXPECT_EQ(end("some_channel_20260131_100000.json"), "2026-02-01T00:00:00Z");
  EXPECT_EQ(end("raw/membership/2026-01-31.csv"), "2026-02-01T00:00:00Z");
  EXPECT_EQ(end("raw/snapshots/2026/01/31/x_20260201_000000.json"), "2026-02-02T00:00:00Z") << "the later of both";
  EXPECT_EQ(end("raw/snapshots/2026/13/31/x.json"), "none");
  EXPECT_EQ(end("raw/snapshots/2026/02/30/x.json"), "none");
  EXPECT_EQ(end("raw/vod_chat/channel=x/vod_id=2026013112/chat.json"), "none") << "ten digits are an id";
  EXPECT_EQ(end("raw/snapshots/channel_19990101_000000.json"), "none");
  EXPECT_EQ(end("raw/snapshots/20260131x/chat.json"), "none") << "a folder is no name";
}

TEST_F(Retention, RemovesWholeDaysThatHaveEndedAndTheirFolders) {
  put("raw/snapshots/2026/01/30/a.json");
  put("raw/snapshots/2026/01/31/a.json");
  put("raw/snapshots/2026/02/01/a.json");
  put("raw/chatter_logs/2026/01/30/a.csv");
  put("raw/membership/2026/01/30/a.ndjson.zst");
  put("x_20260130_100000.json");
  put("x_20260201_100000.json");
  const auto report = purge_older_than(folder_.path(), at("2026-01-31T12:00:00Z"));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->num_files, 4U);
  EXPECT_EQ(report->num_bytes, 20U);
  EXPECT_EQ(report->num_kept, 3U);
  EXPECT_EQ(names(),
            (std::set<std::string>{"raw/snapshots/2026/01/31/a.json", "raw/snapshots/2026/02/01/a.json", "x_20260201_100000.json"}));
  EXPECT_FALSE(fs::exists(folder_.path() / "raw/snapshots/2026/01/30"));
  EXPECT_FALSE(fs::exists(folder_.path() / "raw/chatter_logs/2026"));
  EXPECT_TRUE(fs::exists(folder_.path() / "raw/chatter_logs"));
}

TEST_F(Retention, ADayThatEndsAtTheCutoffGoes) {
  put("raw/snapshots/2026/01/30/a.json");
  EXPECT_EQ(purge_older_than(folder_.path(), at("2026-01-30T23:59:59Z"))->num_files, 0U);
  EXPECT_EQ(purge_older_than(folder_.path(), at("2026-01-31T00:00:00Z"))->num_files, 1U);
}

TEST_F(Retention, LeavesAllElse) {
  const std::set<std::string> others{"state/journal/2020/01/01/x.json",
                                     "state/audit.jsonl",
                                     "outputs/2020/01/01/map.json",
                                     "raw/snapshots/undated.json",
                                     "raw/other/2020/01/01/x.json",
                                     "graph_edges_20200101.csv",
                                     "community_analysis/x_20200101_000000.json"};
  for (const std::string& name : others) put(name);
  const auto report = purge_older_than(folder_.path(), at("2026-01-31"));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->num_files, 0U);
  EXPECT_EQ(report->num_undated, 1U);
  EXPECT_EQ(names(), others);
}

TEST_F(Retention, FollowsNoLinks) {
  const TemporaryFolder elsewhere;
  fs::create_directories(elsewhere.path() / "2020/01/01");
  ASSERT_TRUE(write_file_atomic(elsewhere.path() / "2020/01/01/a.json", "x").ok());
  fs::create_directories(folder_.path() / "raw/snapshots/2020/01/01");
  fs::create_directory_symlink(elsewhere.path(), folder_.path() / "raw/chatter_logs");
  fs::create_directory_symlink(elsewhere.path() / "2020", folder_.path() / "raw/snapshots/2020/01/01/link");
  fs::create_symlink(elsewhere.path() / "2020/01/01/a.json", folder_.path() / "raw/snapshots/2020/01/01/a.json");
  ASSERT_TRUE(purge_older_than(folder_.path(), at("2026-01-31")).ok());
  EXPECT_TRUE(fs::exists(elsewhere.path() / "2020/01/01/a.json"));
  EXPECT_TRUE(fs::is_symlink(folder_.path() / "raw/snapshots/2020/01/01/a.json"));
}

TEST_F(Retention, RecordedChatsWithoutADateGoByTheTimeOfTheFile) {
  put("raw/vod_chat/channel=x/vod_id=1/chat.json");
  put("raw/vod_chat/channel=x/vod_id=2/chat.json");
  put("raw/vod_snapshots/channel=x/vod_id=20100101.ndjson.zst");
  fs::last_write_time(folder_.path() / "raw/vod_chat/channel=x/vod_id=1/chat.json",
                      fs::file_time_type::clock::now() - std::chrono::hours(24 * 40));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto report = purge_older_than(folder_.path(), now - std::chrono::hours(24 * 30));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(names(),
            (std::set<std::string>{"raw/vod_chat/channel=x/vod_id=2/chat.json", "raw/vod_snapshots/channel=x/vod_id=20100101.ndjson.zst"}));
}

TEST_F(Retention, LooksWithoutRemoving) {
  put("raw/snapshots/2020/01/01/a.json");
  const auto report = purge_older_than(folder_.path(), at("2026-01-31"), PurgeMode::kLook);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->num_files, 1U);
  EXPECT_EQ(names().size(), 1U);
}

TEST_F(Retention, StopsWhenAsked) {
  put("raw/snapshots/2020/01/01/a.json");
  std::stop_source stop;
  stop.request_stop();
  const auto report = purge_older_than(folder_.path(), at("2026-01-31"), PurgeMode::kRemove, stop.get_token());
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(names().size(), 1U);
  EXPECT_EQ(purge_older_than(folder_.path() / "none", at("2026-01-31")).error().code, ErrorCode::kNotFound);
}

TEST_F(Retention, WhatIsKeptForAllTimeIsNotLookedAt) {
  put("raw/snapshots/2020/01/01/a.json");
  EXPECT_EQ(purge_by_retention(folder_.path(), 0, at("2026-01-31"), "1.0")->num_files, 0U);
  EXPECT_FALSE(fs::exists(audit_path(folder_.path())));
  EXPECT_EQ(purge_by_retention(folder_.path(), 30, at("2026-01-31"), "1.0")->num_files, 1U);
  EXPECT_THAT(read_file(audit_path(folder_.path())).value(), HasSubstr(R"("counts":{"bytes":5,"files":1,"retention_days":30})"));
  EXPECT_EQ(purge_by_retention(folder_.path(), 30, at("2026-01-31"), "1.0")->num_files, 0U);
}

TEST_F(Retention, TheAuditLogGrowsLineByLine) {
  const fs::path file = audit_path(folder_.path());
  ASSERT_TRUE(
      append_audit(file, {.time = at("2026-01-31"), .action = "export", .counts = {{"files", 2}}, .folder = "out \"1\"", .version = "1.0"})
          .ok());
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const std::string first = read_file(file).value();
  EXPECT_EQ(first, R"({"time":"2026-01-31T00:00:00Z","action":"export","uid":)" + std::to_string(::getuid()) +
                       R"(,"version":"1.0","folder":"out \"1\"","counts":{"files":2}})" + "\n");
  ASSERT_TRUE(write_file_atomic(file, first + "{\"cut").ok());
  ASSERT_TRUE(append_audit(file, {.time = at("2026-02-01"), .action = "forget"}).ok());
  EXPECT_THAT(read_file(file).value(), testing::StartsWith(first + "{\"cut\n{\"time\""));
  EXPECT_EQ(exported_folders(file).value(), std::vector<std::string>{"out \"1\""});
  EXPECT_TRUE(exported_folders(folder_.path() / "none").value().empty());
}

}  // namespace
}  // namespace vieweratlas
