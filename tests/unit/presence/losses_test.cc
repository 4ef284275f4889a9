#include "vieweratlas/presence/losses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "presence/read_files.h"
#include "presence/snapshot_file.h"
#include "unit/presence/memory_input.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/storage/compression.h"

namespace vieweratlas {
namespace {

const std::string kGood = R"({"channel":"good","timestamp":"2026-11-22T10:00:00Z","chatters":["bob"]})";

TEST(Losses, KeepTheSmallestExampleInAnyOrderOfMerging) {
  Losses a;
  a.add("x", "b:1: what");
  Losses b;
  b.add("x", "a:9: what", 3);
  b.add("y", "c");
  Losses ab = a;
  ab.merge(b);
  Losses ba = b;
  ba.merge(a);
  for (const Losses& merged : {ab, ba}) {
    EXPECT_EQ(merged.total(), 5U);
    EXPECT_EQ(merged.by_reason().at("x").count, 4U);
    EXPECT_EQ(merged.by_reason().at("x").example, "a:9: what");
  }
}

struct Case {
  std::string_view key;
  std::string bytes;
  std::string_view reason;
  std::string_view example;  ///< how the example begins
  std::uint64_t count = 1;
};

/// Each case holds the good snapshot too, which must be read whatever the loss is.
void expect_loss(const Case& c) {
  SCOPED_TRACE(std::string(c.reason) + " " + c.bytes.substr(0, 300));
  const Presence presence = read_one(std::string(c.key), c.bytes);
  EXPECT_EQ(presence_count(presence, "good", "bob"), 1U);
  EXPECT_EQ(losses_of(presence, c.reason), c.count);
  EXPECT_EQ(presence.report.losses.total(), c.count);
  EXPECT_TRUE(example_of(presence, c.reason).starts_with(c.example)) << example_of(presence, c.reason);
  const auto strict = read_memory({{std::string(c.key), c.bytes}}, {.strict = true});
  ASSERT_FALSE(strict.ok());
  EXPECT_EQ(strict.error().code, ErrorCode::kCorruptData);
  EXPECT_NE(strict.error().message.find(c.example), std::string::npos) << strict.error().message;
}

std::string lines(const std::string& bad) { return kGood + "\n\n" + bad + "\n"; }

/// `kGood` with other or more fields, of another channel.
std::string other(const std::string& fields) { return R"({"timestamp":"2026-11-22T10:00:00Z","chatters":["eve"],)" + fields + "}"; }

TEST(Losses, OfWholeRecords) {
  expect_loss({"d/x.ndjson", lines("not json"), "invalid_json", "d/x.ndjson:3: this line is no JSON object: not json"});
  expect_loss({"x.ndjson", lines(R"({"channel":"b",)"), "invalid_json", "x.ndjson:3: "});
  expect_loss({"x.ndjson", lines(R"({"channel":"b" "chatters":[]})"), "invalid_json", "x.ndjson:3: "});
  expect_loss({"x.ndjson", kGood + "\n" + R"({"channel":"b","chatters":["a)", "truncated_json", "x.ndjson:2: the file ends in the middle"});
  expect_loss({"x.ndjson", R"({"channel":"b","chatters":["a","b)" + kGood + "\n", "truncated_json", "x.ndjson:1: a record was cut off"});
  expect_loss({"x.ndjson", lines(R"({"hello":"world"})"), "unknown_record", "x.ndjson:3: "});
  expect_loss({"x.json", "[" + kGood + ",\n\n\n" + R"({"channel":"b","chatters":["a")", "truncated_json", "x.json:4: "});
  expect_loss({"x.json",
               "["
               R"({"channel":"b","chatters":[1 2]},)"
               "\n" +
                   kGood + "]",
               "invalid_json", "x.json:1: "});
  expect_loss({"x.ndjson", lines(other(R"("title":"x")")), "missing_channel", "x.ndjson:3: "});
  expect_loss({"x.ndjson", lines(other(R"("channel":7.5e)")), "invalid_json", "x.ndjson:3: "});
  expect_loss({"x.ndjson", lines(other(R"("channel":["b"])")), "wrong_channel", "x.ndjson:3: "});
  expect_loss({"x.ndjson", lines(R"({"channel":"b","chatters":["eve"]})"), "missing_time", "x.ndjson:3: "});
  expect_loss({"x.ndjson", lines(R"({"channel":"b","timestamp":"soon","chatters":["eve"]})"), "wrong_time", "x.ndjson:3: "});
  expect_loss(
      {"x.ndjson", lines(R"({"channel":"b","timestamp":"0001-01-01T00:00:00Z","chatters":["eve"]})"), "wrong_time", "x.ndjson:3: "});
  expect_loss({"x.ndjson", lines(R"({"channel":"b","timestamp":"2026-11-22T10:00:00Z"})"), "missing_chatters", "x.ndjson:3: "});
}

TEST(Losses, OfAbsurdChannelNames) {
  for (const std::string name : {"../../etc/passwd", "a/b", "a b", "a\\u0000b", "a\\nb", "<script>", "a\\\\b"}) {
    expect_loss({"x.ndjson", lines(other("\"channel\":\"" + name + "\"")), "wrong_channel", "x.ndjson:3: "});
  }
  expect_loss({"x.ndjson", lines(other("\"channel\":\"" + std::string(65, 'x') + "\"")), "wrong_channel", "x.ndjson:3: "});
}

TEST(Losses, OfFieldsKeepTheSnapshot) {
  const auto expect_field_loss = [](const std::string& fields, std::string_view reason) {
    expect_loss({"x.ndjson", lines(other(R"("channel":"b",)" + fields)), reason, "x.ndjson:3: "});
    const Presence presence = read_one("x.ndjson", lines(other(R"("channel":"b",)" + fields)));
    EXPECT_EQ(presence_count(presence, "b", "eve"), 1U);
  };
  for (const std::string value : {"\"abc\"", "-1", "true", "[]", "{\"a\":1}", "1e30", "\"12 34\""}) {
    expect_field_loss("\"viewer_count\":" + value, "wrong_viewer_count");
  }
  for (const std::string field : {"title", "game_name", "language", "source", "display_name", "channel_id"}) {
    expect_field_loss("\"" + field + "\":[\"x\"]", "wrong_text");
  }
}

TEST(Losses, OfATimeThatTheFileNameReplaces) {
  const std::string json = R"({"channel":"good","timestamp":"yesterday","chatters":["bob"]})";
  expect_loss({"good_20261122_100000.json", json, "wrong_time", "good_20261122_100000.json:1: "});
}

TEST(Losses, OfChattersKeepTheOthers) {
  const std::string json =
      R"({"channel":"good","timestamp":1760000000,"chatters":["bob","",null,true,[],{},{"color":"red"},{"login":""},"  "]})";
  expect_loss({"x.json", json, "wrong_chatter", "x.json:1: a chatter has no name: \"\"", 8});
  expect_loss({"x.ndjson", lines(R"({"channel":"b","timestamp":1760000000,"chatters":"bob"})"), "wrong_chatters", "x.ndjson:3: "});
}

TEST(Losses, OfCharactersKeepTheRecord) {
  const auto with_title = [](const std::string& title) {
    return R"({"channel":"good","timestamp":1760000000,"title":")" + title + R"(","chatters":["bob"]})";
  };
  expect_loss({"x.json", with_title("a\xFF"), "invalid_utf8", "x.json:1: "});
  expect_loss({"x.json",
               with_title("a\x01"
                          "b"),
               "control_characters", "x.json:1: "});
  EXPECT_EQ(read_one("x.json", with_title("a\xFF")).channels.at(0).top_title(), "a\xEF\xBF\xBD");
  EXPECT_EQ(read_one("x.json", with_title("a\x01"
                                          "b"))
                .channels.at(0)
                .top_title(),
            "a b");
}

TEST(Losses, OfCsvRows) {
  const std::string head = "channel,chatter,timestamp,title\ngood,bob,1760000000,t\n";
  expect_loss({"x.csv", head + "b,eve,1760000000\n", "wrong_csv_row", "x.csv:3: 3 fields where the header has 4"});
  expect_loss({"x.csv", head + "b,eve,1760000000,one, two\n", "wrong_csv_row", "x.csv:3: 5 fields"});
  expect_loss({"x.csv", head + "b,eve,1760", "truncated_csv", "x.csv:3: "});
  expect_loss({"x.csv", head + "b,eve,1760000000,\"open\nb,", "truncated_csv", "x.csv:3: "});
  expect_loss({"x.csv", head + "b,,1760000000,t\n", "wrong_chatter", "x.csv:3: "});
  expect_loss({"x.csv", head + "a/b,eve,1760000000,t\n", "wrong_channel", "x.csv:3: "});
  expect_loss({"x.csv", head + ",eve,1760000000,t\n", "missing_channel", "x.csv:3: "});
  expect_loss({"x.csv", head + "b,eve,,t\n", "missing_time", "x.csv:3: "});
}

TEST(Losses, OfCompressedFiles) {
  const std::string content = lines(R"({"channel":"b","timestamp":1760000000,"chatters":["eve"]})");
  const std::string gzip = compress_gzip(content);
  expect_loss({"x.ndjson.gz", gzip.substr(0, gzip.size() - 4), "truncated_compression", "x.ndjson.gz:1: "});
  const Presence none = read_one("x.ndjson.zst", "\x28\xB5\x2F\xFD garbage");
  EXPECT_EQ(losses_of(none, "damaged_compression") + losses_of(none, "truncated_compression"), 1U);
}

TEST(Losses, LargeCompressedFilesAreReadInPieces) {
  // Names that hardly compress: several pieces of stored bytes, and a stream that ends in the middle of one.
  std::string content;
  std::uint64_t random = 1;
  for (int line = 0; line < 400; ++line) {
    content += R"({"channel":"c","timestamp":)" + std::to_string(1760000000 + 60 * line) + R"(,"chatters":["x")";
    for (int viewer = 0; viewer < 400; ++viewer) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      content += ",\"" + std::to_string(random) + '"';
    }
    content += "]}\n";
  }
  const std::size_t half = content.find('\n', content.size() / 2) + 1;
  const auto plain = read_memory({{"x.ndjson", content}});
  ASSERT_TRUE(plain.ok());
  const auto compress_both = [&](const auto& compress) { return compress(content.substr(0, half)) + compress(content.substr(half)); };
  for (const std::string& stored : {compress_both([](const std::string& text) { return compress_gzip(text); }),
                                    compress_both([](const std::string& text) { return compress_zstd(text); })}) {
    ASSERT_GT(stored.size(), std::size_t{5} << 18U);
    for (const std::size_t block_bytes : {std::size_t{1} << 20U, std::size_t{1000}}) {
      presence_internal::ReadLimits limits;
      limits.block_bytes = block_bytes;
      const auto packed = read_memory({{"x.ndjson.gz", stored}}, {}, limits, 2);
      ASSERT_TRUE(packed.ok());
      EXPECT_EQ(packed->report.num_presence_rows, plain->report.num_presence_rows);
      EXPECT_EQ(packed->incidence.viewers, plain->incidence.viewers);
      EXPECT_TRUE(packed->report.losses.empty());
      EXPECT_EQ(packed->report.num_bytes, stored.size());
      limits.max_file_bytes = half;
      const auto bomb = read_memory({{"x.ndjson.gz", stored}}, {}, limits);
      ASSERT_TRUE(bomb.ok());
      EXPECT_EQ(losses_of(*bomb, "oversized_record"), 1U);
      EXPECT_EQ(bomb->report.num_snapshots,
                static_cast<std::uint64_t>(std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(half), '\n')));
    }
  }
}

TEST(Losses, OfOversizedRecordsKeepTheOtherLines) {
  presence_internal::ReadLimits limits;
  limits.block_bytes = 64;
  limits.max_record_bytes = 512;
  const std::string huge = R"({"channel":"b","timestamp":1760000000,"title":")" + std::string(5000, 'x') + R"(","chatters":["eve"]})";
  const auto presence = read_memory({{"x.ndjson", kGood + "\n" + huge + "\n" + kGood + "\n"}}, {}, limits);
  ASSERT_TRUE(presence.ok());
  EXPECT_EQ(losses_of(*presence, "oversized_record"), 1U);
  EXPECT_TRUE(example_of(*presence, "oversized_record").starts_with("x.ndjson:2: ")) << example_of(*presence, "oversized_record");
  EXPECT_EQ(presence_count(*presence, "good", "bob"), 1U);
  const auto array = read_memory({{"x.json", "[" + kGood + "," + huge + "]"}}, {}, limits);
  ASSERT_TRUE(array.ok());
  EXPECT_EQ(losses_of(*array, "oversized_record"), 1U);
  EXPECT_EQ(presence_count(*array, "good", "bob"), 1U);
}

TEST(Losses, HugeLineIsReadWhole) {
  std::string line = R"({"channel":"good","timestamp":1760000000,"chatters":["bob")";
  for (int i = 0; i < 200'000; ++i) line += ",\"viewer_" + std::to_string(i) + "\"";
  const auto presence = read_memory({{"x.ndjson", line + "]}\n" + kGood + "\n"}}, {}, {}, 2);
  ASSERT_TRUE(presence.ok());
  EXPECT_EQ(presence->channels.at(0).audience, 200'001U);
  EXPECT_TRUE(presence->report.losses.empty());
}

TEST(Losses, FilesThatHoldSomethingElseAreSetAside) {
  const MemoryFiles files{
      {"truth.json", R"({"seed":1,"channels":[{"channel":"a","community":3}]})"},
      {"analysis_results.json", R"({"timestamp":"2026-11-22T10:00:00Z","partition":{"a":1}})"},
      {"daily_collection_state.json", R"({"live":{"a":"2026-11-22"},"vod":{}})"},
      {"vod_queue.json", R"([{"vod_id":"1","channel_login":"a","status":"pending","created_at":"2026-11-22"}])"},
      {"names.json", R"(["a","b","{"])"},
      {"number.json", "42"},
      {"good.json", kGood},
      {"empty.json", ""},
      {"blank.ndjson", " \n\n\t\n"},
      {"empty.csv", ""},
      {"empty_list.json", "[]"},
  };
  const auto presence = read_memory(files, {.strict = true});
  ASSERT_TRUE(presence.ok()) << presence.error().message;
  EXPECT_EQ(presence->report.set_aside.by_reason().at("no_snapshot").count, 6U);
  EXPECT_EQ(presence->report.set_aside.by_reason().at("no_snapshot").example, "analysis_results.json:1: this file holds no snapshots");
  EXPECT_EQ(presence->report.num_files, 1U);
  EXPECT_EQ(presence->report.num_files_empty, 3U);
}

TEST(Losses, GarbageDoesNoHarm) {
  std::string garbage;
  for (int i = 0; i < 5000; ++i) garbage += static_cast<char>((i * 7919 + i / 256) % 256);
  for (const std::string key : {"x.json", "x.ndjson", "x.csv", "x.json.gz", "x.csv.zst"}) {
    for (const std::string prefix : {"", "{", "[{", "{\"chatters\":[", "\x1F\x8B", "\x28\xB5\x2F\xFD", "channel,chatter,timestamp\n"}) {
      const auto presence = read_memory({{key, prefix + garbage}});
      ASSERT_TRUE(presence.ok());
      EXPECT_TRUE(presence->channels.empty()) << key << " " << prefix;
    }
  }
}

/// A malformed record must not lead the parser into the one behind it.
TEST(Losses, UnbalancedRecordsDoNoHarm) {
  for (const std::string bad :
       {R"({"chatters":["a",["b":1},{"name":"x"})", R"({"chatters":][})", R"({"chatters":[[[}]})", R"({"channel":{"chatters":[}})",
        R"({"chatters":["a","b"})", R"({"chatters":[{"id":}]})", R"({"chatters":[,]})", R"({"channel"})", R"({"chatters":["a"]]})"}) {
    for (const std::string key : {"x.json", "x.ndjson"}) {
      for (const std::string between : {",", "\n", ""}) {
        std::string text = "[";
        text.append(bad).append(between).append(kGood).append("]");
        SCOPED_TRACE(text);
        const Presence presence = read_one(key, text);
        EXPECT_LE(presence.channels.size(), 1U);
        EXPECT_FALSE(presence.report.losses.empty());
      }
    }
  }
}

/// Files cut anywhere: no crash, and nothing but whole records.
TEST(Losses, TruncationAtEachByte) {
  const std::string first = R"({"channel":"a","timestamp":1760000000,"title":"x\"y","chatters":["bob","e\u0076e",{"id":"7","login":"z"}]})";
  const MemoryFiles files{
      {"x.json", "[\n" + first + ",\n" + kGood + "\n]\n"},
      {"x.ndjson", first + "\n" + kGood + "\n"},
      {"y.csv", "timestamp,channel,title,username\n1760000000,a,\"x\"\"y\",bob\n1760000000,a,\"x\"\"y\",eve\n1760000000,good,,bob\n"},
      {"z.ndjson.gz", compress_gzip(first + "\n" + kGood + "\n")},
      {"z.ndjson.zst", compress_zstd(first + "\n" + kGood + "\n")},
  };
  for (const auto& [key, bytes] : files) {
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
      const Presence presence = read_one(key, bytes.substr(0, size));
      for (const Channel& channel : presence.channels) EXPECT_TRUE(channel.login == "a" || channel.login == "good") << key << " " << size;
      EXPECT_LE(presence.incidence.num_viewers, 3U + (key == "y.csv" ? 1U : 0U)) << key << " " << size;
      if (size == bytes.size()) {
        EXPECT_EQ(presence.channels.size(), 2U) << key;
        EXPECT_TRUE(presence.report.losses.empty()) << key;
      }
    }
  }
}

TEST(Losses, LastRecordOfAFileThatIsBeingWrittenIsNoLoss) {
  const MemoryFiles files{
      {"a.ndjson", kGood + "\n" + R"({"channel":"b","chatters":["a)"},
      {"b.json", R"({"channel":"b","chatters":["a)"},
      {"c.csv", "channel,chatter,timestamp\ngood,bob,1760000000\ngood,bo"},
      {"d.ndjson.gz", compress_gzip(kGood + "\n").substr(0, 40)},
  };
  ThreadPool pool(1);
  const auto presence = presence_internal::read_files(as_input(files, true), nullptr, {.strict = true}, {}, pool);
  ASSERT_TRUE(presence.ok()) << presence.error().message;
  EXPECT_EQ(presence->report.set_aside.by_reason().at("unfinished").count, 4U);
  EXPECT_EQ(presence->incidence.num_viewers, 1U);
}

}  // namespace
}  // namespace vieweratlas
