#include "presence/read_curated.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "presence/read_files.h"
#include "presence/snapshot_file.h"
#include "unit/presence/days_input.h"
#include "unit/presence/memory_input.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/presence/curated_days.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/read_days.h"
#include "vieweratlas/presence/redact.h"

// The promise: whatever is read from days that were aggregated before, the result is that of the raw files.

namespace vieweratlas {
namespace {

constexpr std::int64_t kFirstDay = 20'780;
constexpr std::int64_t kDay = 86'400;

/// Files whose versions tell their content.
std::vector<presence_internal::InputFile> with_versions(const MemoryFiles& files) {
  std::vector<presence_internal::InputFile> input = as_input(files);
  for (auto& file : input) file.object.version = to_string(digest_of(*file.bytes));
  return input;
}

/// Days that are kept in memory, as a lake keeps them on disk.
class MemoryDays final : public CuratedDays {
 public:
  /// Aggregates `files` and keeps the days of `wanted`.
  MemoryDays(const MemoryFiles& files, const std::set<DayNumber>& wanted) {
    ThreadPool pool(1);
    Result<DaysRead> read =
        presence_internal::read_day_files(with_versions(files), nullptr, {.wants = every_day, .number = number_of_key}, pool);
    EXPECT_TRUE(read.ok());
    for (auto& [number, day] : read->days) {
      if (!wanted.contains(number)) continue;
      CuratedDay curated{.day = number, .inputs = {}, .sources = {}};
      for (const FileFacts& file : read->files) {
        const bool is_input = std::find(file.days.begin(), file.days.end(), number) != file.days.end();
        if (is_input || file.days.empty()) curated.inputs.push_back(file);
      }
      for (const DaySource& source : day.sources) curated.sources.push_back(source.source);
      list_.push_back(std::move(curated));
      days_.emplace(number, std::move(day));
    }
  }

  Result<std::vector<CuratedDay>> list() override { return list_; }
  Result<std::vector<DaySnapshot>> snapshots(DayNumber day) override { return days_.at(day).snapshots; }
  Result<std::vector<DayAlias>> aliases(DayNumber day) override { return days_.at(day).aliases; }
  Result<std::unique_ptr<DayRowSource>> rows(DayNumber day, const std::string& source) override {
    ++num_tables_read;
    if (damaged_day == day) return Error{ErrorCode::kCorruptData, "damaged"};
    for (const DaySource& rows : days_.at(day).sources) {
      if (rows.source == source) return std::unique_ptr<DayRowSource>(std::make_unique<Rows>(rows.rows));
    }
    return Error{ErrorCode::kNotFound, "no such table"};
  }

  std::atomic<int> num_tables_read{0};
  std::optional<DayNumber> damaged_day;

 private:
  /// In pieces of few rows.
  class Rows final : public DayRowSource {
   public:
    explicit Rows(std::span<const DayRow> rows) : rest_(rows) {}
    Result<std::span<const DayRow>> next() override {
      const std::span<const DayRow> piece = rest_.first(std::min<std::size_t>(rest_.size(), 3));
      rest_ = rest_.subspan(piece.size());
      return piece;
    }

   private:
    std::span<const DayRow> rest_;
  };

