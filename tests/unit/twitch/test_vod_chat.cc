#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/twitch/vod_chat.h"

namespace vieweratlas {
namespace {

/// As TwitchDownloader 1.56 writes it, shortened.
constexpr std::string_view kDocument = R"({"FileInfo":{"Version":{"Major":1,"Minor":4,"Patch":0},"CreatedAt":"2026-01-06T08:00:00Z"},
"streamer":{"name":"Lumen","login":"lumen","id":4021},
"video":{"title":"end \"games\" {","description":null,"id":"2345","created_at":"2026-01-05T10:00:00Z","start":0,"end":7200,"length":7200.5,"viewCount":12,
 "game":"Chess","chapters":[{"id":"1","startMilliseconds":0}]},
"comments":[
 {"_id":"c-1","created_at":"2026-01-05T10:00:07.123Z","channel_id":"4021","content_type":"video","content_id":"2345","content_offset_seconds":7.25,
  "commenter":{"display_name":"Ada","_id":"11","name":"ada","bio":"{\"name\":\"no\"}","created_at":"0001-01-01T00:00:00","logo":"https://x/y.png"},
  "message":{"body":"hi \"there\" }]","bits_spent":0,"fragments":[{"text":"hi","emoticon":null}],"user_badges":[{"_id":"subscriber","version":"3"}],
   "user_color":"#FF0000","emoticons":[]}},
 {"_id":"c-2","created_at":"2026-01-05T10:01:00Z","channel_id":"4021","content_id":"2345","content_offset_seconds":60,"commenter":null,
  "message":{"body":"gone","user_badges":null}},
 {"_id":"c-3","channel_id":"4021","content_offset_seconds":"61.5",
  "commenter":{"display_name":"LUMEN","_id":4021,"name":"Lumen"},
  "message":{"user_badges":[{"_id":"broadcaster","version":"1"},{"_id":"premium","version":"1"}],"user_notice_params":{"msg_id":"resub"}}}
],"embeddedData":{"thirdParty":[{"data":"AAAA","name":"x"}]}})";

class Scribe final : public VodChatEvents {
 public:
  void on_comment(const VodComment& c) override {
    told += fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}\n", c.id, c.channel_id, c.content_id, c.viewer_id, c.viewer_login, c.notice,
                        c.offset_s.value_or(-1), c.created_at ? format_iso(*c.created_at) : "-", c.has_commenter, c.is_broadcaster);
    ++count;
  }
  std::string told;
  std::uint64_t count = 0;
};

struct Heard {
  std::string told;
  VodChatHeader header;
  std::uint64_t wrong = 0;
  bool header_is_whole = false;
  std::string problem;
};

Heard hear(std::string_view json, std::size_t piece) {
  Scribe scribe;
  VodChatParser parser(scribe);
  Status status;
  for (std::size_t at = 0; at < json.size() && status.ok(); at += piece) status = parser.feed(json.substr(at, piece));
  if (status.ok()) status = parser.finish();
  return {scribe.told, parser.header(), parser.num_wrong_comments(), parser.header_is_whole(), status.ok() ? "" : status.error().message};
}

constexpr std::string_view kTold =
    "c-1|4021|2345|11|ada||7.25|2026-01-05T10:00:07Z|true|false\n"
    "c-2|4021|2345||||60|2026-01-05T10:01:00Z|false|false\n"
    "c-3|4021||4021|lumen|resub|61.5|-|true|true\n";

void expect_document(const Heard& heard) {
  EXPECT_EQ(heard.problem, "");
  EXPECT_EQ(heard.told, kTold);
  EXPECT_EQ(heard.header.streamer_login, "lumen");
  EXPECT_EQ(heard.header.streamer_name, "Lumen");
  EXPECT_EQ(heard.header.streamer_id, "4021");
  EXPECT_EQ(heard.header.video_id, "2345");
  EXPECT_EQ(heard.header.created_at, parse_time("2026-01-05T10:00:00Z"));
  EXPECT_EQ(heard.header.length_s, 7200.5);
  EXPECT_FALSE(heard.header.is_clip);
  EXPECT_TRUE(heard.header_is_whole);
  EXPECT_EQ(heard.wrong, 0U);
}

/// `text` (ASCII) in UTF-16 or UTF-32 with a mark.
std::string widened(std::string_view text, std::size_t unit_bytes, bool big) {
  std::string out;
  const auto unit = [&](unsigned value) {
    for (std::size_t i = 0; i < unit_bytes; ++i) out += static_cast<char>((value >> (8 * (big ? unit_bytes - 1 - i : i))) & 0xFFU);
  };
  unit(0xFEFF);
  for (const char c : text) unit(static_cast<unsigned char>(c));
  return out;
}

TEST(VodChat, ReadsHeaderAndCommentsWhereverItIsCut) {
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 100'000U}) expect_document(hear(kDocument, piece));
}

TEST(VodChat, ReadsEveryEncoding) {
  expect_document(hear("\xEF\xBB\xBF" + std::string(kDocument), 5));
  for (const bool big : {false, true}) {
    expect_document(hear(widened(kDocument, 2, big), 5));
    expect_document(hear(widened(kDocument, 4, big), 5));
  }
}

