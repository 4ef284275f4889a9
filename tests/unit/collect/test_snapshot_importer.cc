#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/collect/snapshot_importer.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/sighting.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

const UtcTime kStart = *parse_time("2026-01-05T10:00:07Z");

class SnapshotImporterTest : public testing::Test {
 protected:
  [[nodiscard]] ImportOptions options(bool store_logins) const {
    return {.data_dir = folder_.path() / "data", .bucket_length = std::chrono::seconds(60), .store_logins = store_logins};
  }
  static Sighting message(std::string_view channel, std::string_view id, std::string_view login, std::int64_t ms) {
    return {.channel = channel, .viewer_id = id, .viewer_login = login, .time = kStart + std::chrono::milliseconds(ms)};
  }
  [[nodiscard]] std::string content(const std::string& key) const {
    const auto stored = read_file(folder_.path() / "data" / key);
    EXPECT_TRUE(stored.ok());
    std::string text;
    EXPECT_TRUE(decompress(Compression::kZstd, *stored, text).ok());
    return text;
  }

  TemporaryFolder folder_;
  // The same each time: now and then a random key gives a pseudonym with the digits "ada" in it, which is a login here.
  ViewerKey key_ = ViewerKey::from_bytes(std::array<std::uint8_t, 32>{1, 2, 3});
  ForgottenList forgotten_;
};

TEST_F(SnapshotImporterTest, WritesOneSnapshotForEachPieceInWhichSomebodyWrote) {
  SnapshotImporter importer(options(true), key_, forgotten_);
  importer.set_origin(kStart);
  importer.facts({.channel = "lumen", .channel_id = "4021", .display_name = "Lumen"}, kStart);
  importer.see(message("lumen", "2", "grace", 59'999));
  importer.see(message("lumen", "1", "ada", 0));
  importer.see(message("lumen", "1", "ada", 10));
  importer.see(message("lumen", "1", "ada", 180'000));
  importer.observed("lumen", kStart, kStart + std::chrono::seconds(200));
  importer.lost("lumen", "no_commenter", 3);
  const auto report =
      importer.write({.key = "raw/x.ndjson.zst", .source = "vod", .content_id = "77", .origin = kStart, .shared_chat_unfiltered = true});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(content("raw/x.ndjson.zst"),
            "{\"channel\":\"lumen\",\"channel_id\":\"4021\",\"display_name\":\"Lumen\",\"timestamp\":\"2026-01-05T10:00:07Z\",\"seconds_"
            "observed\":60,"
            "\"source\":\"vod\",\"content_id\":\"77\",\"offset_s\":0,\"bucket_len_s\":60,\"shared_chat\":\"unfiltered\",\"chatters\":["
            "\"ada\",\"grace\"]}\n"
            "{\"channel\":\"lumen\",\"channel_id\":\"4021\",\"display_name\":\"Lumen\",\"timestamp\":\"2026-01-05T10:03:07Z\",\"seconds_"
            "observed\":20,"
            "\"source\":\"vod\",\"content_id\":\"77\",\"offset_s\":180,\"bucket_len_s\":60,\"shared_chat\":\"unfiltered\",\"chatters\":["
            "\"ada\"]}\n");
  EXPECT_EQ(report->sightings, 4U);
  EXPECT_EQ(report->snapshots, 2U);
  EXPECT_EQ(report->rows, 3U);
  EXPECT_EQ(report->viewers, 2U);
  EXPECT_EQ(report->channels, 1U);
  EXPECT_EQ(report->lost, (std::map<std::string, std::uint64_t>{{"no_commenter", 3}}));
}

TEST_F(SnapshotImporterTest, PiecesWithoutABeginCountFromMidnight) {
  SnapshotImporter importer(options(true), key_, forgotten_);
  importer.see(message("lumen", "", "ada", 0));
  ASSERT_TRUE(importer.write({.key = "raw/x.ndjson.zst", .source = "log"}).ok());
  EXPECT_EQ(
      content("raw/x.ndjson.zst"),
      "{\"channel\":\"lumen\",\"timestamp\":\"2026-01-05T10:00:00Z\",\"source\":\"log\",\"bucket_len_s\":60,\"chatters\":[\"ada\"]}\n");
}

TEST_F(SnapshotImporterTest, ViewersArePseudonymsOfTheirIds) {
  SnapshotImporter importer(options(false), key_, forgotten_);
  importer.see(message("lumen", "11", "ada", 0));
  importer.see(message("nova", "", "ada", 0));
  ASSERT_TRUE(importer.write({.key = "raw/x.ndjson.zst", .source = "log"}).ok());
  const std::string text = content("raw/x.ndjson.zst");
  const std::string id = key_.of_id("twitch", "11").hex();
  const std::string login = key_.of_login("twitch", "ada").hex();
  EXPECT_NE(text.find("\"chatters\":[\"" + id + "\"],\"logins\":[\"" + login + "\"]}"), std::string::npos) << text;
  EXPECT_NE(
      text.find("\"channel\":\"nova\",\"timestamp\":\"2026-01-05T10:00:00Z\",\"source\":\"log\",\"bucket_len_s\":60,\"chatters\":[\"" +
                login + "\"]}"),
      std::string::npos)
      << text;
  EXPECT_EQ(text.find("\"ada\""), std::string::npos);  // without quotes they are also digits
}

TEST_F(SnapshotImporterTest, WhoIsToBeForgottenIsRefusedByIdAndByLogin) {
  const std::vector<Pseudonym> ids{key_.of_id("twitch", "11")};
  const std::vector<Pseudonym> logins{key_.of_login("twitch", "grace")};
  forgotten_.add(ids, logins);
  for (const bool store_logins : {false, true}) {
    SnapshotImporter importer(options(store_logins), key_, forgotten_);
    importer.see(message("lumen", "11", "ada", 0));
    importer.see(message("lumen", "12", "grace", 0));
    importer.see(message("lumen", "13", "joan", 0));
    const auto report = importer.write({.key = "raw/x.ndjson.zst", .source = "log"});
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->rows, 1U);
    EXPECT_EQ(report->viewers, 1U);
    EXPECT_EQ(report->lost.at("forgotten"), 2U);
  }
}

TEST_F(SnapshotImporterTest, ChannelsThatOptedOutAreNotStored) {
  ASSERT_TRUE(write_file_atomic(folder_.path() / "opt_out.txt", "lumen\n# a comment\n4022\n").ok());
  auto list = channels_opted_out(folder_.path() / "opt_out.txt");
  ASSERT_TRUE(list.ok());
  ImportOptions with = options(true);
  with.is_opted_out = *list;
  SnapshotImporter importer(with, key_, forgotten_);
  importer.facts({.channel = "nova", .channel_id = "4022"}, kStart);
  for (const std::string_view channel : {"lumen", "nova", "zoe"}) importer.see(message(channel, "1", "ada", 0));
  const auto report = importer.write({.key = "raw/x.ndjson.zst", .source = "log"});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->channels, 1U);
  EXPECT_EQ(report->lost.at("opted_out"), 2U);
  EXPECT_EQ(channels_opted_out(folder_.path() / "absent").error().code, ErrorCode::kNotFound);
}

TEST_F(SnapshotImporterTest, NothingSeenWritesNothing) {
  SnapshotImporter importer(options(false), key_, forgotten_);
  const auto report = importer.write({.key = "raw/x.ndjson.zst", .source = "log"});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->key, "");
  EXPECT_FALSE(read_file(folder_.path() / "data/raw/x.ndjson.zst").ok());
}

TEST_F(SnapshotImporterTest, MemoryIsBoundedAndWhatIsLostIsCounted) {
  ImportOptions small = options(true);
  small.max_rows = 10;
  SnapshotImporter importer(small, key_, forgotten_);
  for (int round = 0; round < 3; ++round) {
    for (int viewer = 0; viewer < 12; ++viewer) importer.see(message("lumen", std::to_string(viewer), "v" + std::to_string(viewer), 0));
  }
  const auto report = importer.write({.key = "raw/x.ndjson.zst", .source = "log"});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->rows, 10U);
  EXPECT_EQ(report->lost.at("memory_full"), 6U);
  EXPECT_EQ(report->sightings, 30U);
}