  std::vector<CuratedDay> list_;
  std::map<DayNumber, DayOfPresence> days_;
};

/// All that reaches an output, in words: without the ids of viewers, which have no meaning.
std::string describe_without_ids(const Presence& presence, std::span<const std::string> names) {
  std::string text;
  for (const Channel& channel : presence.channels) {
    text += channel.login + "|" + channel.display_name + "|" + channel.platform_id + "|" + std::to_string(channel.audience) + "|" +
            std::to_string(channel.viewer_count) + "|" + std::to_string(channel.num_snapshots);
    for (const auto* values : {&channel.games, &channel.languages, &channel.titles}) {
      text += "|";
      for (const WeightedValue& value : *values) text += value.value + "=" + std::to_string(value.weight) + ";";
    }
    text += "\n";
  }
  std::vector<std::string> viewers(presence.incidence.num_viewers);
  for (std::uint32_t c = 0; c < presence.incidence.num_channels(); ++c) {
    const auto row = presence.incidence.row(c);
    EXPECT_TRUE(std::is_sorted(row.begin(), row.end()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      viewers[row[i]] += std::to_string(c) + "x" + std::to_string(presence.incidence.counts[presence.incidence.offsets[c] + i]) + " ";
    }
  }
  for (const std::string& name : names) {
    const auto viewer = presence.viewers.find(name);
    text += name + ": " + (viewer ? viewers[*viewer] : "nobody") + "\n";
  }
  std::sort(viewers.begin(), viewers.end());
  for (const std::string& viewer : viewers) text += viewer + "\n";
  const ReadReport& report = presence.report;
  for (const std::uint64_t number :
       {report.num_files, report.num_files_empty, report.num_bytes, report.num_snapshots, report.num_presence_rows,
        report.num_duplicate_rows, report.num_outside_window, report.num_excluded_channels, report.num_refused_rows,
        report.num_snapshots_observed, report.seconds_observed}) {
    text += std::to_string(number) + " ";
  }
  for (const auto& [source, count] : report.snapshot_sources) text += source + "=" + std::to_string(count) + ";";
  for (const auto& [hour, count] : report.snapshots_per_hour) text += format_iso(hour) + "=" + std::to_string(count) + ";";
  if (report.first) text += format_iso(*report.first) + format_iso(*report.last);
  text += "\n" + report.input_digest + "\n";
  for (const Losses* losses : {&report.losses, &report.set_aside}) {
    for (const auto& [reason, entry] : losses->by_reason()) text += reason + " " + std::to_string(entry.count) + " " + entry.example + "\n";
  }
  return text;
}

struct Both {
  std::string raw;
  std::string mixed;
  CuratedUse use;
};

Both read_both(const MemoryFiles& files, CuratedReading curated, const ReadOptions& options, std::span<const std::string> names = {}) {
  ThreadPool pool(2);
  if (!curated.number) curated.number = number_of_key;
  const auto input = with_versions(files);
  const Result<Presence> raw = presence_internal::read_files(input, nullptr, options, {}, pool);
  const Result<Presence> mixed = presence_internal::read_with_curated_days(input, nullptr, curated, options, {}, pool);
  EXPECT_EQ(raw.ok(), mixed.ok()) << (mixed.ok() ? "" : mixed.error().message);
  if (!raw.ok() || !mixed.ok()) return {};
  return {.raw = describe_without_ids(*raw, names), .mixed = describe_without_ids(*mixed, names), .use = mixed->report.curated};
}

std::string when(std::int64_t time_s) { return format_iso(UtcTime(std::chrono::seconds(time_s))); }

std::string record(std::int64_t time_s, std::string_view channel, std::string_view id, std::string_view chatters,
                   std::string_view more = "") {
  std::string text = R"({"channel":")" + std::string(channel) + R"(","timestamp":")" + when(time_s) + "\"";
  if (!id.empty()) text += R"(,"channel_id":")" + std::string(id) + "\"";
  return text + std::string(more) + R"(,"chatters":[)" + std::string(chatters) + "]}\n";
}

std::int64_t at(std::int64_t day, std::int64_t second = 3600) { return (kFirstDay + day) * kDay + second; }
DayNumber number_of_day(std::int64_t day) { return static_cast<DayNumber>(kFirstDay + day); }
std::set<DayNumber> days_of(std::initializer_list<int> days) {
  std::set<DayNumber> numbers;
  for (const int day : days) numbers.insert(number_of_day(day));
  return numbers;
}

/// Reads both ways and expects the same; how many days came from tables.
std::uint64_t days_used(const MemoryFiles& files, CuratedDays& days, const ReadOptions& options = {},
                        std::span<const std::string> names = {}) {
  const Both both = read_both(files, {.days = &days, .number = {}, .refused = {}}, options, names);
  EXPECT_EQ(both.raw, both.mixed);
  EXPECT_FALSE(both.raw.empty());
  return both.use.num_days;
}

TEST(ReadCurated, TakesDaysInThePlaceOfTheirFiles) {
  const MemoryFiles files{{"raw/0.ndjson", record(at(0), "a", "1", R"("x","y")") + record(at(0, 7200), "a", "1", R"("x")")},
                          {"raw/1.ndjson", record(at(1), "b", "2", R"("x","z","z")")},
                          {"raw/2.ndjson", record(at(2), "a", "1", R"("x")")}};
  MemoryDays days(files, days_of({0, 1}));
  const Both both = read_both(files, {.days = &days, .number = {}, .refused = {}}, {});
  EXPECT_EQ(both.raw, both.mixed);
  EXPECT_EQ(both.use.num_days, 2U);
  EXPECT_EQ(both.use.num_files_not_opened, 2U);
  EXPECT_TRUE(both.use.notes.empty());
}

TEST(ReadCurated, ReadsADayRawWhenAFileCameLater) {
  MemoryFiles files{{"raw/0.ndjson", record(at(0), "a", "1", R"("x")")}, {"raw/1.ndjson", record(at(1), "a", "1", R"("x")")}};
  MemoryDays days(files, days_of({0, 1}));
  files.emplace("raw/late.ndjson", record(at(0), "a", "1", R"("late")"));
  EXPECT_EQ(days_used(files, days), 1U);
}

TEST(ReadCurated, ReadsADayRawWhenAFileChangedOrIsGone) {
  MemoryFiles files{{"raw/0.ndjson", record(at(0), "a", "1", R"("x")")},
                    {"raw/1.ndjson", record(at(1), "a", "1", R"("x")")},
                    {"raw/2.ndjson", record(at(2), "a", "1", R"("x")")}};
  MemoryDays days(files, days_of({0, 1, 2}));
  files["raw/0.ndjson"] = record(at(0), "a", "1", R"("w")");
  files.erase("raw/1.ndjson");
  EXPECT_EQ(days_used(files, days), 1U);
}

TEST(ReadCurated, ReadsFilesOverMidnightForTheOtherDayAlone) {
  const MemoryFiles files{{"raw/0.ndjson", record(at(0), "a", "1", R"("x")")},
                          {"raw/01.ndjson", record(at(0, kDay - 1), "a", "1", R"("x","y")") + record(at(1, 0), "a", "1", R"("x","y")")},
                          {"raw/12.ndjson", record(at(1, kDay - 1), "a", "1", R"("x")") + record(at(2, 0), "a", "1", R"("x")")}};
  MemoryDays days(files, days_of({0, 1}));
  EXPECT_EQ(days_used(files, days), 2U) << "day 2 is read from a file that day 1 knows";
  MemoryDays first(files, days_of({0}));
  EXPECT_EQ(days_used(files, first), 1U);
}

TEST(ReadCurated, FollowsRenamesOverDays) {
  const MemoryFiles files{{"raw/0.ndjson", record(at(0), "old", "1", R"("x","y")") + record(at(0), "other", "", R"("x")")},
                          {"raw/1.ndjson", record(at(1), "new", "1", R"("x")")}};
  MemoryDays days(files, days_of({0}));
  EXPECT_EQ(days_used(files, days), 1U);
  EXPECT_EQ(days_used(files, days, {.exclude_channels = {"old"}}), 1U);
}

TEST(ReadCurated, ReadsADayRawWhenARenameJoinsItsSnapshots) {
  // On day 0 nothing says that the two are one channel.
  const MemoryFiles files{{"raw/0.ndjson", record(at(0), "old", "", R"("x","y")") + record(at(0), "new", "1", R"("x")")},
                          {"raw/1.ndjson", record(at(1), "old", "1", R"("x")")}};
  MemoryDays days(files, days_of({0}));
  EXPECT_EQ(days_used(files, days), 0U);
}

TEST(ReadCurated, MovesLoginsToTheIdsOfOtherDays) {
  const std::vector<std::string> names{"login", "17"};
  const MemoryFiles files{{"raw/0.ndjson", record(at(0), "a", "1", R"("login","y")")},
                          {"raw/1.ndjson", record(at(1), "b", "2", R"({"id":"17","login":"login"})")},
                          {"raw/2.ndjson", record(at(2), "a", "1", R"("login")")}};
  MemoryDays both(files, days_of({0, 1}));
  EXPECT_EQ(days_used(files, both, {}, names), 1U) << "day 1 knows the id of a login that day 2 has in a raw file";
  MemoryDays first(files, days_of({0, 2}));
  EXPECT_EQ(days_used(files, first, {}, names), 2U);
  MemoryDays all(files, days_of({0, 1, 2}));
  EXPECT_EQ(days_used(files, all, {}, names), 3U);
}

TEST(ReadCurated, ReadsADayRawThatHasAViewerUnderTwoNames) {
  const MemoryFiles files{{"raw/0.ndjson", record(at(0), "a", "1", R"("login","17")")},
                          {"raw/1.ndjson", record(at(1), "b", "2", R"({"id":"17","login":"login"})")}};
  MemoryDays days(files, days_of({0}));
  EXPECT_EQ(days_used(files, days), 0U);
}

TEST(ReadCurated, ObeysListsOfLoginsOnlyForNamesThatAreLookedFor) {
  const std::vector<std::string> names{"bot", "someone", "17", "18"};
  const MemoryFiles files{{"raw/0.ndjson", record(at(0), "a", "1", R"("17","18")", R"(,"logins":["bot","someone"])")},
                          {"raw/1.ndjson", record(at(1), "b", "2", R"("bot","someone")")}};
  MemoryDays days(files, days_of({0, 1}));
  EXPECT_EQ(days_used(files, days, {.wanted_logins = {"bot"}}, names), 2U);
  EXPECT_EQ(days_used(files, days, {}, names), 2U);
}

TEST(ReadCurated, LeavesPartsOfDaysToRawFiles) {
  MemoryFiles files;
  for (int day = 0; day < 4; ++day) {
    files.emplace("raw/" + std::to_string(day) + ".ndjson",
                  record(at(day), "a", "1", R"("x")") + record(at(day, 50'000), "a", "1", R"("y")"));
  }
  MemoryDays days(files, days_of({0, 1, 2, 3}));
  const auto utc = [](std::int64_t time_s) { return UtcTime(std::chrono::seconds(time_s)); };
  EXPECT_EQ(days_used(files, days, {.since = utc(at(1, 0)), .until = utc(at(3, 0))}), 2U);
  EXPECT_EQ(days_used(files, days, {.since = utc(at(1, 5000)), .until = utc(at(3, 0))}), 1U);
  EXPECT_EQ(days_used(files, days, {.last = std::chrono::hours(48)}), 2U) << "its begin cuts a day";
  days.num_tables_read = 0;
  (void)days_used(files, days, {.since = utc(at(3, 0))});
  EXPECT_EQ(days.num_tables_read, 1) << "what the window does not want is not read";
}

TEST(ReadCurated, ReadsRawWhenATableIsDamaged) {
  const MemoryFiles files{{"raw/0.ndjson", record(at(0), "a", "1", R"("x")")}, {"raw/1.ndjson", record(at(1), "a", "1", R"("x")")}};
  MemoryDays days(files, days_of({0, 1}));
  days.damaged_day = number_of_day(0);
  const Both both = read_both(files, {.days = &days, .number = {}, .refused = {}}, {});
  EXPECT_EQ(both.raw, both.mixed);
  EXPECT_EQ(both.use.num_days, 1U);
  ASSERT_EQ(both.use.notes.size(), 1U);
  EXPECT_NE(both.use.notes.front().find("damaged"), std::string::npos) << both.use.notes.front();
}

TEST(ReadCurated, NeverShowsWhoIsToBeForgotten) {
  const MemoryFiles files{{"raw/0.ndjson", record(at(0), "a", "1", R"("x","forgotten","forgotten")")},
                          {"raw/1.ndjson", record(at(1), "a", "1", R"("x")")}};
  MemoryDays days(files, days_of({0, 1}));
  const ReadOptions options{.refuse = [](const NamedViewer& viewer) { return viewer.name == "forgotten"; }};
  const Both both = read_both(files, {.days = &days, .number = {}, .refused = {number_of("forgotten")}}, options);
  EXPECT_EQ(both.raw, both.mixed);
  EXPECT_EQ(both.use.num_days, 1U);
}

TEST(ReadCurated, NeedsTheKeyBesideRawFilesAndForNames) {
  const MemoryFiles files{{"raw/0.ndjson", record(at(0), "a", "1", R"("x")")}, {"raw/1.ndjson", record(at(1), "a", "1", R"("x")")}};
  MemoryDays some(files, days_of({0}));
  MemoryDays all(files, days_of({0, 1}));
  ThreadPool pool(1);
  const auto use = [&](CuratedDays& days, const ReadOptions& options) {
    const Result<Presence> presence = presence_internal::read_with_curated_days(
        with_versions(files), nullptr, {.days = &days, .number = {}, .refused = {}}, options, {}, pool);
    EXPECT_TRUE(presence.ok());
    EXPECT_EQ(presence->incidence.num_viewers, 1U);
    return presence->report.curated;
  };
  EXPECT_EQ(use(some, {}).num_days, 0U);
  EXPECT_EQ(use(some, {}).notes.size(), 1U);
  EXPECT_EQ(use(all, {}).num_days, 2U);
  EXPECT_EQ(use(all, {.wanted_logins = {"bot"}}).num_days, 0U);
}

TEST(ReadCurated, OpensNoFileWhenOnlyDaysAreWanted) {
  MemoryFiles files{{"raw/0.ndjson", record(at(0), "a", "1", R"("x")")}, {"raw/1.ndjson", record(at(1), "a", "1", R"("x")")}};
  MemoryDays days(files, days_of({0}));
  ThreadPool pool(1);
  const CuratedReading only{.days = &days, .number = number_of_key, .refused = {}, .only = true};
  const Result<Presence> presence = presence_internal::read_with_curated_days(with_versions(files), nullptr, only, {}, {}, pool);
  ASSERT_TRUE(presence.ok()) << presence.error().message;
  EXPECT_EQ(presence->report.num_snapshots, 1U);
  const ReadOptions part{.since = UtcTime(std::chrono::seconds(at(0, 60)))};
  EXPECT_EQ(presence_internal::read_with_curated_days(with_versions(files), nullptr, only, part, {}, pool).error().code,
            ErrorCode::kNoData);
}

/// A world of few names, so that all that can meet does.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed), is_wild_(random_.chance(0.5)) {}

  std::string file() {
    if (random_.chance(0.1)) return csv();
    std::string text;
    const auto day = static_cast<std::int64_t>(random_.below(5));
    for (std::uint64_t n = 1 + random_.below(4); n > 0; --n) {
      // Now and then a file goes over midnight.
      text += snapshot(random_.chance(0.1) ? day + 1 : day);
      if (random_.chance(0.03)) text += "{\"record\":\"round\"}\n";
      if (random_.chance(0.03)) text += "{\"something\":1}\n";
      if (random_.chance(0.03)) text += "{\"channel\":\n";
      if (random_.chance(0.03)) text += record(at(day), "", "", R"("v1","v2")");
    }
    if (random_.chance(0.03)) text.pop_back(), text.pop_back();
    return text;
  }

  Random& random() { return random_; }

 private:
  std::string viewer() { return "v" + std::to_string(random_.below(is_wild_ ? 9 : 40)); }
  std::string id() { return std::to_string(500 + random_.below(is_wild_ ? 9 : 40)); }

  std::string snapshot(std::int64_t day) {
    const std::uint64_t channel = random_.below(4);
    std::string login = "chan" + std::to_string(channel);
    std::string channel_id = std::to_string(100 + channel);
    if (random_.chance(0.1) && day > 2) login += "_new";
    if (is_wild_ && random_.chance(0.05)) login = "chan" + std::to_string(random_.below(4));
    if (random_.chance(is_wild_ ? 0.2 : 0.02)) channel_id.clear();
    std::string more;
    if (random_.chance(0.6)) more += R"(,"viewer_count":)" + std::to_string(random_.below(50));
    if (random_.chance(0.6)) more += R"(,"game_name":"game)" + std::to_string(random_.below(3)) + "\"";
    if (random_.chance(0.3)) more += R"(,"title":"title)" + std::to_string(random_.below(20)) + "\"";
    if (random_.chance(0.3)) more += R"(,"seconds_observed":)" + std::to_string(random_.below(600));
    if (random_.chance(0.2)) more += R"(,"source":"vod")";
    std::string chatters;
    std::string logins;
    const bool has_logins = random_.chance(0.2);
    for (std::uint64_t n = random_.below(6); n > 0; --n) {
      if (!chatters.empty()) chatters += ",", logins += ",";
      const std::uint64_t who = random_.below(9);
      if (has_logins) {
        chatters += "\"" + std::to_string(500 + who) + "\"";
        logins += "\"v" + std::to_string(random_.chance(0.02) ? random_.below(9) : who) + "\"";
      } else if (random_.chance(is_wild_ ? 0.1 : 0.01)) {
        const std::uint64_t other = random_.chance(0.05) ? random_.below(9) : who;
        chatters += R"({"id":")" + std::to_string(500 + who) + R"(","login":"v)" + std::to_string(other) + "\"}";
      } else {
        chatters += "\"" + (random_.chance(0.3) ? viewer() : id()) + "\"";
      }
    }
    if (has_logins) more += R"(,"logins":[)" + logins + "]";
    return record(at(day, 3600 * static_cast<std::int64_t>(random_.below(3))), login, channel_id, chatters, more);
  }

