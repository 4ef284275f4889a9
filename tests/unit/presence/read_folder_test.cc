#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <vector>

#include "unit/presence/memory_input.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/snapshot.h"
#include "vieweratlas/storage/compression.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

class ReadFolder : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("presence_" + std::to_string(::getpid()) + "_" + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& key, const std::string& bytes, int minutes_old = 60) {
    fs::create_directories((folder_ / key).parent_path());
    std::ofstream(folder_ / key, std::ios::binary) << bytes;
    static const auto kNow = fs::file_time_type::clock::now();
    fs::last_write_time(folder_ / key, kNow - std::chrono::minutes(minutes_old));
  }

  static std::string snapshot(const std::string& channel, int hour = 0, const std::string& chatter = "bob") {
    return R"({"channel":")" + channel + R"(","timestamp":)" + std::to_string(1760000400 + 3600 * hour) + R"(,"chatters":[")" + chatter +
           "\"]}";
  }

  Result<Presence> read(const ReadOptions& options = {}) {
    ThreadPool pool(2);
    return read_presence(folder_, options, pool);
  }

  fs::path folder_;
};

TEST_F(ReadFolder, AllLayoutsAtAnyDepth) {
  write("flat_20261122_100000.json", R"({"chatters":["bob"]})");
  write(snapshot_key("dated", *parse_time("2026-11-22T10:00:00Z")), snapshot("dated"));
  write("raw/chatter_logs/2026/11/22/log.csv.gz", compress_gzip("channel,chatter,timestamp\nlogged,bob,1760000000\n"));
  write("deep/er/and/deeper/still/x.ndjson.zst", compress_zstd(snapshot("deep")));
  write("curated/source=vod/channel=Hive/vod=1/part-0000.json", R"({"source":"vod","bucket_start_ts":1760000000,"chatters":["bob"]})");
  write("readme.txt", "hello");
  write("picture.png", "\x89PNG");
  write("half_written.json.tmp", "{");
  write(".hidden/x.json", snapshot("hidden"));
  fs::create_directories(folder_ / "folder.json");
  fs::create_symlink(folder_ / "flat_20261122_100000.json", folder_ / "link.json");
  const auto presence = read({.strict = true});
  ASSERT_TRUE(presence.ok()) << presence.error().message;
  ASSERT_EQ(presence->channels.size(), 5U);
  EXPECT_EQ(presence->channels[0].login, "dated");
  EXPECT_EQ(presence->channels[1].login, "deep");
  EXPECT_EQ(presence->channels[2].login, "flat");
  EXPECT_EQ(presence->channels[3].login, "hive");
  EXPECT_EQ(presence->channels[4].login, "logged");
  EXPECT_EQ(presence->incidence.num_viewers, 1U);
  EXPECT_EQ(presence->report.num_files, 5U);
}

TEST_F(ReadFolder, MembershipListsAreReadOnlyWhenNamed) {
  write("raw/snapshots/a.json", snapshot("live"));
  write("raw/membership/2026/11/22/round_20261122_100000.ndjson", snapshot("listed") + "\n" + snapshot("listed", 1) + "\n");
  const auto all = read({.strict = true});
  ASSERT_TRUE(all.ok()) << all.error().message;
  ASSERT_EQ(all->channels.size(), 1U);
  EXPECT_EQ(all->channels[0].login, "live");
  EXPECT_EQ(all->report.set_aside.by_reason().at("membership").count, 1U);
  folder_ /= "raw/membership";
  const auto lists = read();
  folder_ = folder_.parent_path().parent_path();
  ASSERT_TRUE(lists.ok());
  EXPECT_EQ(lists->channels[0].login, "listed");
}

TEST_F(ReadFolder, OneFileIsEnough) {
  write("x.ndjson", snapshot("a"));
  ThreadPool pool(1);
  const auto presence = read_presence(folder_ / "x.ndjson", {}, pool);
  ASSERT_TRUE(presence.ok()) << presence.error().message;
  EXPECT_EQ(presence->channels.size(), 1U);
}

TEST_F(ReadFolder, DigestDoesNotDependOnThePlace) {
  write("a/x.json", snapshot("a"));
  const std::string first = read()->report.input_digest;
  const fs::path moved = folder_.string() + "_moved";
  fs::remove_all(moved);
  fs::rename(folder_, moved);
  ThreadPool pool(1);
  const auto presence = read_presence(moved, {}, pool);
  fs::remove_all(moved);
  EXPECT_EQ(presence->report.input_digest, first);
}

