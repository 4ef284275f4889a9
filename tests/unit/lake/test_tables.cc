#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lake/parquet_file.h"
#include "lake/tables.h"
#include "support/temporary_folder.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/lake/lake.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas::lake_internal {
namespace {

namespace fs = std::filesystem;

class TablesTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_parquet()) GTEST_SKIP() << "built without DuckDB";
    Result<TableReader> reader = TableReader::open([this](const LakeTable&) -> Result<int> {
      const int fd = ::open(path().c_str(), O_RDONLY | O_CLOEXEC);
      if (fd < 0) return Error{ErrorCode::kNotFound, "there is no such file"};
      return fd;
    });
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    reader_ = std::make_unique<TableReader>(*std::move(reader));
  }

  [[nodiscard]] fs::path path() const { return folder_.path() / "table.parquet"; }
  [[nodiscard]] TablePlace place() const {
    return {.path = path(), .scratch = folder_.path(), .origin = {.run = "0123456789abcdef", .key_id = "a1b2c3d4"}};
  }
  [[nodiscard]] LakeTable table(std::uint64_t num_rows) const {
    const std::string bytes = *read_file(path());
    return {
        .key = "curated/x.parquet", .num_rows = num_rows, .num_bytes = bytes.size(), .digest = to_string(digest_of(bytes)), .source = {}};
  }

  Result<std::vector<DayRow>> read_presence_rows(const LakeTable& of) {
    Result<std::unique_ptr<DayRowSource>> rows = reader_->presence(of);
    if (!rows) return std::move(rows).error();
    std::vector<DayRow> all;
    for (;;) {
      const Result<std::span<const DayRow>> piece = (*rows)->next();
      if (!piece) return piece.error();
      if (piece->empty()) return all;
      all.insert(all.end(), piece->begin(), piece->end());
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<TableReader> reader_;
};

std::vector<DayRow> many_rows(std::size_t count) {
  std::vector<DayRow> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const auto n = static_cast<std::int64_t>(i);
    rows.push_back(
        {.viewer = n / 3, .channel = (n % 3) + (std::int64_t{1} << 62U), .buckets = 1, .messages = 2, .first_min = 3, .last_min = 1439});
  }
  return rows;
}

TEST_F(TablesTest, PresenceComesBackAsItWas) {
  std::vector<DayRow> rows = many_rows(5000);
  constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
  rows.push_back({.viewer = std::numeric_limits<std::int64_t>::max(),
                  .channel = std::numeric_limits<std::int64_t>::max(),
                  .buckets = kMost,
                  .messages = kMost,
                  .first_min = 0,
                  .last_min = 0});
  RowsInMemory source(rows);
  ASSERT_TRUE(write_presence(place(), source).ok());
  const Result<std::vector<DayRow>> back = read_presence_rows(table(rows.size()));
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(*back, rows);
}