  std::string csv() {
    std::string text = "channel,username,timestamp\n";
    const auto day = static_cast<std::int64_t>(random_.below(5));
    for (std::uint64_t n = random_.below(6); n > 0; --n) {
      text += "chan" + std::to_string(random_.below(4)) + "," + viewer() + "," +
              when(at(day, 3600 * static_cast<std::int64_t>(random_.below(3)))) + "\n";
    }
    return text;
  }

  Random random_;
  bool is_wild_;
};

ReadOptions random_options(Random& random) {
  ReadOptions options;
  const auto moment = [&](std::int64_t day) {
    return UtcTime(std::chrono::seconds(at(day, random.chance(0.7) ? 0 : static_cast<std::int64_t>(random.below(kDay)))));
  };
  if (random.chance(0.3)) options.since = moment(static_cast<std::int64_t>(random.below(3)));
  if (random.chance(0.3)) options.until = moment(3 + static_cast<std::int64_t>(random.below(3)));
  if (!options.since && !options.until && random.chance(0.2)) options.last = std::chrono::hours(1 + random.below(100));
  if (random.chance(0.2)) options.exclude_channels = {random.chance(0.5) ? "chan1" : "102"};
  if (random.chance(0.3)) options.wanted_logins = {"v1", "502", "v3"};
  return options;
}