TEST_F(ReadFolder, MissingFolder) {
  ThreadPool pool(1);
  const auto presence = read_presence(folder_ / "nowhere", {}, pool);
  ASSERT_FALSE(presence.ok());
  EXPECT_EQ(presence.error().code, ErrorCode::kNotFound);
}

TEST_F(ReadFolder, NoDataSaysWhatWasLookedFor) {
  write("notes.txt", "hello");
  write("truth.json", "{}");
  const auto presence = read();
  ASSERT_FALSE(presence.ok());
  EXPECT_EQ(presence.error().code, ErrorCode::kNoData);
  for (const std::string& part : std::vector<std::string>{folder_.string(), ".ndjson", ".csv", ".gz", "1 such files without snapshots",
                                                          "1 of other kinds", "vieweratlas simulate", "vieweratlas collect"}) {
    EXPECT_NE(presence.error().message.find(part), std::string::npos) << part << " in " << presence.error().message;
  }
  write("broken.json", "{\"channel\":");
  EXPECT_NE(read().error().message.find("truncated_json"), std::string::npos);
}

TEST_F(ReadFolder, UnreadableFileIsALoss) {
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  write("a.json", snapshot("a"));
  write("b.json", snapshot("b"));
  fs::permissions(folder_ / "b.json", fs::perms::none);
  const auto presence = read();
  ASSERT_TRUE(presence.ok());
  EXPECT_EQ(presence->channels.size(), 1U);
  EXPECT_EQ(losses_of(*presence, "unreadable_file"), 1U);
}

TEST_F(ReadFolder, NewestFileMayBeUnfinishedAnOldOneNot) {
  const std::string cut = snapshot("a") + "\n" + R"({"channel":"b","chatt)";
  write("old.ndjson", snapshot("a"), 600);
  write("new.ndjson", cut, 0);
  auto presence = read({.strict = true});
  ASSERT_TRUE(presence.ok()) << presence.error().message;
  EXPECT_EQ(presence->report.set_aside.by_reason().at("unfinished").example, "new.ndjson:1: its last record is still being written");
  write("newer.ndjson", snapshot("c"), -5);
  EXPECT_FALSE(read({.strict = true}).ok());
  EXPECT_EQ(losses_of(*read(), "truncated_json"), 1U);
}

TEST_F(ReadFolder, FilesThatWereCopiedTogetherAreNotBeingWritten) {
  write("whole.ndjson", snapshot("a"));
  write("cut.ndjson", snapshot("a") + "\n{\"chan");
  EXPECT_EQ(losses_of(*read(), "truncated_json"), 1U);
  fs::remove(folder_ / "whole.ndjson");
  EXPECT_TRUE(read({.strict = true}).ok());  // a file alone may be growing
}

TEST_F(ReadFolder, WindowsAreHalfOpen) {
  const UtcTime start = UtcTime(std::chrono::seconds(1760000400));
  for (int hour = 0; hour < 10; ++hour) write("h" + std::to_string(hour) + ".json", snapshot("a", hour, "viewer_" + std::to_string(hour)));
  const auto count = [&](const ReadOptions& options) {
    const auto presence = read(options);
    EXPECT_TRUE(presence.ok());
    EXPECT_EQ(presence->report.num_snapshots + presence->report.num_outside_window, 10U);
    EXPECT_EQ(presence->incidence.num_viewers, presence->report.num_snapshots);
    EXPECT_EQ(presence->channels.at(0).num_snapshots, presence->report.num_snapshots);
    return presence->report.num_snapshots;
  };
  using std::chrono::hours;
  using std::chrono::seconds;
  EXPECT_EQ(count({}), 10U);
  EXPECT_EQ(count({.since = start + hours(2)}), 8U);
  EXPECT_EQ(count({.since = start + hours(2) + seconds(1)}), 7U);
  EXPECT_EQ(count({.until = start + hours(2)}), 2U);
  EXPECT_EQ(count({.until = start + hours(2) + seconds(1)}), 3U);
  EXPECT_EQ(count({.since = start + hours(2), .until = start + hours(3)}), 1U);
  EXPECT_EQ(count({.last = hours(3)}), 3U);
  EXPECT_EQ(count({.last = seconds(1)}), 1U);
  EXPECT_EQ(count({.last = hours(1000)}), 10U);

  const auto none = read({.since = start + hours(100)});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::kNoData);
  EXPECT_NE(none.error().message.find("10 snapshots are outside of the window"), std::string::npos) << none.error().message;
  EXPECT_EQ(read({.since = start, .until = start}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(read({.since = start, .last = hours(1)}).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace vieweratlas
