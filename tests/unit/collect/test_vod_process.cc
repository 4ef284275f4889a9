#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/fault_store.h"
#include "support/temporary_folder.h"

#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/collect/vod_discovery.h"
#include "vieweratlas/collect/vod_process.h"
#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

const UtcTime kNow = *parse_time("2026-02-05T12:00:00Z");

class HandClock final : public Clock {
 public:
  [[nodiscard]] UtcMillis utc() const override { return kNow + passed; }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime(passed); }
  std::chrono::milliseconds passed{0};
};

/// Sleeping is the clock's hand.
class HandSleeper final : public Sleeper {
 public:
  explicit HandSleeper(HandClock& clock) : clock_(clock) {}
  bool sleep(std::chrono::milliseconds time, std::stop_token stop) override {
    clock_.passed += time;
    slept += time;
    return !stop.stop_requested();
  }
  std::chrono::milliseconds slept{0};

 private:
  HandClock& clock_;
};

class Notes final : public Logger {
 public:
  void write(LogLevel /*level*/, std::string_view message) override { text += std::string(message) + "\n"; }
  std::string text;
};

std::string chat_of(std::string_view id) {
  return fmt::format(R"({{"streamer":{{"login":"lumen","id":1}},"video":{{"id":"{}","created_at":"2026-02-05T08:00:00Z"}},
    "comments":[{{"content_offset_seconds":1,"commenter":{{"_id":"11","name":"ada"}}}}]}})",
                     id);
}

class VodProcess : public testing::Test {
 protected:
  VodProcess() : key_(*ViewerKey::load_or_create(folder_.path() / "private/viewer.key")) {
    options_ = {.import = {.data_dir = folder_.path() / "data"},
                .raw_dir = folder_.path() / "raw",
                .environment = {"PATH=/bin:/usr/bin"},
                .worker = "w"};
  }
  void add(std::string_view id, std::chrono::hours age = std::chrono::hours(4)) {
    ASSERT_TRUE(queue_.add(std::vector<VodItem>{{.vod_id = std::string(id), .channel = "lumen", .vod_created = kNow - age}}, kNow).ok());
  }
  void put_chat(std::string_view id, std::string_view content) {
    ASSERT_TRUE(write_file_atomic(folder_.path() / fmt::format("raw/channel=lumen/vod_id={}/chat.json", id), content).ok());
  }
  void use_program(std::string_view body) {
    options_.cli_path = folder_.path() / "downloader";
    ASSERT_TRUE(write_file_atomic(options_.cli_path, "#!/bin/sh\n" + std::string(body)).ok());
    std::filesystem::permissions(options_.cli_path, std::filesystem::perms::owner_all);
  }
  VodProcessReport process(const std::stop_token& stop = {}) {
    auto report = process_vods(tools_, options_, stop);
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report.ok() ? *report : VodProcessReport{};
  }
  [[nodiscard]] bool has_snapshots(std::string_view id) const {
    return std::filesystem::exists(folder_.path() / fmt::format("data/raw/vod_snapshots/channel=lumen/vod_id={}.ndjson.zst", id));
  }
  [[nodiscard]] VodItem item(std::string_view id) const {
    const auto items = queue_.items();
    for (const VodItem& known : *items) {
      if (known.vod_id == id) return known;
    }
    return {};
  }

  TemporaryFolder folder_;
  ViewerKey key_;
  ForgottenList forgotten_;
  HandClock clock_;
  HandSleeper sleeper_{clock_};
  Notes log_;
  VodQueue queue_{folder_.path() / "vod_queue.json"};
  VodProcessOptions options_;
  VodProcessTools tools_{.queue = queue_, .viewers = key_, .forgotten = forgotten_, .clock = clock_, .sleeper = sleeper_, .log = log_};
};

// The last argument of `chatdownload --id ID -o FILE` is the file.
constexpr std::string_view kDownload =
    R"([ "$1 $2 $4" = "chatdownload --id -o" ] || exit 9
echo "{\"streamer\":{\"login\":\"lumen\"},\"video\":{\"id\":\"$3\",\"created_at\":\"2026-02-05T08:00:00Z\"},\"comments\":[{\"content_offset_seconds\":1,\"commenter\":{\"_id\":\"11\",\"name\":\"ada\"}}]}" > "$5"
)";