TEST(ReadCurated, IsTheSameAsRawForAnyMixture) {
  constexpr int kWorlds = 400;
  const std::vector<std::string> names{"v1", "v2", "v3", "v4", "501", "502", "503"};
  std::uint64_t num_days_used = 0;
  std::uint64_t num_days = 0;
  for (int seed = 0; seed < kWorlds; ++seed) {
    World world(20261122 + static_cast<std::uint64_t>(seed));
    Random& random = world.random();
    MemoryFiles files;
    for (std::uint64_t n = 3 + random.below(12); n > 0; --n)
      files.emplace("raw/" + std::to_string(n) + (random.chance(0.1) ? ".csv" : ".ndjson"), world.file());
    std::set<DayNumber> wanted;
    for (int day = 0; day < 6; ++day) {
      if (random.chance(0.7)) wanted.insert(number_of_day(day));
    }
    MemoryDays days(files, wanted);
    if (random.chance(0.3)) files.emplace("raw/late.ndjson", world.file());
    if (random.chance(0.2)) files["raw/1.ndjson"] = world.file();
    ReadOptions options = random_options(random);
    CuratedReading curated{.days = &days, .number = number_of_key, .refused = {}};
    if (random.chance(0.15)) {
      options.refuse = [](const NamedViewer& viewer) { return viewer.name == "v7" || viewer.id == "v7" || viewer.login == "v7"; };
      curated.refused = {number_of("v7")};
    }
    const Both both = read_both(files, curated, options, names);
    ASSERT_EQ(both.raw, both.mixed) << "seed " << seed;
    num_days_used += both.use.num_days;
    num_days += wanted.size();
  }
  EXPECT_GT(num_days_used * 5, num_days) << "of " << num_days << " days only " << num_days_used << " were taken from tables";
}

}  // namespace
}  // namespace vieweratlas
