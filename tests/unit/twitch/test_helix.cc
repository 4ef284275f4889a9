#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "vieweratlas/core/time.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/helix.h"

namespace vieweratlas {
namespace {

using testing::HasSubstr;

HttpResponse answer(int status, std::string body) { return {.status = status, .headers = {}, .body = std::move(body)}; }

TEST(HelixRequests, RepeatTheNameOfSeveralValuesAndEncodeEach) {
  EXPECT_EQ(streams_request("https://api.test/helix", {}).url, "https://api.test/helix/streams?type=live&first=100");
  EXPECT_EQ(
      streams_request("https://api.test/helix", {.user_logins = {"a", "b&c"}, .game_ids = {"1"}, .languages = {"en", "de"}, .after = "x=="})
          .url,
      "https://api.test/helix/streams?type=live&first=100&user_login=a&user_login=b%26c&game_id=1&language=en&language=de&after=x%3D%3D");
  EXPECT_EQ(users_request("u", {"a"}, {"1", "2"}).url, "u/users?login=a&id=1&id=2");
  EXPECT_EQ(games_request("u", {"Just Chatting"}, {}).url, "u/games?name=Just%20Chatting");
  EXPECT_EQ(videos_request("u", {.user_id = "7", .first = 5}).url, "u/videos?user_id=7&type=archive&first=5");
}

TEST(HelixRequests, CarryTheTokenInAHeader) {
  const HttpRequest request = authorized(users_request("u", {"a"}, {}), Secret("tok"), "client");
  ASSERT_EQ(request.headers.size(), 2U);
  EXPECT_EQ(request.headers[0].value, "Bearer tok");
  EXPECT_EQ(request.headers[1].name, "Client-Id");
  EXPECT_EQ(request.headers[1].value, "client");
  EXPECT_EQ(request.url.find("tok"), std::string::npos);
}

TEST(HelixAnswers, AStreamAsDocumented) {
  const auto page = parse_streams(answer(200, R"({"data":[{"id":"1","user_id":"42","user_login":"Somebody","user_name":"Some Body",
      "game_id":"509658","game_name":"Just Chatting","type":"live","title":"h\u00e9llo","viewer_count":78365,"started_at":"2026-11-22T10:00:05Z",
      "language":"es","thumbnail_url":"https://x/{width}x{height}.jpg","tag_ids":[],"tags":["Español"],"is_mature":false}],
      "pagination":{"cursor":"next"}})"));
  ASSERT_TRUE(page.ok()) << page.error().message;
  ASSERT_EQ(page->items.size(), 1U);
  const HelixStream& stream = page->items[0];
  EXPECT_EQ(stream.user_id, "42");
  EXPECT_EQ(stream.user_login, "somebody");
  EXPECT_EQ(stream.user_name, "Some Body");
  EXPECT_EQ(stream.game_id, "509658");
  EXPECT_EQ(stream.game_name, "Just Chatting");
  EXPECT_EQ(stream.language, "es");
  EXPECT_EQ(stream.title, "h\u00e9llo");
  EXPECT_EQ(stream.viewer_count, 78365U);
  EXPECT_EQ(stream.started_at, UtcMillis(*parse_time("2026-11-22T10:00:05Z")));
  EXPECT_EQ(page->cursor, "next");
}

TEST(HelixAnswers, AreReadTolerantly) {
  const auto page = parse_streams(answer(200, R"({"new":1,"data":[
      {"user_id":42,"user_login":"a","viewer_count":"17","tags":null,"title":null,"game_name":5},
      {"user_id":"43","user_login":"b","viewer_count":9007199254740993,"tags":{"x":1},"started_at":"yesterday"},
      {"user_id":"44","user_login":"c","viewer_count":12.0},
      {"user_id":"45","user_login":"d","viewer_count":-3},
      {"user_id":"46","user_login":"e","viewer_count":18446744073709551615},
      {"user_id":"47","user_login":""}, {"user_login":"f"}, null, 5, "x", []]})"));
  ASSERT_TRUE(page.ok()) << page.error().message;
  ASSERT_EQ(page->items.size(), 5U);
  EXPECT_EQ(page->num_unusable, 6U);
  EXPECT_EQ(page->items[0].user_id, "42");
  EXPECT_EQ(page->items[0].viewer_count, 17U);
  EXPECT_EQ(page->items[0].title, "");
  EXPECT_EQ(page->items[0].game_name, "5");
  EXPECT_EQ(page->items[1].viewer_count, 9007199254740993U);
  EXPECT_FALSE(page->items[1].started_at.has_value());
  EXPECT_EQ(page->items[2].viewer_count, 12U);
  EXPECT_FALSE(page->items[3].viewer_count.has_value());
  EXPECT_EQ(page->items[4].viewer_count, std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(page->cursor.empty()) << "no pagination is the end";
  EXPECT_TRUE(parse_streams(answer(200, R"({"data":[],"pagination":{}})"))->cursor.empty());
  EXPECT_TRUE(parse_streams(answer(200, R"({"data":[],"pagination":null})"))->cursor.empty());
}

