// What lies on the disk: that it says the same as the truth, in each format, and that folders of others are left alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulate/vocabulary.h"
#include "support/temporary_folder.h"

#include "vieweratlas/core/csv.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/simulate/simulate.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

SimulateOptions small_options() { return {.channels = 40, .viewers = 2000, .communities = 5, .days = 2, .bots = 4}; }

SimulateReport written(const SimulateOptions& options, const fs::path& folder, unsigned threads = 2) {
  ThreadPool pool(threads);
  Result<SimulateReport> report = simulate(options, folder, pool);
  EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message);
  return std::move(report).value();
}

/// Key below the folder -> bytes.
std::map<std::string, std::string> bytes_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder).string()] = read_file(entry.path()).value();
  }
  return files;
}

struct Seen {
  std::string title;
  std::string game;
  std::uint64_t viewer_count = 0;
  std::string started_at;
  std::set<std::string> chatters;
  friend bool operator==(const Seen&, const Seen&) = default;
};

/// (channel, time) -> what was seen.
using Snapshots = std::map<std::pair<std::string, std::string>, Seen>;

void add_json(std::string_view text, Snapshots& snapshots) {
  simdjson::dom::parser parser;
  simdjson::dom::document_stream lines;
  const simdjson::padded_string padded(text);
  ASSERT_EQ(parser.parse_many(padded, std::max<std::size_t>(text.size(), 1000)).get(lines), simdjson::SUCCESS);
  for (const simdjson::dom::element line : lines) {
    Seen seen{.title = std::string(line["title"].get_string().value()),
              .game = std::string(line["game_name"].get_string().value()),
              .viewer_count = line["viewer_count"].get_uint64().value(),
              .started_at = std::string(line["started_at"].get_string().value()),
              .chatters = {}};
    const simdjson::dom::array chatters = line["chatters"].get_array().value();
    for (const simdjson::dom::element chatter : chatters) {
      EXPECT_TRUE(seen.chatters.emplace(chatter.get_string().value()).second) << "a viewer twice in one snapshot";
    }
    const std::string channel(line["channel"].get_string().value());
    const std::string time(line["timestamp"].get_string().value());
    EXPECT_TRUE(snapshots.emplace(std::pair(channel, time), std::move(seen)).second) << channel << ' ' << time;
  }
}

Snapshots json_snapshots(const fs::path& folder) {
  Snapshots snapshots;
  for (const auto& [key, bytes] : bytes_of(folder)) {
    if (!key.starts_with("raw/snapshots/")) continue;
    std::string text = bytes;
    if (key.ends_with(".zst")) {
      text.clear();
      EXPECT_TRUE(decompress(Compression::kZstd, bytes, text).ok());
    }
    add_json(text, snapshots);
  }
  return snapshots;
}

Snapshots csv_snapshots(const fs::path& folder) {
  Snapshots snapshots;
  for (const auto& [key, bytes] : bytes_of(folder)) {
    if (!key.starts_with("raw/chatter_logs/")) continue;
    CsvReader reader(bytes);
    std::vector<std::string_view> fields;
    EXPECT_TRUE(reader.next(fields));
    while (reader.next(fields)) {
      EXPECT_EQ(fields.size(), 7U) << key << ':' << reader.line();
      Seen& seen = snapshots[{std::string(fields[1]), std::string(fields[0])}];
      seen.viewer_count = std::stoull(std::string(fields[2]));
      seen.game = fields[3];
      seen.title = fields[4];
      seen.started_at = fields[5];
      seen.chatters.emplace(fields[6]);
    }
  }
  return snapshots;
}

/// Where two readings differ first, empty when they do not.
std::string difference(const Snapshots& a, const Snapshots& b) {
  for (const auto& [key, seen] : a) {
    const auto other = b.find(key);
    if (other == b.end()) return key.first + ' ' + key.second + " is in the first only";
    if (other->second == seen) continue;
    return key.first + ' ' + key.second + ": " + seen.title + " / " + other->second.title + ", " + std::to_string(seen.chatters.size()) +
           " / " + std::to_string(other->second.chatters.size()) + " chatters";
  }
  return a.size() < b.size() ? "the second has more" : "";
}