TEST_F(VodProcess, ImportsChatsThatAreThere) {
  add("1");
  add("2");
  put_chat("1", chat_of("1"));
  put_chat("2", chat_of("2"));
  const VodProcessReport report = process();
  EXPECT_EQ(report.completed, 2U);
  EXPECT_EQ(report.snapshots, 2U);
  EXPECT_EQ(report.stopped_by, "empty");
  EXPECT_TRUE(has_snapshots("1") && has_snapshots("2"));
  EXPECT_EQ(queue_.stats(kNow)->completed, 2U);
  EXPECT_EQ(process().completed, 0U);
}

TEST_F(VodProcess, WithoutAProgramItemsStayPending) {
  options_.cli_path = "/nonexistent/TwitchDownloaderCLI";
  add("1");
  add("2");
  put_chat("2", chat_of("2"));
  const VodProcessReport report = process();
  EXPECT_EQ(report.waiting, 1U);
  EXPECT_EQ(report.completed, 1U);
  EXPECT_EQ(item("1").status, VodStatus::kPending);
  EXPECT_EQ(item("1").attempts, 0U);
  EXPECT_NE(item("1").last_error.find("/nonexistent/TwitchDownloaderCLI (cli_path) is not there"), std::string::npos);
  put_chat("1", chat_of("1"));
  EXPECT_EQ(process().completed, 1U);
}

TEST_F(VodProcess, DownloadsWhatIsNotThereWithPausesBetween) {
  use_program(kDownload);
  options_.delay = std::chrono::seconds(3);
  for (const std::string_view id : {"1", "2", "3"}) add(id);
  const VodProcessReport report = process();
  EXPECT_EQ(report.completed, 3U) << log_.text;
  EXPECT_EQ(report.downloads, 3U);
  EXPECT_EQ(sleeper_.slept, std::chrono::seconds(6));
  EXPECT_TRUE(has_snapshots("3"));
  // Names and texts of people are not kept; only on request.
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "raw/channel=lumen/vod_id=3/chat.json"));
  options_.keep_downloads = true;
  add("4");
  EXPECT_EQ(process().completed, 1U);
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "raw/channel=lumen/vod_id=4/chat.json"));
}

TEST_F(VodProcess, ChatsOfAStoreAreReadAndKeptThere) {
  LocalStore store(folder_.path() / "store");
  options_.chats = &store;
  add("1");
  ASSERT_TRUE(store.put("raw/vod_chat/channel=lumen/vod_id=1/chat.json.gz", compress_gzip(chat_of("1"))).ok());
  EXPECT_EQ(process().completed, 1U) << log_.text;
  EXPECT_TRUE(has_snapshots("1"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "raw/channel=lumen/vod_id=1")) << "the copy is gone";
  use_program(kDownload);
  options_.keep_downloads = true;
  add("2");
  EXPECT_EQ(process().completed, 1U) << log_.text;
  EXPECT_TRUE(*store.exists("raw/vod_chat/channel=lumen/vod_id=2/chat.json"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "raw/channel=lumen/vod_id=2"));
  // A damaged one is downloaded anew and replaced.
  ASSERT_TRUE(store.put("raw/vod_chat/channel=lumen/vod_id=3/chat.json", chat_of("3").substr(0, 150)).ok());
  add("3");
  EXPECT_EQ(process().completed, 1U) << log_.text;
  EXPECT_NE(store.get("raw/vod_chat/channel=lumen/vod_id=3/chat.json")->find("\"comments\":[{"), std::string::npos);
}

TEST_F(VodProcess, AStoreThatFailsCostsNoChat) {
  LocalStore folder(folder_.path() / "store");
  FaultStore store(folder);
  options_.chats = &store;
  options_.keep_downloads = true;
  use_program(kDownload);
  add("1");
  store.fail_calls("find", {.nth = 1});
  EXPECT_EQ(process().failed, 1U);
  EXPECT_NE(item("1").last_error.find("a fault"), std::string::npos);
  clock_.passed += std::chrono::seconds(301);
  store.fail_calls("put_stream", {.nth = 1});
  EXPECT_EQ(process().completed, 1U) << log_.text;
  EXPECT_NE(log_.text.find("stays in"), std::string::npos) << log_.text;
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "raw/channel=lumen/vod_id=1/chat.json"));
}

TEST_F(VodProcess, AFailedDownloadIsRetriedLater) {
  use_program("echo 'VOD is gone'; exit 3\n");
  add("1");
  EXPECT_EQ(process().failed, 1U);
  EXPECT_EQ(item("1").status, VodStatus::kFailed);
  EXPECT_EQ(item("1").last_error, "downloader ended with code 3: VOD is gone");
  EXPECT_EQ(process().failed, 0U);
  clock_.passed += std::chrono::seconds(301);
  use_program(kDownload);
  EXPECT_EQ(process().completed, 1U) << log_.text;
}

