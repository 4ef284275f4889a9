#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "collect/token_store.h"
#include "scripted_twitch.h"

#include "vieweratlas/collect/device_login.h"
#include "vieweratlas/collect/helix_client.h"
#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/twitch/token_record.h"

namespace vieweratlas {
namespace {

using collect_internal::TokenStore;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kStreams = "/helix/streams";
constexpr std::string_view kOne = R"({"data":[{"user_id":"1","user_login":"a","viewer_count":5}],"pagination":{}})";

struct Asking : ScriptedTwitch {
  Asking() {
    options.credentials.token = Secret("user");
    EXPECT_TRUE(keeper.start(false, {}).ok());
    http.always(kStreams, json_answer(std::string(kOne)));
  }
  Result<HelixPage<HelixStream>> ask() { return helix.streams({}, stop.get_token()); }

  TokenKeeper keeper{options, http, clock, log, &sleeper};
  HelixClient helix{options, http, keeper, clock, log, &sleeper};
  std::stop_source stop;
};

HttpResponse limited(std::int64_t reset_in_s) {
  HttpResponse response = json_answer(R"({"status":429})", 429);
  // The clock of these tests starts at 2026-11-22T10:00:00Z.
  response.headers = {{.name = "ratelimit-remaining", .value = "0"},
                      {.name = "ratelimit-reset", .value = std::to_string(1795341600 + reset_in_s)}};
  return response;
}

TEST(HelixClient, AsksWithTheTokenAndItsClientId) {
  Asking twitch;
  const auto page = twitch.ask();
  ASSERT_TRUE(page.ok()) << page.error().message;
  EXPECT_EQ(page->items.size(), 1U);
  EXPECT_EQ(header_of(twitch.http.last(kStreams), "Authorization"), "Bearer user");
  EXPECT_EQ(header_of(twitch.http.last(kStreams), "Client-Id"), "client");
  EXPECT_TRUE(twitch.sleeper.waits.empty());
  EXPECT_EQ(twitch.helix.counters().requests, 1U);
}

TEST(HelixClient, TriesFailuresAgain) {
  Asking twitch;
  twitch.http.next(kStreams, json_answer("<html>", 503));
  twitch.http.next(kStreams, no_connection());
  twitch.http.next(kStreams, json_answer(R"({"data":[{"user_id")"));  // cut off
  ASSERT_TRUE(twitch.ask().ok());
  EXPECT_THAT(twitch.sleeper.waits, ElementsAre(seconds(5), seconds(15)));
  EXPECT_EQ(twitch.helix.counters().requests, 4U);
  EXPECT_EQ(twitch.helix.counters().retries, 3U);
}

TEST(HelixClient, GivesUpAfterFourRetries) {
  Asking twitch;
  twitch.http.always(kStreams, json_answer("oops", 500));
  const auto page = twitch.ask();
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(twitch.sleeper.waits, ElementsAre(seconds(5), seconds(15), seconds(45)));
  EXPECT_EQ(twitch.http.count(kStreams), 5U);
}

TEST(HelixClient, WaitsForTheResetAfter429) {
  Asking twitch;
  twitch.http.next(kStreams, limited(20));
  ASSERT_TRUE(twitch.ask().ok());
  ASSERT_FALSE(twitch.sleeper.waits.empty());
  milliseconds waited{0};
  for (const milliseconds wait : twitch.sleeper.waits) waited += wait;
  EXPECT_GE(waited, seconds(20));
  EXPECT_LE(waited, seconds(21));
  EXPECT_EQ(twitch.helix.counters().rate_limited, 1U);
}

TEST(HelixClient, SlowsDownBeforeThePointsAreGone) {
  Asking twitch;
  HttpResponse few = json_answer(std::string(kOne));
  few.headers = {{.name = "ratelimit-remaining", .value = "4"}, {.name = "ratelimit-reset", .value = std::to_string(1795341600 + 50)}};
  twitch.http.next(kStreams, few);
  ASSERT_TRUE(twitch.ask().ok());
  EXPECT_TRUE(twitch.sleeper.waits.empty());
  EXPECT_EQ(twitch.helix.counters().points_left, 4);
  ASSERT_TRUE(twitch.ask().ok());
  EXPECT_THAT(twitch.sleeper.waits, ElementsAre(seconds(10)));
}

TEST(HelixClient, DoesNotRepeatWhatIsWrong) {
  Asking twitch;
  twitch.http.next(kStreams, json_answer(R"({"error":"Bad Request","status":400,"message":"invalid cursor"})", 400));
  const auto page = twitch.ask();
  ASSERT_FALSE(page.ok());
  EXPECT_THAT(page.error().message, HasSubstr("invalid cursor"));
  EXPECT_EQ(twitch.http.count(kStreams), 1U);
}

TEST(HelixClient, RenewsTheTokenOnceAfter401) {
  Asking twitch;
  const TokenRecord record{.client_id = "client", .login = "somebody", .access = Secret("stored"), .refresh = Secret("r")};
  ASSERT_TRUE(TokenStore(twitch.options.private_dir).save(record).ok());
  twitch.add_token("stored", "somebody", 100);
  twitch.forget_token("user");
  twitch.http.next(kStreams, json_answer(R"({"status":401,"message":"Invalid OAuth token"})", 401));
  ASSERT_TRUE(twitch.ask().ok());
  EXPECT_EQ(header_of(twitch.http.last(kStreams), "Authorization"), "Bearer stored");
}

TEST(HelixClient, ASecond401IsTheEndAndNamesTheCause) {
  Asking twitch;
  twitch.http.always(kStreams, json_answer(R"({"status":401,"message":"Client ID and OAuth token do not match"})", 401));
  const auto page = twitch.ask();
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.error().code, ErrorCode::kDenied);
  EXPECT_THAT(page.error().message, HasSubstr("TWITCH_CLIENT_ID"));
  EXPECT_LE(twitch.http.count(kStreams), 2U);
}

TEST(HelixClient, NeverShowsTheToken) {
  Asking twitch;
  twitch.http.next(kStreams, json_answer(R"({"status":400,"message":"what is user and user?"})", 400));
  const auto page = twitch.ask();
  ASSERT_FALSE(page.ok());
  EXPECT_THAT(page.error().message, testing::AllOf(Not(HasSubstr("user")), HasSubstr("(token)")));
}

TEST(HelixClient, StopsWhileItWaits) {
  Asking twitch;
  twitch.http.always(kStreams, [](const HttpRequest&) { return Result<HttpResponse>(no_connection()); });
  twitch.sleeper.after_wait = [&] { twitch.stop.request_stop(); };
  const auto page = twitch.ask();
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(twitch.sleeper.waits.size(), 1U);
}

TEST(HelixClient, WithoutATokenAsksNobody) {
  ScriptedTwitch twitch;
  TokenKeeper keeper(twitch.options, twitch.http, twitch.clock, twitch.log, &twitch.sleeper);
  HelixClient helix(twitch.options, twitch.http, keeper, twitch.clock, twitch.log, &twitch.sleeper);
  EXPECT_EQ(helix.users({"a"}, {}, {}).error().code, ErrorCode::kDenied);
  EXPECT_TRUE(twitch.http.requests.empty());
}

constexpr std::string_view kCode =
    R"({"device_code":"device","expires_in":1800,"interval":5,"user_code":"ABCD","verification_uri":"https://www.twitch.tv/activate"})";
constexpr std::string_view kPending = R"({"status":400,"message":"authorization_pending"})";

TEST(DeviceLogin, PollsUntilTheCodeWasEntered) {
  ScriptedTwitch twitch;
  twitch.options.credentials.client_id = "client";
  twitch.http.next("/oauth2/device", json_answer(std::string(kCode)));
  twitch.http.next("/oauth2/token", json_answer(std::string(kPending), 400));
  twitch.http.next("/oauth2/token", no_connection());
  twitch.http.next("/oauth2/token", json_answer(R"({"status":400,"message":"slow_down"})", 400));
  twitch.http.next("/oauth2/token",
                   json_answer(R"({"access_token":"user","refresh_token":"r1","expires_in":14400,"scope":["chat:read"]})"));
  std::vector<std::string> shown;
  const auto record = login_with_device(twitch.options, twitch.http, twitch.clock, twitch.sleeper,
                                        [&](const DeviceCode& code) { shown.push_back(code.user_code); }, {});
  ASSERT_TRUE(record.ok()) << record.error().message;
  EXPECT_THAT(shown, ElementsAre("ABCD"));
  EXPECT_EQ(record->login, "somebody");
  EXPECT_THAT(twitch.sleeper.waits, ElementsAre(seconds(5), seconds(5), seconds(5), seconds(10)));
  const auto stored = TokenStore(twitch.options.private_dir).load();
  ASSERT_TRUE(stored.ok() && stored->has_value());
  EXPECT_EQ((*stored)->refresh.reveal(), "r1");
  EXPECT_EQ((*stored)->client_id, "client");

  TokenKeeper keeper(twitch.options, twitch.http, twitch.clock, twitch.log, &twitch.sleeper);
  EXPECT_TRUE(keeper.start(true, {}).ok()) << "the stored login is enough";
}

TEST(DeviceLogin, SaysWhyItFailed) {
  ScriptedTwitch twitch;
  const auto login = [&] {
    return login_with_device(twitch.options, twitch.http, twitch.clock, twitch.sleeper, [](const DeviceCode&) {}, {});
  };
  EXPECT_THAT(login().error().message, HasSubstr("TWITCH_CLIENT_ID"));
  twitch.options.credentials.client_id = "client";
  twitch.http.always("/oauth2/device", json_answer(std::string(kCode)));
  twitch.http.next("/oauth2/token", json_answer(R"({"status":400,"message":"access_denied"})", 400));
  EXPECT_THAT(login().error().message, HasSubstr("declined"));
  twitch.http.always("/oauth2/token", json_answer(std::string(kPending), 400));
  const UtcMillis begin = twitch.clock.utc();
  EXPECT_THAT(login().error().message, HasSubstr("in time"));
  EXPECT_GE(twitch.clock.utc() - begin, seconds(1800));
  EXPECT_LE(twitch.clock.utc() - begin, seconds(1810));
  EXPECT_FALSE(TokenStore(twitch.options.private_dir).exists());
}

}  // namespace
}  // namespace vieweratlas
