#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "collect/token_store.h"
#include "scripted_twitch.h"

#include "vieweratlas/collect/tokens.h"
#include "vieweratlas/storage/private_file.h"
#include "vieweratlas/twitch/token_record.h"

namespace vieweratlas {
namespace {

using collect_internal::TokenStore;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

struct Keeping : ScriptedTwitch {
  TokenKeeper& keeper() {
    if (!keeper_) keeper_ = std::make_unique<TokenKeeper>(options, http, clock, log, &sleeper);
    return *keeper_;
  }
  std::string start_error(bool need_chat) {
    const Status status = keeper().start(need_chat, {});
    return status.ok() ? "no error" : status.error().message;
  }
  void store_login(const std::string& access, const std::string& refresh, const std::string& client_id = "client") {
    const TokenRecord record{
        .client_id = client_id, .login = "somebody", .user_id = "42", .access = Secret(access), .refresh = Secret(refresh)};
    ASSERT_TRUE(TokenStore(options.private_dir).save(record).ok());
  }
  void answer_refresh(const std::string& access, const std::string& refresh) {
    http.next("/oauth2/token", json_answer("{\"access_token\":\"" + access + "\",\"refresh_token\":\"" + refresh +
                                           "\",\"expires_in\":14400,\"scope\":[\"chat:read\"]}"));
    add_token(access, "somebody", 14'400);
  }

 private:
  std::unique_ptr<TokenKeeper> keeper_;
};

TEST(TokenKeeper, ValidatesTheTokenOfTheOptions) {
  Keeping twitch;
  twitch.options.credentials.token = Secret("user");
  EXPECT_TRUE(twitch.keeper().has_credentials());
  EXPECT_TRUE(twitch.keeper().token().empty());
  ASSERT_EQ(twitch.start_error(true), "no error");
  EXPECT_EQ(twitch.keeper().token().reveal(), "user");
  EXPECT_EQ(twitch.keeper().client_id(), "client") << "taken from the validation when none is given";
  EXPECT_EQ(twitch.keeper().facts().login, "somebody");
  EXPECT_EQ(twitch.keeper().facts().user_id, "42");
  EXPECT_EQ(twitch.keeper().until_validation(), hours(1));
  EXPECT_EQ(header_of(twitch.http.last("/oauth2/validate"), "Authorization"), "OAuth user");
}

TEST(TokenKeeper, SaysExactlyWhatIsMissing) {
  {
    Keeping twitch;
    EXPECT_FALSE(twitch.keeper().has_credentials());
    EXPECT_THAT(twitch.start_error(true), HasSubstr("vieweratlas login"));
    EXPECT_THAT(twitch.start_error(false), HasSubstr("TWITCH_CLIENT_SECRET"));
  }
  {
    Keeping twitch;
    twitch.options.credentials.token = Secret("dead");
    EXPECT_THAT(twitch.start_error(true), testing::AllOf(HasSubstr("TWITCH_OAUTH_TOKEN"), HasSubstr("oauth:"),
                                                         HasSubstr("invalid access token"), Not(HasSubstr("dead"))));
  }
  {
    Keeping twitch;
    twitch.add_token("scopeless", "somebody", 100, R"("user:read:email")");
    twitch.options.credentials.token = Secret("scopeless");
    EXPECT_THAT(twitch.start_error(true), testing::AllOf(HasSubstr("chat:read"), HasSubstr("user:read:email")));
    EXPECT_EQ(twitch.start_error(false), "no error") << "Helix needs no scope";
  }
  {
    Keeping twitch;
    twitch.options.credentials.token = Secret("user");
    twitch.options.credentials.client_id = "another";
    EXPECT_THAT(twitch.start_error(true), HasSubstr("TWITCH_CLIENT_ID"));
  }
  {
    Keeping twitch;
    twitch.add_token("app", "", 100);
    twitch.options.credentials.token = Secret("app");
    EXPECT_THAT(twitch.start_error(true), HasSubstr("app token"));
  }
}

TEST(TokenKeeper, MintsAnAppTokenForASecret) {
  Keeping twitch;
  twitch.options.credentials.client_id = "client";
  twitch.options.credentials.client_secret = Secret("secret");
  EXPECT_TRUE(twitch.keeper().has_credentials());
  EXPECT_THAT(twitch.start_error(true), HasSubstr("vieweratlas login")) << "chats need an account";
  twitch.http.next("/oauth2/token", json_answer(R"({"access_token":"app1","expires_in":1000,"token_type":"bearer"})"));
  ASSERT_EQ(twitch.start_error(false), "no error");
  EXPECT_EQ(twitch.keeper().token().reveal(), "app1");
  EXPECT_EQ(twitch.keeper().client_id(), "client");
  EXPECT_TRUE(twitch.keeper().facts().login.empty());

  twitch.clock.advance(seconds(899));
  EXPECT_TRUE(twitch.keeper().tick({}).ok());
  EXPECT_EQ(twitch.keeper().token().reveal(), "app1");
  twitch.http.next("/oauth2/token", json_answer(R"({"access_token":"app2","expires_in":1000})"));
  twitch.clock.advance(seconds(1));
  EXPECT_TRUE(twitch.keeper().tick({}).ok());
  EXPECT_EQ(twitch.keeper().token().reveal(), "app2") << "at 90 % of its life";
}

TEST(TokenKeeper, UsesAndRenewsTheStoredLogin) {
  Keeping twitch;
  twitch.store_login("user", "refresh1");
  ASSERT_EQ(twitch.start_error(true), "no error");
  EXPECT_EQ(twitch.keeper().token().reveal(), "user");

  twitch.answer_refresh("fresh", "refresh2");
  twitch.forget_token("user");
  ASSERT_TRUE(twitch.keeper().renew(Secret("user"), {}).ok());
  EXPECT_EQ(twitch.keeper().token().reveal(), "fresh");
  EXPECT_EQ(twitch.http.last("/oauth2/token").body, "client_id=client&grant_type=refresh_token&refresh_token=refresh1");
  const auto stored = TokenStore(twitch.options.private_dir).load();
  ASSERT_TRUE(stored.ok() && stored->has_value());
  EXPECT_EQ((*stored)->access.reveal(), "fresh");
  EXPECT_EQ((*stored)->refresh.reveal(), "refresh2") << "rotated, and stored before use";
  ASSERT_TRUE(twitch.keeper().renew(Secret("user"), {}).ok());
  EXPECT_EQ(twitch.http.count("/oauth2/token"), 1U) << "whoever comes late finds it done";
}

TEST(TokenKeeper, RefreshesALoginThatExpiredWhileNothingRan) {
  Keeping twitch;
  twitch.store_login("stale", "refresh1");
  twitch.answer_refresh("fresh", "refresh2");
  ASSERT_EQ(twitch.start_error(true), "no error");
  EXPECT_EQ(twitch.keeper().token().reveal(), "fresh");
}

TEST(TokenKeeper, TakesWhatAnotherProcessHasRenewed) {
  Keeping twitch;
  twitch.store_login("user", "refresh1");
  ASSERT_EQ(twitch.start_error(true), "no error");
  twitch.add_token("theirs", "somebody", 14'400);
  twitch.store_login("theirs", "refresh2");
  twitch.forget_token("user");
  ASSERT_TRUE(twitch.keeper().renew(Secret("user"), {}).ok());
  EXPECT_EQ(twitch.keeper().token().reveal(), "theirs");
  EXPECT_EQ(twitch.http.count("/oauth2/token"), 0U);
}

TEST(TokenKeeper, TellsWhenTheLoginCannotBeRenewed) {
  Keeping twitch;
  twitch.store_login("stale", "used-up");
  twitch.http.next("/oauth2/token", json_answer(R"({"status":400,"message":"Invalid refresh token"})", 400));
  EXPECT_THAT(twitch.start_error(true),
              testing::AllOf(HasSubstr("Invalid refresh token"), HasSubstr("vieweratlas login"), Not(HasSubstr("used-up"))));
  EXPECT_THAT(twitch.keeper().problem(), HasSubstr("Invalid refresh token"));
}

TEST(TokenKeeper, RefusesAFileThatOthersCanRead) {
  Keeping twitch;
  twitch.store_login("user", "refresh1");
  const std::filesystem::path file = TokenStore(twitch.options.private_dir).path();
  struct stat facts{};
  ASSERT_EQ(::stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(file.parent_path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0700U);
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  EXPECT_THAT(twitch.start_error(true), HasSubstr("chmod 600"));
  EXPECT_TRUE(twitch.http.requests.empty());
}

TEST(TokenKeeper, TheTokenOfTheOptionsComesFirstAndAFallIsTold) {
  Keeping twitch;
  twitch.add_token("option", "other", 100);
  twitch.options.credentials.token = Secret("option");
  twitch.store_login("user", "refresh1");
  ASSERT_EQ(twitch.start_error(true), "no error");
  EXPECT_EQ(twitch.keeper().token().reveal(), "option");
  EXPECT_EQ(twitch.log.text(), "");
  twitch.forget_token("option");
  ASSERT_TRUE(twitch.keeper().renew(Secret("option"), {}).ok());
  EXPECT_EQ(twitch.keeper().token().reveal(), "user");
  EXPECT_THAT(twitch.log.text(), testing::AllOf(HasSubstr("TWITCH_OAUTH_TOKEN"), HasSubstr("going on with the login in tokens.json")));
}

TEST(TokenKeeper, ValidatesEachHour) {
  Keeping twitch;
  twitch.options.credentials.token = Secret("user");
  ASSERT_EQ(twitch.start_error(true), "no error");
  for (int minute = 0; minute < 59; ++minute) {
    twitch.clock.advance(minutes(1));
    ASSERT_TRUE(twitch.keeper().tick({}).ok());
  }
  EXPECT_EQ(twitch.http.count("/oauth2/validate"), 1U);
  EXPECT_EQ(twitch.keeper().until_validation(), minutes(1));
  twitch.clock.advance(minutes(1));
  ASSERT_TRUE(twitch.keeper().tick({}).ok());
  EXPECT_EQ(twitch.http.count("/oauth2/validate"), 2U);
  EXPECT_EQ(twitch.keeper().until_validation(), hours(1));
}

TEST(TokenKeeper, ALostConnectionIsAProblemForAMinuteOnly) {
  Keeping twitch;
  twitch.options.credentials.token = Secret("user");
  ASSERT_EQ(twitch.start_error(true), "no error");
  twitch.clock.advance(hours(1));
  for (int i = 0; i < 5; ++i) twitch.http.next("/oauth2/validate", no_connection());
  const Status down = twitch.keeper().tick({});
  ASSERT_FALSE(down.ok());
  EXPECT_EQ(down.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(twitch.sleeper.waits, (std::vector<std::chrono::milliseconds>{seconds(5), seconds(15), seconds(45)}));
  EXPECT_FALSE(twitch.keeper().problem().empty());
  EXPECT_EQ(twitch.keeper().token().reveal(), "user");
  EXPECT_TRUE(twitch.keeper().tick({}).ok()) << "told once";
  twitch.clock.advance(minutes(1));
  EXPECT_TRUE(twitch.keeper().tick({}).ok());
  EXPECT_TRUE(twitch.keeper().problem().empty());
}

TEST(TokenKeeper, ARevokedTokenIsFoundByTheHourlyValidation) {
  Keeping twitch;
  twitch.options.credentials.token = Secret("user");
  ASSERT_EQ(twitch.start_error(true), "no error");
  twitch.forget_token("user");
  twitch.clock.advance(hours(1));
  const Status revoked = twitch.keeper().tick({});
  ASSERT_FALSE(revoked.ok());
  EXPECT_EQ(revoked.error().code, ErrorCode::kDenied);
  EXPECT_FALSE(twitch.keeper().problem().empty());
}

TEST(TokenKeeper, ATokenThatCannotBeRenewedIsToldAheadOfItsEnd) {
  Keeping twitch;
  twitch.add_token("short", "somebody", 3000);
  twitch.options.credentials.token = Secret("short");
  ASSERT_EQ(twitch.start_error(true), "no error");
  twitch.clock.advance(seconds(2700));
  EXPECT_TRUE(twitch.keeper().tick({}).ok());
  EXPECT_THAT(twitch.log.text(), HasSubstr("ends in 5 minutes"));
  EXPECT_EQ(twitch.keeper().token().reveal(), "short");
}

TEST(TokenKeeper, ATokenThatHelixAloneRefusesIsTheClientIdsFault) {
  Keeping twitch;
  twitch.options.credentials.token = Secret("user");
  ASSERT_EQ(twitch.start_error(false), "no error");
  const Status refused = twitch.keeper().renew(Secret("user"), {});
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("TWITCH_CLIENT_ID"));
}

TEST(TokenKeeper, ManyThreadsThatMeetA401RenewOnce) {
  Keeping twitch;
  twitch.store_login("user", "refresh1");
  ASSERT_EQ(twitch.start_error(true), "no error");
  twitch.answer_refresh("fresh", "refresh2");
  twitch.forget_token("user");
  TokenKeeper& keeper = twitch.keeper();
  std::atomic<int> good{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (keeper.renew(Secret("user"), {}).ok()) good.fetch_add(1);
    });
  }
  threads.clear();
  EXPECT_EQ(good.load(), 8);
  EXPECT_EQ(twitch.http.count("/oauth2/token"), 1U);
  EXPECT_EQ(keeper.token().reveal(), "fresh");
}

TEST(TokenKeeper, StopsAtOnceWhenAsked) {
  Keeping twitch;
  twitch.options.credentials.token = Secret("user");
  std::stop_source stop;
  for (int i = 0; i < 5; ++i) twitch.http.next("/oauth2/validate", no_connection());
  twitch.sleeper.after_wait = [&] { stop.request_stop(); };
  const Status stopped = twitch.keeper().start(true, stop.get_token());
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(twitch.sleeper.waits.size(), 1U);
}

TEST(SystemSleeper, WakesWhenAsked) {
  std::stop_source stop;
  SystemSleeper sleeper;
  EXPECT_TRUE(sleeper.sleep(std::chrono::milliseconds(0), stop.get_token()));
  bool slept = true;
  {
    const std::jthread thread([&] { slept = sleeper.sleep(hours(1), stop.get_token()); });
    stop.request_stop();
  }
  EXPECT_FALSE(slept);
}

}  // namespace
}  // namespace vieweratlas