TEST(SimulateFiles, SayWhatTheTruthSays) {
  const TemporaryFolder folder;
  const SimulateOptions options = small_options();
  const SimulateReport report = written(options, folder.path());
  ThreadPool pool(2);
  const Simulation simulation = simulate_presence(options, pool).value();

  const Snapshots snapshots = json_snapshots(folder.path());
  EXPECT_EQ(report.num_files, snapshots.size());
  EXPECT_EQ(report.num_snapshots, snapshots.size());
  EXPECT_EQ(report.num_memberships, simulation.incidence.num_memberships());
  std::map<std::string, std::map<std::string, std::uint16_t>> counts;
  std::uint64_t rows = 0;
  for (const auto& [key, seen] : snapshots) {
    for (const std::string& chatter : seen.chatters) ++counts[key.first][chatter];
    rows += seen.chatters.size();
    EXPECT_GE(seen.viewer_count, seen.chatters.size());
  }
  EXPECT_EQ(report.num_presence_rows, rows);
  for (std::uint32_t c = 0; c < simulation.incidence.num_channels(); ++c) {
    std::map<std::string, std::uint16_t> expected;
    for (std::uint64_t i = simulation.incidence.offsets[c]; i < simulation.incidence.offsets[c + 1]; ++i) {
      expected[simulated_viewer_login(options, simulation.incidence.viewers[i])] = simulation.incidence.counts[i];
    }
    EXPECT_EQ(counts[simulation.truth.channels[c].login], expected) << simulation.truth.channels[c].login;
  }
}

TEST(SimulateFiles, AreNamedByChannelAndTime) {
  const TemporaryFolder folder;
  const SimulateReport report = written(small_options(), folder.path());
  std::uint64_t bytes = 0;
  for (const auto& [key, text] : bytes_of(folder.path())) {
    if (key == "truth.json") continue;
    bytes += text.size();
    Snapshots one;
    add_json(text, one);
    ASSERT_EQ(one.size(), 1U);
    const auto& [channel, time] = one.begin()->first;
    const UtcTime at = parse_time(time).value();
    EXPECT_EQ(key, "raw/snapshots/" + format_date_path(at) + '/' + channel + '_' + format_compact(at) + ".json");
  }
  EXPECT_EQ(report.num_bytes, bytes);
}

TEST(SimulateFiles, AllFormatsSayTheSame) {
  const TemporaryFolder json;
  const TemporaryFolder ndjson;
  const TemporaryFolder others;
  SimulateOptions options = small_options();
  options.channels = 150;  // enough streams for most hostile titles
  written(options, json.path());
  options.formats = {SnapshotFormat::kNdjson};
  written(options, ndjson.path());
  options.formats = {SnapshotFormat::kNdjsonZst, SnapshotFormat::kCsv};
  const SimulateReport report = written(options, others.path());

  Snapshots expected = json_snapshots(json.path());
  EXPECT_EQ(difference(json_snapshots(ndjson.path()), expected), "");
  EXPECT_EQ(difference(json_snapshots(others.path()), expected), "");
  // A log has a line for each viewer, so an empty chat leaves none.
  std::erase_if(expected, [](const auto& snapshot) { return snapshot.second.chatters.empty(); });
  EXPECT_EQ(difference(csv_snapshots(others.path()), expected), "");
  EXPECT_EQ(report.num_files, bytes_of(others.path()).size() - 1);
  EXPECT_EQ(report.num_files % 2, 0U);
  EXPECT_LE(report.num_files, 2U * 48);
}

TEST(SimulateFiles, HoldHostileTitlesInAllScripts) {
  const TemporaryFolder folder;
  SimulateOptions options = small_options();
  options.channels = 600;
  options.communities = 40;
  options.viewers = 600;
  options.days = 3;
  options.formats = {SnapshotFormat::kNdjson};
  written(options, folder.path());
  std::set<std::string> titles;
  for (const auto& [key, seen] : json_snapshots(folder.path())) {
    EXPECT_TRUE(is_utf8(seen.title));
    titles.insert(seen.title);
  }
  const auto hostile = simulate_internal::hostile_titles();
  const auto met =
      std::count_if(hostile.begin(), hostile.end(), [&](std::string_view title) { return titles.count(std::string(title)) == 1; });
  EXPECT_GE(met, 8);
  const auto any_holds = [&](std::string_view part) {
    return std::any_of(titles.begin(), titles.end(), [&](const std::string& title) { return title.find(part) != std::string::npos; });
  };
  for (const char* part : {"日目", "갑니다", "день", "اليوم", "🔥", "\"", ","}) EXPECT_TRUE(any_holds(part)) << part;
  EXPECT_FALSE(any_holds("{game}"));
  EXPECT_FALSE(any_holds("{emoji}"));
}

TEST(SimulateFiles, SameBytesForAnyNumberOfThreads) {
  const TemporaryFolder one;
  const TemporaryFolder three;
  SimulateOptions options = small_options();
  options.formats = {SnapshotFormat::kJson, SnapshotFormat::kNdjsonZst, SnapshotFormat::kCsv};
  written(options, one.path(), 1);
  written(options, three.path(), 3);
  EXPECT_EQ(bytes_of(one.path()), bytes_of(three.path()));
}