TEST_F(VodProcess, ADownloadThatWritesNothingOrGoesOnForEverFails) {
  use_program("exit 0\n");
  add("1");
  EXPECT_EQ(process().failed, 1U);
  EXPECT_NE(item("1").last_error.find("wrote no file"), std::string::npos);
  use_program("echo '{' > \"$5\"; sleep 60\n");
  options_.download_timeout = std::chrono::milliseconds(200);
  clock_.passed += std::chrono::seconds(301);
  EXPECT_EQ(process().failed, 1U);
  EXPECT_NE(item("1").last_error.find("took too long"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "raw/channel=lumen/vod_id=1"));
}

TEST_F(VodProcess, ADamagedFileIsDownloadedAnewWhereThatCanBe) {
  add("1");
  put_chat("1", chat_of("1").substr(0, 150));
  EXPECT_EQ(process().failed, 1U);
  EXPECT_FALSE(has_snapshots("1"));
  use_program(kDownload);
  clock_.passed += std::chrono::seconds(301);
  EXPECT_EQ(process().completed, 1U) << log_.text;
  EXPECT_TRUE(has_snapshots("1"));
}

TEST_F(VodProcess, EndsAtItsLimits) {
  for (const std::string_view id : {"1", "2", "3", "old"}) {
    add(id, id == "old" ? std::chrono::hours(24 * 20) : std::chrono::hours(4));
    put_chat(id, chat_of(id));
  }
  options_.max_vods = 2;
  const VodProcessReport limited = process();
  EXPECT_EQ(limited.completed, 2U);
  EXPECT_EQ(limited.dropped, 1U);
  EXPECT_EQ(limited.stopped_by, "max_vods");
  options_.max_time = std::chrono::milliseconds(0);
  EXPECT_EQ(process().stopped_by, "max_time");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(process(stop.get_token()).stopped_by, "stop");
  EXPECT_EQ(queue_.stats(kNow)->pending, 1U);
}

TEST_F(VodProcess, WhatCannotBeWrittenEndsTheRunAndGivesTheItemBack) {
  add("1");
  put_chat("1", chat_of("1"));
  ASSERT_TRUE(write_file_atomic(folder_.path() / "data", "a file where a folder should be").ok());
  const auto report = process_vods(tools_, options_, {});
  // As root nothing is denied, and a file in the way of a folder is the operator's mistake: one failure of this item.
  if (report.ok()) {
    EXPECT_EQ(report->failed, 1U);
  } else {
    EXPECT_EQ(item("1").attempts, 0U);
  }
}

class FakeLister final : public VodLister {
 public:
  Result<std::vector<HelixVideo>> newest(const std::string& login, std::uint32_t limit, const std::stop_token& /*stop*/) override {
    const auto known = videos.find(login);
    if (known == videos.end()) return Error{ErrorCode::kNotFound, "no such channel"};
    std::vector<HelixVideo> result = known->second;
    if (result.size() > limit) result.resize(limit);
    return result;
  }
  std::map<std::string, std::vector<HelixVideo>> videos;
};

TEST_F(VodProcess, DiscoveryQueuesWhatIsNewAndSeenEnough) {
  FakeLister lister;
  const auto video = [](std::string_view id, int hours, std::uint64_t views) {
    return HelixVideo{.id = std::string(id), .created_at = kNow - std::chrono::hours(hours), .view_count = views};
  };
  lister.videos = {{"lumen", {video("1", 1, 50), video("2", 2, 5), video("3", 30, 50), video("4", 3, 50)}},
                   {"nova", {video("1", 1, 50), video("9", 1, 50)}}};
  const VodDiscoverOptions options{.channels = {"lumen", "gone", "nova"}, .limit_per_channel = 3, .min_views = 10};
  const auto report = discover_vods(lister, queue_, options, kNow, sleeper_, {});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->found, 5U);
  EXPECT_EQ(report->too_old, 1U);
  EXPECT_EQ(report->too_few_views, 1U);
  EXPECT_EQ(report->added, 2U);
  EXPECT_EQ(report->unknown_channels, 1U);
  EXPECT_EQ(sleeper_.slept, std::chrono::seconds(4));
  EXPECT_EQ(discover_vods(lister, queue_, options, kNow, sleeper_, {})->added, 0U);
  EXPECT_EQ(item("9").channel, "nova");
}

}  // namespace
}  // namespace vieweratlas