TEST(VodChat, CommentsMayComeBeforeTheHeader) {
  const Heard heard = hear(R"({"comments":[{"_id":"a","content_offset_seconds":1,"commenter":{"_id":"1","name":"ada"}},],
    "emotes":{"x":[1,2]},/* old */"video":{"start":0,"end":5},"streamer":{"name":"Lumen","id":"4021",},})",
                           3);
  EXPECT_EQ(heard.problem, "");
  EXPECT_EQ(heard.told, "a|||1|ada||1|-|true|false\n");
  EXPECT_TRUE(heard.header_is_whole);
  EXPECT_EQ(heard.header.streamer_id, "4021");
  EXPECT_EQ(heard.header.streamer_login, "");
  EXPECT_FALSE(heard.header.created_at);
}

TEST(VodChat, WrongTypesAreNotKnown) {
  const Heard heard = hear(R"({"streamer":[{"id":1}],"video":"x","comments":[null,5,"x",[{"_id":"no"}],
    {"_id":{"a":1},"channel_id":[1],"content_offset_seconds":"NaN","commenter":"ada","message":7,"created_at":true},
    {"_id":"b","content_offset_seconds":1e999,"commenter":{"_id":"1 2","name":"no login"},"message":{"user_badges":"broadcaster","user_notice_params":[1]}},
    {"_id":"c","commenter":[{"name":"ada"}],"message":{"user_badges":["broadcaster",{"_id":["broadcaster"]}]}}]})",
                           4);
  EXPECT_EQ(heard.problem, "");
  EXPECT_EQ(heard.told, "||||||-1|-|false|false\nb||||||-1|-|true|false\nc||||||-1|-|false|false\n");
  EXPECT_EQ(heard.wrong, 4U);
  EXPECT_FALSE(heard.header_is_whole);
}

TEST(VodChat, ClipsAreMarked) {
  EXPECT_TRUE(hear(R"({"clipper":{"login":"x"},"comments":[]})", 9).header.is_clip);
  EXPECT_FALSE(hear(R"({"clipper":null,"comments":[]})", 9).header.is_clip);
}

TEST(VodChat, WhatIsCutOffGivesWhatWasWhole) {
  const std::string cut(kDocument.substr(0, kDocument.find("\"c-3\"")));
  const Heard heard = hear(cut, 10);
  EXPECT_EQ(heard.told, kTold.substr(0, kTold.find("c-3")));
  EXPECT_NE(heard.problem.find("ends too early"), std::string::npos);
}

TEST(VodChat, OtherFilesAreNoRecordedChats) {
  for (const std::string_view json :
       {"{}", "[]", "{\"comments\":{}}", "[{\"comments\":[]}]", "5 ", "{\"channel\":\"ada\",\"chatters\":[]}"}) {
    EXPECT_NE(hear(json, 100).problem.find("no recorded chat"), std::string::npos) << json;
  }
}

TEST(VodChat, AnyCutsGiveTheSame) {
  const bool holds = rc::check("cuts at random places tell the same", [] {
    Scribe scribe;
    VodChatParser parser(scribe);
    const auto cuts = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 300));
    std::string_view rest = kDocument;
    for (const std::size_t cut : cuts) {
      const std::string piece(rest.substr(0, cut));  // of its own, so that the sanitizer sees a step beyond
      RC_ASSERT(parser.feed(piece).ok());
      rest.remove_prefix(piece.size());
    }
    RC_ASSERT(parser.feed(rest).ok());
    RC_ASSERT(parser.finish().ok());
    RC_ASSERT(scribe.told == kTold);
  });
  EXPECT_TRUE(holds);
}

/// Two days of chat with its pictures: what is held must not grow with it. (Memory is the address sanitizer's to count; the parser
/// keeps no container that could grow, so that the time shows the speed only.)
TEST(VodChat, TwoDaysOfChatStreamThrough) {
  Scribe scribe;
  VodChatParser parser(scribe);
  ASSERT_TRUE(parser.feed(R"({"streamer":{"login":"lumen","id":1},"video":{"created_at":"2026-01-05T10:00:00Z"},"comments":[)").ok());
  std::uint64_t bytes = 0;
  std::string piece;
  constexpr std::uint64_t kSeconds = 48 * 3600;
  for (std::uint64_t second = 0; second < kSeconds; ++second) {
    piece += fmt::format(
        R"({}{{"_id":"c-{}","content_offset_seconds":{},"commenter":{{"_id":"{}","name":"viewer_{}"}},"message":{{"body":"hello there",)"
        R"("fragments":[{{"text":"hello there","emoticon":{{"emoticon_id":"25"}}}}],"user_badges":[]}}}})",
        second == 0 ? "" : ",", second, second, second % 5000, second % 5000);
    if (piece.size() < 256 * 1024) continue;
    ASSERT_TRUE(parser.feed(piece).ok());
    bytes += piece.size();
    piece.clear();
    scribe.told.clear();
  }
  ASSERT_TRUE(parser.feed(piece).ok());
  ASSERT_TRUE(parser.feed(R"(],"embeddedData":{"thirdParty":[{"data":")").ok());
  const std::string picture(1U << 20U, 'A');
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(parser.feed(picture).ok());
  ASSERT_TRUE(parser.feed(R"("}]}})").ok());
  ASSERT_TRUE(parser.finish().ok());
  EXPECT_EQ(scribe.count, kSeconds);
  EXPECT_GT(bytes + 64 * picture.size(), 90'000'000U);
}

}  // namespace
}  // namespace vieweratlas