TEST(SimulateFiles, TruthIsCompleteJson) {
  const TemporaryFolder folder;
  const SimulateReport report = written(small_options(), folder.path());
  simdjson::dom::parser parser;
  simdjson::dom::element truth;
  ASSERT_EQ(parser.load((folder.path() / "truth.json").string()).get(truth), simdjson::SUCCESS);
  EXPECT_TRUE(truth["complete"].get_bool().value());
  EXPECT_EQ(truth["files"].get_uint64().value(), report.num_files);
  EXPECT_EQ(truth["options"]["seed"].get_uint64().value(), 1U);
  EXPECT_EQ(truth["channels"].get_array().value().size(), 40U);
  EXPECT_EQ(truth["communities"].get_array().value().size(), 5U);
  EXPECT_EQ(truth["bots"].get_array().value().size(), 4U);
  EXPECT_EQ(truth["presence_rows"].get_uint64().value(), report.num_presence_rows);
  const simdjson::dom::array channels = truth["channels"].get_array().value();
  for (const simdjson::dom::element channel : channels) {
    const simdjson::dom::element community = truth["communities"].get_array().value().at(channel["community"].get_uint64().value()).value();
    EXPECT_EQ(channel["language"].get_string().value(), community["language"].get_string().value());
    EXPECT_EQ(channel["game"].get_string().value(), community["game"].get_string().value());
  }
}

TEST(SimulateFiles, AnEarlierSimulationIsReplaced) {
  const TemporaryFolder folder;
  const TemporaryFolder fresh;
  SimulateOptions options = small_options();
  options.formats = {SnapshotFormat::kCsv};
  written(options, folder.path());
  std::ofstream(folder.path() / "notes.txt") << "mine";
  options = small_options();
  options.seed = 9;
  written(options, folder.path());
  written(options, fresh.path());
  auto found = bytes_of(folder.path());
  EXPECT_EQ(found["notes.txt"], "mine");
  found.erase("notes.txt");
  EXPECT_EQ(found, bytes_of(fresh.path()));
}

TEST(SimulateFiles, FoldersOfOthersAreRefused) {
  const TemporaryFolder folder;
  ThreadPool pool(1);
  const auto refusal = [&] {
    const auto before = bytes_of(folder.path());
    const Result<SimulateReport> report = simulate(small_options(), folder.path(), pool);
    EXPECT_FALSE(report.ok());
    EXPECT_EQ(bytes_of(folder.path()), before);
    if (report.ok()) return std::string();
    EXPECT_EQ(report.error().code, ErrorCode::kInvalidArgument);
    return report.error().message;
  };
  std::ofstream(folder.path() / "data.csv") << "x";
  EXPECT_THAT(refusal(), testing::HasSubstr("is not empty and holds no truth.json"));
  std::ofstream(folder.path() / "truth.json") << "{\"generator\":\"somebody else\"}";
  EXPECT_THAT(refusal(), testing::HasSubstr("its truth.json is not one of a simulation"));
  std::ofstream(folder.path() / "truth.json") << "not json at all";
  EXPECT_THAT(refusal(), testing::HasSubstr("its truth.json is not one of a simulation"));
}

TEST(SimulateFiles, TheProgramsOwnLogDoesNotMakeAFolderTaken) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "pipeline.log") << "2026-01-05T00:00:00Z info started\n";
  std::ofstream(folder.path() / "pipeline.1.log") << "2026-01-04T00:00:00Z info started\n";
  EXPECT_GT(written(small_options(), folder.path()).num_files, 0U);
}

TEST(SimulateFiles, ASimulationThatOthersAddedToIsRefused) {
  const TemporaryFolder folder;
  const SimulateReport report = written(small_options(), folder.path());
  std::ofstream(folder.path() / "raw" / "collected.json") << "{}";
  ThreadPool pool(1);
  const Result<SimulateReport> again = simulate(small_options(), folder.path(), pool);
  ASSERT_FALSE(again.ok());
  EXPECT_THAT(again.error().message, testing::HasSubstr("holds more files below raw/ than the " + std::to_string(report.num_files)));
  EXPECT_TRUE(fs::exists(folder.path() / "raw" / "collected.json"));
}

TEST(SimulateFiles, AFileIsNoFolder) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  ThreadPool pool(1);
  const Result<SimulateReport> report = simulate(small_options(), folder.path() / "file", pool);
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.error().message, testing::HasSubstr("is not a folder"));
}

TEST(SimulateFiles, ProgressRisesToTheEnd) {
  const TemporaryFolder folder;
  ThreadPool pool(2);
  std::uint64_t last = 0;
  std::uint64_t total = 0;
  std::uint64_t calls = 0;
  const Result<SimulateReport> report = simulate(small_options(), folder.path(), pool, [&](std::uint64_t done, std::uint64_t all) {
    EXPECT_GE(done, last);
    last = done;
    total = all;
    ++calls;
  });
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(last, report->num_presence_rows);
  EXPECT_EQ(total, report->num_presence_rows);
  EXPECT_GT(calls, 10U);
  EXPECT_LE(calls, 1001U);
}

}  // namespace
}  // namespace vieweratlas
