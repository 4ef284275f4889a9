#include "vieweratlas/presence/redact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include "support/temporary_folder.h"

#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

ViewerTest forget(std::set<std::string> names) {
  return [names = std::move(names)](const NamedViewer& viewer) {
    return names.contains(to_lower(viewer.name)) || names.contains(to_lower(viewer.id)) || names.contains(to_lower(viewer.login));
  };
}

std::string without_ada(std::string_view text, std::string_view key = "a.json") {
  Redaction redaction;
  return redact_text(text, key, forget({"ada", "77"}), redaction);
}

TEST(Redact, TakesAnElementWithOneComma) {
  EXPECT_EQ(without_ada(R"({"channel":"x","chatters":["ada","b","c"]})"), R"({"channel":"x","chatters":["b","c"]})");
  EXPECT_EQ(without_ada(R"({"channel":"x","chatters":["b","ada","c"]})"), R"({"channel":"x","chatters":["b","c"]})");
  EXPECT_EQ(without_ada(R"({"channel":"x","chatters":["b","c","ada"]})"), R"({"channel":"x","chatters":["b","c"]})");
  EXPECT_EQ(without_ada(R"({"channel":"x","chatters":["ada"]})"), R"({"channel":"x","chatters":[]})");
  EXPECT_EQ(without_ada(R"({"channel":"x","chatters":["ada","ada","b","ada"]})"), R"({"channel":"x","chatters":["b"]})");
}

TEST(Redact, KeepsAllElseByteForByte) {
  const std::string before =
      "{ \"title\" : \"ada plays \\\"77\\\"\",\n  \"channel\":\"ada\", \"n\":1.50e3,\n \"chatters\" : [\n  \"b\",\n  \"ADA\",\n  \"c\" ] "
      "}\n\n";
  const std::string after =
      "{ \"title\" : \"ada plays \\\"77\\\"\",\n  \"channel\":\"ada\", \"n\":1.50e3,\n \"chatters\" : [\n  \"b\",\n  \"c\" ] }\n\n";
  EXPECT_EQ(without_ada(before), after);
  EXPECT_EQ(without_ada("\xEF\xBB\xBF \n" + before), "\xEF\xBB\xBF \n" + after);
  EXPECT_EQ(without_ada(after), after);
}

TEST(Redact, FindsEverySpellingOfAName) {
  for (const std::string_view chatter : {R"("ada")", R"(" Ada ")", R"("\u0061da")", "77", R"("77")", R"({"login":"ada"})",
                                         R"({"id":77,"login":"x"})", R"({"user_id":"77"})", R"({"name":"ADA","color":{"id":"5"}})"}) {
    const std::string text = R"({"channel":"x","chatters":["b",)" + std::string(chatter) + "]}";
    EXPECT_EQ(without_ada(text), R"({"channel":"x","chatters":["b"]})") << text;
  }
  const std::string other = R"({"channel":"x","chatters":["adam","b-ada","7","777",{"login":"adam","badges":["ada"]}]})";
  EXPECT_EQ(without_ada(other), other);
}

TEST(Redact, TakesWhatBelongsToTheChatter) {
  EXPECT_EQ(without_ada(R"({"channel":"x","chatters":["h1","h2","h3"],"messages":[1,2,3],"logins":["l1","ada",""]})"),
            R"({"channel":"x","chatters":["h1","h3"],"messages":[1,3],"logins":["l1",""]})");
  EXPECT_EQ(without_ada(R"({"messages":[1,2],"logins":["",""],"chatters":["ada","h3"]})"),
            R"({"messages":[2],"logins":[""],"chatters":["h3"]})");
}

TEST(Redact, ListsThatAreOutOfStepLoseTheNames) {
  EXPECT_EQ(without_ada(R"({"channel":"x","chatters":["h1"],"logins":["l1","ada"],"messages":[1,2]})"),
            R"({"channel":"x","chatters":["h1"],"logins":["l1"],"messages":[1,2]})");
}

