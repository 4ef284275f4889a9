#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "twitch/json_stream.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas::twitch_internal {
namespace {

/// Writes down what it is told; keys that begin with "skip" are not wanted.
class Scribe final : public JsonEvents {
 public:
  bool key(std::string_view name) override {
    told += "k(" + std::string(name) + ")";
    return !name.starts_with("skip");
  }
  void begin_object() override { told += "{"; }
  void end_object() override { told += "}"; }
  void begin_array() override { told += "["; }
  void end_array() override { told += "]"; }
  void text(std::string_view value, bool is_whole) override { told += (is_whole ? "t(" : "cut(") + std::string(value) + ")"; }
  void word(std::string_view value) override { told += "w(" + std::string(value) + ")"; }

  std::string told;
};

struct Heard {
  std::string told;
  std::string problem;
  friend bool operator==(const Heard&, const Heard&) = default;
};

Heard hear(std::string_view json, std::size_t piece, JsonLimits limits = {}) {
  Scribe scribe;
  JsonStream stream(scribe, limits);
  Status status;
  for (std::size_t at = 0; at < json.size() && status.ok(); at += piece) status = stream.feed(json.substr(at, piece));
  if (status.ok()) status = stream.finish();
  return {scribe.told, status.ok() ? "" : status.error().message};
}

std::string told(std::string_view json) {
  const Heard heard = hear(json, json.size() + 1);
  EXPECT_EQ(heard.problem, "") << json;
  return heard.told;
}

TEST(JsonStream, TellsWhatIsThere) {
  EXPECT_EQ(told(R"({"a":1,"b":"x","c":[true,null,-1.5e3,"y"],"d":{}})"), "{k(a)w(1)k(b)t(x)k(c)[w(true)w(null)w(-1.5e3)t(y)]k(d){}}");
  EXPECT_EQ(told("[]"), "[]");
  EXPECT_EQ(told("  \"alone\"  "), "t(alone)");
}

TEST(JsonStream, ReadsEscapes) {
  EXPECT_EQ(told(R"(["\"\\\/\b\n\t","\u00e9\ud83d\ude00","\ud83dx","\ude00","\ud83d\ud83d\ude00","\q"])"),
            "[t(\"\\/\b\n\t)t(\xC3\xA9\xF0\x9F\x98\x80)t(\xEF\xBF\xBDx)t(\xEF\xBF\xBD)t(\xEF\xBF\xBD\xF0\x9F\x98\x80)t(q)]");
}

TEST(JsonStream, TakesCommentsAndTrailingCommas) {
  EXPECT_EQ(told("// a \"{\n{/* b * } **/\"a\"/**/:/*c*/[1,2,],/*d*/}// e"), "{k(a)[w(1)w(2)]}");
  EXPECT_EQ(told("{\"skip\"/*:*/:/*\"*/{\"x\":/*}*/1}/*,*/,\"b\":2}"), "{k(skip)k(b)w(2)}");
}

TEST(JsonStream, CrossesWhatIsNotWanted) {
  EXPECT_EQ(told(R"({"skip":{"a":"}\"]","b":[{},{"c":"\\"}]},"x":1})"), "{k(skip)k(x)w(1)}");
  EXPECT_EQ(told(R"({"skip1":12,"skip2":"\\\"","skip3":null,"skip4":[],"y":2})"), "{k(skip1)k(skip2)k(skip3)k(skip4)k(y)w(2)}");
  EXPECT_EQ(told(R"({"skip":false})"), "{k(skip)}");
}

TEST(JsonStream, CutsLongTextsAndSaysSo) {
  const JsonLimits limits{.max_text_bytes = 4};
  for (std::size_t piece = 1; piece < 12; ++piece) {
    EXPECT_EQ(hear(R"(["abcd","abcde","\u0061bcd\u0065"])", piece, limits).told, "[t(abcd)cut(abcd)cut(abcd)]") << piece;
  }
}

TEST(JsonStream, RefusesWhatIsNoJson) {
  for (const std::string_view json : {"",
                                      " ",
                                      "{",
                                      "[1",
                                      "{\"a\"",
                                      "{\"a\":}",
                                      "{\"a\" 1}",
                                      "{1:2}",
                                      "[1 2]",
                                      "[,]",
                                      "{,}",
                                      "]",
                                      "[}",
                                      "{]",
                                      "[1:2]",
                                      "\"open",
                                      "\"\\u12x4\"",
                                      "@",
                                      "[/x]",
                                      "{\"skip\":}",
                                      "{\"skip\":,}",
                                      "{\"skip\"1}",
                                      "{\"skip\":{",
                                      "{\"a\":1:2}",
                                      "true",
                                      "[\"a\" \"b\"]",
                                      "[true{]"}) {
    EXPECT_NE(hear(json, json.size() + 1).problem, "") << json;
  }
}

TEST(JsonStream, NamesTheByte) {
  EXPECT_EQ(hear("[1,2,}", 100).problem, "a closing bracket is out of place (byte 6)");
  EXPECT_EQ(hear("[1,2,}", 1).problem, "a closing bracket is out of place (byte 6)");
}

TEST(JsonStream, BoundsDepthInWhatIsReadAndWhatIsCrossed) {
  Scribe scribe;
  JsonStream deep(scribe);
  EXPECT_EQ(deep.feed(std::string(100'000, '[')).error().code, ErrorCode::kLimitExceeded);
  EXPECT_LT(scribe.told.size(), 100U);
  JsonStream crossed(scribe);
  EXPECT_EQ(crossed.feed("{\"skip\":" + std::string(100'000, '[')).error().code, ErrorCode::kLimitExceeded);
}

/// Pieces of JSON, so that random rows of them come near to documents.
std::string random_json() {
  static const std::vector<std::string> kParts{"{",
                                               "}",
                                               "[",
                                               "]",
                                               ",",
                                               ":",
                                               "\"a\"",
                                               "\"skip\"",
                                               "12",
                                               "true",
                                               "\"\\\"\"",
                                               "\"\\\\\"",
                                               "\"\\u00e9\"",
                                               "/*\"*/",
                                               "//}\n",
                                               " ",
                                               "\"\\ud83d\\ude00\"",
                                               "\"\\ud83d\"",
                                               "\"skip\":",
                                               "\"a\":",
                                               "\"b\":\"c\",",
                                               "{\"skip\":[\"}\"]}",
                                               "null",
                                               "\n",
                                               "\"long text without end\""};
  std::string json;
  const auto count = *rc::gen::inRange(0, 40);
  for (int i = 0; i < count; ++i) json += kParts[*rc::gen::inRange<std::size_t>(0, kParts.size())];
  return json;
}

TEST(JsonStream, CutsAnywhereChangeNothing) {
  const bool holds = rc::check("pieces of any size tell the same", [] {
    const std::string json = *rc::gen::element(0, 1) == 0 ? random_json() : "[" + random_json() + "]";
    const JsonLimits limits{.max_depth = 6, .max_skipped_depth = 3, .max_text_bytes = 8};
    const Heard whole = hear(json, json.size() + 1, limits);
    for (std::size_t piece = 1; piece < std::min<std::size_t>(json.size(), 9); ++piece) {
      const Heard cut = hear(json, piece, limits);
      RC_ASSERT(cut.told == whole.told);
      RC_ASSERT(cut.problem == whole.problem);
    }
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace vieweratlas::twitch_internal
