#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "presence/block.h"
#include "presence/framing.h"
#include "presence/snapshot_file.h"
#include "unit/presence/memory_input.h"

#include "vieweratlas/core/random.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/presence/snapshot.h"
#include "vieweratlas/storage/compression.h"

namespace vieweratlas {
namespace {

constexpr std::uint64_t kSeed = 20261122;

/// A random snapshot that owns its texts.
struct Sample {
  std::string channel;
  UtcTime time;
  std::uint64_t viewer_count = 0;
  std::string game;
  std::string title;
  std::vector<std::string> chatters;

  [[nodiscard]] std::string json() const {
    const std::vector<std::string_view> views(chatters.begin(), chatters.end());
    std::string out;
    append_snapshot_json(out, view(views));
    return out;
  }
  [[nodiscard]] std::string csv() const {
    const std::vector<std::string_view> views(chatters.begin(), chatters.end());
    std::string out;
    append_chatter_csv(out, view(views));
    return out;
  }

 private:
  [[nodiscard]] Snapshot view(const std::vector<std::string_view>& views) const {
    return {.channel = channel, .timestamp = time, .viewer_count = viewer_count, .game_name = game, .title = title, .chatters = views};
  }
};

std::vector<Sample> make_samples(Random& random, std::size_t num_samples) {
  constexpr std::string_view kTitles[] = {"plain", "a, b", "say \"hi\"", "two\nlines", "\xF0\x9F\x8E\xAE \xD7\xA9", ""};
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < num_samples; ++i) {
    Sample sample{.channel = "channel_" + std::to_string(random.below(8)),
                  .time = UtcTime(std::chrono::seconds(1760000000 + 1800 * static_cast<std::int64_t>(random.below(20)))),
                  .viewer_count = random.below(1000),
                  .game = "Game " + std::to_string(random.below(4)),
                  .title = std::string(kTitles[random.below(std::size(kTitles))]),
                  .chatters = {}};
    for (std::uint64_t n = random.below(12); n > 0; --n) {
      sample.chatters.push_back((random.chance(0.2) ? "Viewer_" : "viewer_") + std::to_string(random.below(60)));
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

std::string to_ndjson(const std::vector<Sample>& samples) {
  std::string out;
  for (const Sample& sample : samples) out += sample.json();
  return out;
}

MemoryFiles to_files(const std::vector<Sample>& samples) {
  MemoryFiles files;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    files["f" + std::to_string(1000 + i) + "/" + samples[i].channel + "_20261122_100000.json"] = samples[i].json();
  }
  return files;
}

Presence read(const MemoryFiles& files, unsigned threads = 1, const presence_internal::ReadLimits& limits = {}) {
  auto presence = read_memory(files, {}, limits, threads);
  EXPECT_TRUE(presence.ok());
  return std::move(presence).value();
}

TEST(ReadProperty, EqualsSetsOfBruteForce) {
  for (std::uint64_t round = 0; round < 20; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + round));
    Random random(kSeed + round);
    const std::vector<Sample> samples = make_samples(random, 1 + random.below(80));
    std::map<std::pair<std::string, UtcTime>, std::set<std::string>> snapshots;
    for (const Sample& sample : samples) {
      auto& viewers = snapshots[{sample.channel, sample.time}];
      for (std::string chatter : sample.chatters) {
        chatter[0] = 'v';
        viewers.insert(chatter);
      }
    }
    std::map<std::string, std::map<std::string, std::uint32_t>> counts;
    std::set<std::string> names;
    std::uint64_t rows = 0;
    for (const auto& [key, viewers] : snapshots) {
      auto& channel = counts[key.first];
      for (const std::string& viewer : viewers) ++channel[viewer];
      names.insert(viewers.begin(), viewers.end());
      rows += viewers.size();
    }

    const Presence presence = read(to_files(samples));
    ASSERT_EQ(presence.channels.size(), counts.size());
    EXPECT_EQ(presence.incidence.num_viewers, names.size());
    EXPECT_EQ(presence.report.num_snapshots, snapshots.size());
    EXPECT_EQ(presence.report.num_presence_rows, rows);
    std::size_t c = 0;
    for (const auto& [login, viewers] : counts) {
      const Channel& channel = presence.channels[c];
      EXPECT_EQ(channel.login, login);
      EXPECT_EQ(channel.audience, viewers.size());
      EXPECT_EQ(presence.incidence.row(static_cast<std::uint32_t>(c)).size(), viewers.size());
      for (const auto& [viewer, count] : viewers) EXPECT_EQ(presence_count(presence, login, viewer), count) << login << " " << viewer;
      ++c;
    }
    for (std::uint32_t row = 0; row < presence.incidence.num_channels(); ++row) {
      const auto viewers = presence.incidence.row(row);
      EXPECT_TRUE(std::is_sorted(viewers.begin(), viewers.end()));
      EXPECT_EQ(std::adjacent_find(viewers.begin(), viewers.end()), viewers.end());
    }
  }
}

TEST(ReadProperty, OrderOfFilesAndDuplicatesChangeNothing) {
  for (std::uint64_t round = 0; round < 10; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + round));
    Random random(kSeed + round);
    std::vector<Sample> samples = make_samples(random, 40);
    const std::string expected = describe(read(to_files(samples)));
    for (std::size_t i = samples.size(); i > 1; --i) std::swap(samples[i - 1], samples[random.below(i)]);
    EXPECT_EQ(describe(read(to_files(samples))), expected);
    MemoryFiles doubled = to_files(samples);
    doubled["again.ndjson"] = to_ndjson(samples);
    doubled["a/once_more.json.gz"] = compress_gzip(samples[0].json());
    EXPECT_EQ(describe(read(doubled)), expected);
  }
}