std::string random_text(std::mt19937_64& random) {
  static const std::vector<std::string> kParts{"a", "Z", " ", "'", "\"", "\\", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xD7\xA9"};
  std::string text;
  for (auto count = random() % 20; count > 0; --count) text += kParts[random() % kParts.size()];
  return text;
}

DaySnapshot random_snapshot(std::mt19937_64& random) {
  DaySnapshot snapshot;
  snapshot.time_s = static_cast<std::int64_t>(random());
  snapshot.channel_number = static_cast<std::int64_t>(random());
  for (std::string* text : {&snapshot.channel, &snapshot.channel_id, &snapshot.display_name, &snapshot.game, &snapshot.language,
                            &snapshot.title, &snapshot.source}) {
    *text = random_text(random);
  }
  snapshot.content = random();
  snapshot.viewer_count = random();
  snapshot.seconds_observed = static_cast<std::uint32_t>(random());
  snapshot.has_viewer_count = random() % 2 == 0;
  snapshot.has_seconds_observed = random() % 2 == 0;
  snapshot.num_viewers = static_cast<std::uint32_t>(random());
  snapshot.num_duplicates = static_cast<std::uint32_t>(random());
  return snapshot;
}

TEST_F(TablesTest, SnapshotsComeBackAsTheyWere) {
  std::mt19937_64 random(20261122);  // NOLINT(cert-msc51-cpp): the same values each time
  std::vector<DaySnapshot> snapshots(5000);
  for (DaySnapshot& snapshot : snapshots) snapshot = random_snapshot(random);
  ASSERT_TRUE(write_snapshots(place(), snapshots).ok());
  const Result<std::vector<DaySnapshot>> back = reader_->snapshots(table(snapshots.size()));
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_TRUE(*back == snapshots);
  ASSERT_TRUE(write_snapshots(place(), {}).ok());
  EXPECT_TRUE(reader_->snapshots(table(0))->empty());
}

TEST_F(TablesTest, LoginsAndChannelsComeBackAsTheyWere) {
  const std::vector<DayAlias> logins{{.login = 1, .viewer = 9, .is_listed = false}, {.login = 5, .viewer = 2, .is_listed = true}};
  ASSERT_TRUE(write_logins(place(), logins).ok());
  EXPECT_EQ(*reader_->logins(table(2)), logins);

  const std::vector<LakeChannel> channels{
      {.channel_id = 7, .platform = "twitch", .login = "ada", .name = "Ada", .language = "en", .game = "Chess"},
      {.channel_id = 8, .platform = "twitch", .login = "", .name = "", .language = "", .game = ""}};
  ASSERT_TRUE(write_channels(place(), channels).ok());
  EXPECT_EQ(*reader_->channels(table(2)), channels);
}

TEST_F(TablesTest, DamageIsFoundBeforeARowIsGiven) {
  const std::vector<DayRow> rows = many_rows(100);
  RowsInMemory source(rows);
  ASSERT_TRUE(write_presence(place(), source).ok());
  const LakeTable good = table(rows.size());
  std::string bytes = *read_file(path());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  ASSERT_TRUE(write_file_atomic(path(), bytes).ok());
  EXPECT_EQ(reader_->presence(good).error().code, ErrorCode::kCorruptData);
  bytes.pop_back();
  ASSERT_TRUE(write_file_atomic(path(), bytes).ok());
  EXPECT_EQ(reader_->presence(good).error().code, ErrorCode::kCorruptData);
  fs::remove(path());
  EXPECT_EQ(reader_->presence(good).error().code, ErrorCode::kNotFound);
}

TEST_F(TablesTest, AnotherNumberOfRowsIsDamage) {
  const std::vector<DayRow> rows = many_rows(100);
  RowsInMemory source(rows);
  ASSERT_TRUE(write_presence(place(), source).ok());
  EXPECT_EQ(read_presence_rows(table(99)).error().code, ErrorCode::kCorruptData);
  EXPECT_EQ(reader_->logins(table(100)).error().code, ErrorCode::kCorruptData);  // another table's columns
}

TEST(ChannelsOf, TakesTheLastNameAndTheMostFrequentGame) {
  const auto snapshot = [](std::int64_t time, std::int64_t number, std::string login, std::string name, std::string game) {
    DaySnapshot made;
    made.time_s = time;
    made.channel_number = number;
    made.channel = std::move(login);
    made.display_name = std::move(name);
    made.game = std::move(game);
    return made;
  };
  const std::vector<DaySnapshot> snapshots{snapshot(5, 2, "new", "New", "Chess"), snapshot(1, 2, "old", "Old", "Go"),
                                           snapshot(6, 2, "new", "", "Go"), snapshot(1, 1, "one", "", "")};
  const std::vector<LakeChannel> channels = channels_of(snapshots, "twitch");
  ASSERT_EQ(channels.size(), 2U);
  EXPECT_EQ(channels[0], (LakeChannel{.channel_id = 1, .platform = "twitch", .login = "one", .name = "", .language = "", .game = ""}));
  EXPECT_EQ(channels[1], (LakeChannel{.channel_id = 2, .platform = "twitch", .login = "new", .name = "New", .language = "", .game = "Go"}));
}

}  // namespace
}  // namespace vieweratlas::lake_internal