TEST(Redact, TakesRecordsOfOneChatterAsAWhole) {
  EXPECT_EQ(
      without_ada(
          "{\"channel\":\"x\",\"username\":\"b\"}\n{\"channel\":\"x\",\"username\":\"ada\"}\n{\"channel\":\"y\",\"username\":\"c\"}\n",
          "a.ndjson"),
      "{\"channel\":\"x\",\"username\":\"b\"}\n{\"channel\":\"y\",\"username\":\"c\"}\n");
  EXPECT_EQ(without_ada(R"([{"channel":"x","username":"ada"}, {"channel":"x","username":"b"}])"), R"([{"channel":"x","username":"b"}])");
  EXPECT_EQ(without_ada(R"({"channel":"x","username":"ada","chatters":["b"]})"), R"({"channel":"x","username":null,"chatters":["b"]})");
}

TEST(Redact, TakesCommentsOfRecordedChats) {
  const std::string before =
      R"({"streamer":{"name":"Ada","id":5},"comments":[{"_id":"m1","commenter":{"display_name":"Bea","_id":"5","name":"bea"},"message":{"body":"hi"}},)"
      R"({"_id":"m2","commenter":{"display_name":"Ada","_id":"77","name":"ada_new"},"message":{"body":"hello \"all\""}},{"_id":"m3","commenter":null}]})";
  const std::string after =
      R"({"streamer":{"name":"Ada","id":5},"comments":[{"_id":"m1","commenter":{"display_name":"Bea","_id":"5","name":"bea"},"message":{"body":"hi"}},)"
      R"({"_id":"m3","commenter":null}]})";
  EXPECT_EQ(without_ada(before), after);
}

TEST(Redact, FindsSnapshotsAtAnyDepthAndInAnySequence) {
  EXPECT_EQ(without_ada(R"({"data":[{"chatters":["ada"]},{"chatters":["b","ada"]}]})"), R"({"data":[{"chatters":[]},{"chatters":["b"]}]})");
  EXPECT_EQ(without_ada("{\"chatters\":[\"ada\"]} {\"chatters\":[\"b\",\"ada\"]}"), "{\"chatters\":[]} {\"chatters\":[\"b\"]}");
  EXPECT_EQ(without_ada("[{\"chatters\":[\"ada\"]}]\n{\"chatters\":[\"b\",\"ada\"]}\n", "a.ndjson"),
            "[{\"chatters\":[]}]\n{\"chatters\":[\"b\"]}\n");
}