TEST(HelixAnswers, DamageIsAnError) {
  for (const char* body : {"", "<!DOCTYPE html><p>oops", R"({"data":[{"user_id":"1")", "{}", R"({"data":{}})", "[]", "null", "\xff\xfe",
                           R"({"data":[],"x":"\ud800"})", R"({"data":[1e999]})"}) {
    const auto page = parse_streams(answer(200, body));
    ASSERT_FALSE(page.ok()) << body;
    EXPECT_EQ(page.error().code, ErrorCode::kCorruptData) << body;
  }
  EXPECT_FALSE(parse_streams(answer(200, "{\"data\":" + std::string(100000, '['))).ok());
}

TEST(HelixAnswers, ErrorsKeepThePlatformsWords) {
  const auto unauthorized = parse_streams(answer(401, R"({"error":"Unauthorized","status":401,"message":"Invalid OAuth token"})"));
  EXPECT_EQ(unauthorized.error().code, ErrorCode::kDenied);
  EXPECT_THAT(unauthorized.error().message, HasSubstr("Invalid OAuth token"));
  EXPECT_EQ(parse_streams(answer(400, R"({"error":"Bad Request"})")).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(parse_streams(answer(429, "")).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(parse_streams(answer(503, "<html>")).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(parse_streams(answer(302, "")).error().code, ErrorCode::kCorruptData);
  const auto rude = parse_streams(answer(400, R"({"message":"a\u001b[31m\nb"})"));
  EXPECT_EQ(rude.error().message.find('\x1b'), std::string::npos);
  EXPECT_EQ(rude.error().message.find('\n'), std::string::npos);
}

TEST(HelixAnswers, UsersGamesAndVideos) {
  const auto users = parse_users(answer(200, R"({"data":[{"id":"1","login":"Abc","display_name":"ABC"},{"id":"2"}]})"));
  ASSERT_TRUE(users.ok());
  ASSERT_EQ(users->items.size(), 1U);
  EXPECT_EQ(users->items[0].login, "abc");
  EXPECT_EQ(users->num_unusable, 1U);
  const auto games = parse_games(answer(200, R"({"data":[{"id":"493057","name":"PUBG","igdb_id":"27789"}],"pagination":{}})"));
  ASSERT_EQ(games->items.size(), 1U);
  EXPECT_EQ(games->items[0].name, "PUBG");
  const auto videos = parse_videos(answer(200, R"({"data":[{"id":"335921245","stream_id":null,"user_id":"141981764","user_login":"Dev",
      "title":"t","created_at":"2018-11-14T21:30:18Z","viewable":"public","view_count":1863062,"language":"en","type":"archive",
      "duration":"3h21m33s","muted_segments":[{"duration":30,"offset":120}]},{"id":"2","duration":"soon","view_count":"7"}],
      "pagination":{"cursor":"c"}})"));
  ASSERT_TRUE(videos.ok()) << videos.error().message;
  ASSERT_EQ(videos->items.size(), 2U);
  EXPECT_EQ(videos->items[0].duration, std::chrono::seconds(3 * 3600 + 21 * 60 + 33));
  EXPECT_EQ(videos->items[0].view_count, 1863062U);
  EXPECT_EQ(videos->items[0].created_at, UtcMillis(*parse_time("2018-11-14T21:30:18Z")));
  EXPECT_EQ(videos->items[0].user_login, "dev");
  EXPECT_FALSE(videos->items[1].duration.has_value());
  EXPECT_EQ(videos->items[1].view_count, 7U);
  EXPECT_EQ(videos->cursor, "c");
}

TEST(HelixAnswers, ACutOrChangedAnswerNeverCrashes) {
  const std::string whole =
      R"({"data":[{"user_id":"1","user_login":"a","viewer_count":5,"tags":["x","y"],"title":"\u00e9\"\\"}],"pagination":{"cursor":"z"}})";
  rc::check([&whole] {
    std::string body = whole.substr(0, *rc::gen::inRange<std::size_t>(0, whole.size() + 1));
    const auto changes = *rc::gen::container<std::vector<std::pair<std::size_t, char>>>(
        rc::gen::pair(rc::gen::inRange<std::size_t>(0, whole.size()), rc::gen::arbitrary<char>()));
    for (const auto& [at, byte] : changes) {
      if (at < body.size()) body[at] = byte;
    }
    const auto page = parse_streams(answer(200, body));
    if (page.ok()) RC_ASSERT(page->items.size() + page->num_unusable <= body.size());
  });
}

}  // namespace
}  // namespace vieweratlas