TEST(ReadProperty, FormatsAndCompressionChangeNothing) {
  Random random(kSeed);
  std::vector<Sample> samples = make_samples(random, 60);
  // CSV knows no snapshot without a chatter.
  std::erase_if(samples, [](const Sample& sample) { return sample.chatters.empty(); });
  const std::string lines = to_ndjson(samples);
  const std::string expected = describe(read({{"x.ndjson", lines}}));
  std::string array = "[\n";
  for (const Sample& sample : samples) array += (array.size() > 2 ? ",\n" : "") + sample.json();
  array += "]";
  std::string csv;
  append_chatter_csv_header(csv);
  for (const Sample& sample : samples) csv += sample.csv();
  EXPECT_EQ(describe(read({{"x.json", lines}})), expected);
  EXPECT_EQ(describe(read({{"x.json", array}})), expected);
  EXPECT_EQ(describe(read({{"x.ndjson.gz", compress_gzip(lines)}})), expected);
  EXPECT_EQ(describe(read({{"x.json.ZST", compress_zstd(array)}})), expected);
  EXPECT_EQ(describe(read({{"x.jsonl.gz", lines}})), expected);  // the content counts, not the name
  EXPECT_EQ(describe(read({{"x.json", compress_zstd(lines)}})), expected);
  EXPECT_EQ(describe(read({{"x.ndjson.gz", compress_gzip(lines.substr(0, 1000)) + compress_gzip(lines.substr(1000))}})), expected);
  const std::string from_csv = describe(read({{"x.csv", csv}}));
  EXPECT_EQ(describe(read({{"x.csv.gz", compress_gzip(csv)}})), from_csv);
  const std::string csv_source = "csv=";
  std::string as_live = from_csv;
  as_live.replace(as_live.find(csv_source), csv_source.size(), "live=");
  EXPECT_EQ(as_live, expected);
}

TEST(ReadProperty, ThreadsAndBlocksChangeNothing) {
  Random random(kSeed);
  const std::vector<Sample> samples = make_samples(random, 120);
  MemoryFiles files = to_files(std::vector<Sample>(samples.begin(), samples.begin() + 60));
  files["lines.ndjson"] = to_ndjson(samples) + "broken\n" + to_ndjson(samples) + "{\"channel\":\"cut";
  std::string array = "[";
  for (const Sample& sample : samples) array += sample.json() + ",\n";
  files["array.json"] = array + "]";
  append_chatter_csv_header(files["log.csv"]);
  for (const Sample& sample : samples) files["log.csv"] += sample.csv();
  files["log.csv"] += "short,row\n";
  files["packed.ndjson.zst"] = compress_zstd(to_ndjson(samples));
  const std::string expected = describe_all(read(files));
  EXPECT_NE(expected.find("wrong_csv_row 1"), std::string::npos);
  for (const unsigned threads : {1U, 2U, 8U}) {
    for (const std::size_t block_bytes : {std::size_t{7}, std::size_t{64}, std::size_t{1000}, std::size_t{1} << 20U}) {
      presence_internal::ReadLimits limits;
      limits.block_bytes = block_bytes;
      EXPECT_EQ(describe_all(read(files, threads, limits)), expected) << threads << " threads, blocks of " << block_bytes;
    }
  }
}

TEST(ReadProperty, BlocksEndAtRecords) {
  using presence_internal::Framing;
  using presence_internal::whole_records;
  EXPECT_EQ(whole_records(Framing::kLines, "abc\nde"), 4U);
  EXPECT_EQ(whole_records(Framing::kLines, "abc"), 0U);
  EXPECT_EQ(whole_records(Framing::kObjects, R"([{"a":"}\""},{"b)"), 12U);
  EXPECT_EQ(whole_records(Framing::kObjects, R"({"a":{}} {"b":1})"), 16U);
  EXPECT_EQ(whole_records(Framing::kObjects, R"({"a":"\\"}{)"), 10U);
  EXPECT_EQ(whole_records(Framing::kCsv, "a,b\n\"x\ny\",c\n\"open\n"), 12U);
  EXPECT_EQ(whole_records(Framing::kCsv, "a\"b\nc"), 4U);
  EXPECT_EQ(whole_records(Framing::kCsv, "a,\"x\"\"\ny\"\nrest"), 10U);
  EXPECT_EQ(whole_records(Framing::kCsv, "a,\"x\ny\""), 0U);
}

TEST(ReadProperty, ProgressRisesToTheTotal) {
  Random random(kSeed);
  const MemoryFiles files = to_files(make_samples(random, 100));
  std::vector<std::uint64_t> seen;
  std::uint64_t expected_total = 0;
  for (const auto& [key, bytes] : files) expected_total += bytes.size();
  ReadOptions options;
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(total, expected_total);
    seen.push_back(done);
  };
  ASSERT_TRUE(read_memory(files, options, {}, 2).ok());
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), expected_total);
}

TEST(ReadProperty, DigestIsOfTheContent) {
  const auto digest = [](const MemoryFiles& files) { return read(files).report.input_digest; };
  const std::string snapshot = R"({"channel":"a","timestamp":1760000000,"chatters":["bob"]})";
  const std::string base = digest({{"a.json", snapshot}});
  EXPECT_TRUE(base.starts_with("xxh3-128:"));
  EXPECT_EQ(base.size(), 9U + 32);
  EXPECT_EQ(digest({{"a.json", snapshot}, {"truth.json", "{}"}}), base);
  EXPECT_NE(digest({{"b.json", snapshot}}), base);
  EXPECT_NE(digest({{"a.json", snapshot + " "}}), base);
}

}  // namespace
}  // namespace vieweratlas