TEST_F(SnapshotImporterTest, EqualSightingsInAnyOrderGiveEqualBytes) {
  const bool holds = rc::check("as sets, whatever the order", [this] {
    struct Seen {
      int channel;
      int viewer;
      int second;
    };
    const auto seen = *rc::gen::container<std::vector<Seen>>(
        rc::gen::build<Seen>(rc::gen::set(&Seen::channel, rc::gen::inRange(0, 3)), rc::gen::set(&Seen::viewer, rc::gen::inRange(0, 9)),
                             rc::gen::set(&Seen::second, rc::gen::inRange(-100, 400))));
    std::set<std::tuple<int, int, int>> wanted;
    for (const Seen& s : seen) wanted.emplace(s.channel, (s.second + 1200) / 60, s.viewer);
    std::string first;
    for (const bool reversed : {false, true}) {
      auto order = seen;
      if (reversed) std::reverse(order.begin(), order.end());
      SnapshotImporter importer(options(false), key_, forgotten_);
      importer.set_origin(kStart);
      for (const Seen& s : order) importer.see(message("c" + std::to_string(s.channel), std::to_string(s.viewer), "v", s.second * 1000));
      const auto report = importer.write({.key = "raw/p.ndjson.zst", .source = "log"});
      RC_ASSERT(report.ok());
      RC_ASSERT(report->rows == wanted.size());
      RC_ASSERT(report->sightings == seen.size());
      if (seen.empty()) return;
      const std::string bytes = *read_file(folder_.path() / "data/raw/p.ndjson.zst");
      RC_ASSERT(first.empty() || bytes == first);
      RC_ASSERT(first.empty() || report->is_unchanged);
      first = bytes;
    }
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace vieweratlas