TEST(Redact, FindsNamesInDamagedRecords) {
  // Cut off, then the next record on the same line.
  EXPECT_EQ(without_ada("{\"channel\":\"x\",\"chatters\":[\"b\",\"ada\",\"c{\"channel\":\"y\",\"chatters\":[\"ada\"]}\n", "a.ndjson"),
            "{\"channel\":\"x\",\"chatters\":[\"b\",\"c{\"channel\":\"y\",\"chatters\":[]}\n");
  EXPECT_EQ(without_ada(R"({"channel":"ada","chatters":["b","ada","c)"), R"({"channel":"ada","chatters":["b","c)");
  EXPECT_EQ(without_ada(R"({"channel":"ada","chatters":["b","ada)"), R"({"channel":"ada","chatters":["b")");
  EXPECT_EQ(without_ada(R"({"channel":"ada","chatters":[{"login":"ada","id)"), R"({"channel":"ada","chatters":[{"login":"","id)");
  EXPECT_EQ(without_ada("{\"a\" 1, \"chatters\":[\"ada\"]}\n{\"chatters\":[\"ada\",\"b\"]}", "a.ndjson"),
            "{\"a\" 1, \"chatters\":[]}\n{\"chatters\":[\"b\"]}");
}

TEST(Redact, FindsNamesThatTheReaderMakesOfDamage) {
  // What is no text becomes a blank, and blanks around a name do not count.
  EXPECT_EQ(without_ada("{\"channel\":\"x\",\"chatters\":[\"b\",\"\x04 ada\"]}"), R"({"channel":"x","chatters":["b"]})");
  // Some parsers go on behind a bracket that does not fit.
  EXPECT_EQ(without_ada(R"({"channel":"x","chatters":["ada","b":1,"c"},"\u0061da"]})"), R"({"channel":"x","chatters":["b":1,"c"}]})");
}

TEST(Redact, TakesRowsOfTables) {
  const std::string header = "timestamp,channel,viewer_count,title,username\r\n";
  EXPECT_EQ(without_ada(header + "2026-01-01,x,5,\"a, \"\"b\"\"\nc\",Ada\r\n2026-01-01,ada,5,t,b\r\n2026-01-01,x,5,t,\"ada\"", "a.csv"),
            header + "2026-01-01,ada,5,t,b\r\n");
  const std::string others = "id,label,size\nada,ada,5\n";
  EXPECT_EQ(without_ada(others, "a.csv"), others);
  EXPECT_EQ(without_ada(header + "2026-01-01,x,ada\n2026-01-01,x,5,t,c\n", "a.csv"), header + "2026-01-01,x,5,t,c\n");
}

TEST(Redact, GoesThroughLongFilesPieceByPiece) {
  std::string before = "[";
  std::string after = "[";
  for (int i = 0; i < 60000; ++i) {
    const std::string rest = std::to_string(i) + std::string(100, 'x') + "\"]}";
    before += (i == 0 ? "" : ",\n") + std::string("{\"channel\":\"x\",\"chatters\":[\"ada\",\"v") + rest;
    after += (i == 0 ? "" : ",\n") + std::string("{\"channel\":\"x\",\"chatters\":[\"v") + rest;
  }
  before += "]";
  after += "]";
  ASSERT_GT(before.size(), 8U << 20U);
  Redaction redaction;
  EXPECT_TRUE(redact_text(before, "a.json", forget({"ada"}), redaction) == after);
  EXPECT_EQ(redaction.num_removed, 60000U);
  EXPECT_EQ(redaction.num_viewers, 120000U);
}

TEST(Redact, LooksWithoutWriting) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a.json";
  const std::string text = R"({"channel":"x","chatters":["ada","b"]})";
  ASSERT_TRUE(write_file_atomic(path, text).ok());
  const auto redaction = redact_file(path, "a.json", forget({"ada"}), RedactMode::kLook);
  ASSERT_TRUE(redaction.ok());
  EXPECT_EQ(redaction->num_removed, 1U);
  EXPECT_EQ(read_file(path).value(), text);
}

TEST(Redact, CompressedFilesStayCompressedInTheirWay) {
  const TemporaryFolder folder;
  const std::string before = R"({"channel":"x","chatters":["ada","b"]})"
                             "\n";
  const std::string after = R"({"channel":"x","chatters":["b"]})"
                            "\n";
  const auto check = [&](const std::string& name, const std::string& stored, Compression kind) {
    const fs::path path = folder.path() / name;
    ASSERT_TRUE(write_file_atomic(path, stored).ok());
    ASSERT_TRUE(redact_file(path, name, forget({"ada"}), RedactMode::kRewrite).ok());
    std::string content;
    const auto unpacked = decompress(kind, read_file(path).value(), content);
    ASSERT_TRUE(unpacked.ok());
    EXPECT_TRUE(unpacked->complete);
    EXPECT_EQ(content, after);
  };
  check("a.json.gz", compress_gzip(before), Compression::kGzip);
  check("a.ndjson.zst", compress_zstd(before), Compression::kZstd);
  check("a.json", compress_zstd(before), Compression::kZstd);
  check("b.json", before, Compression::kNone);
}

TEST(Redact, AFileWithoutTheViewerIsNotTouched) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a.json";
  ASSERT_TRUE(write_file_atomic(path, R"({"channel":"x","chatters":["b"]})").ok());
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);  // nothing could be written here
  const auto before = fs::last_write_time(path);
  const auto redaction = redact_file(path, "a.json", forget({"ada"}), RedactMode::kRewrite);
  fs::permissions(folder.path(), fs::perms::owner_all);
  ASSERT_TRUE(redaction.ok());
  EXPECT_EQ(fs::last_write_time(path), before);
}

TEST(Redact, SaysWhatItCouldNotRead) {
  const TemporaryFolder folder;
  const std::string name = "a.json.gz";
  const std::string stored = compress_gzip(std::string(1000, ' ') + R"({"channel":"x","chatters":["ada","b"]})");
  ASSERT_TRUE(write_file_atomic(folder.path() / name, stored.substr(0, stored.size() - 12)).ok());
  const auto redaction = redact_file(folder.path() / name, name, forget({"ada"}), RedactMode::kRewrite);
  ASSERT_TRUE(redaction.ok());
  EXPECT_FALSE(redaction->problem.empty());
}

}  // namespace
}  // namespace vieweratlas
