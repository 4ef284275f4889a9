#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "vieweratlas/core/time.h"
#include "vieweratlas/twitch/token.h"
#include "vieweratlas/twitch/token_record.h"

namespace vieweratlas {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(BareToken, TakesAwayWhatOtherProgramsPutBefore) {
  for (const char* written : {"abc123", " abc123\r\n", "oauth:abc123", "OAuth:abc123", "OAUTH:abc123", "Bearer abc123", "bearer  abc123",
                              "OAuth abc123", "\toauth abc123", "Bearer oauth:abc123"}) {
    const Result<Secret> token = bare_token(written);
    ASSERT_TRUE(token.ok()) << written;
    EXPECT_EQ(token->reveal(), "abc123") << written;
  }
}

TEST(BareToken, RefusesWhatCanBeNoTokenWithoutShowingIt) {
  for (const std::string& written : {std::string(), std::string("  \n"), std::string("oauth:"), std::string("Bearer "),
                                     std::string("hidden 123"), std::string("hidden\r\nJOIN #a"), std::string("hidden\tx"),
                                     std::string("hidden\0x", 8), std::string("hidden\xc3\xa4"), "hidden" + std::string(5000, 'x')}) {
    const Result<Secret> token = bare_token(written);
    ASSERT_FALSE(token.ok()) << written;
    EXPECT_EQ(token.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(token.error().message, Not(HasSubstr("hidden")));
  }
}

TEST(TokenRecord, SurvivesTheWayThroughText) {
  const TokenRecord record{.client_id = "client",
                           .login = "somebody",
                           .user_id = "42",
                           .scopes = {"chat:read", "quo\"te\\"},
                           .access = Secret("access"),
                           .refresh = Secret("refresh"),
                           .expires = UtcTime(std::chrono::seconds(1'800'000'000))};
  const Result<TokenRecord> read = parse_token_record(token_record_json(record).reveal());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->client_id, record.client_id);
  EXPECT_EQ(read->login, record.login);
  EXPECT_EQ(read->user_id, record.user_id);
  EXPECT_EQ(read->scopes, record.scopes);
  EXPECT_EQ(read->access.reveal(), "access");
  EXPECT_EQ(read->refresh.reveal(), "refresh");
  EXPECT_EQ(read->expires, record.expires);
}

TEST(TokenRecord, DamageIsToldWithoutTheText) {
  for (const char* text :
       {"", "{", "[]", "{}", R"({"version": 2, "access_token": "hidden"})", R"({"version": 1, "refresh_token": "hidden"})",
        R"({"version": 1, "access_token": "hid den"})", R"({"version": 1, "access_token": "a", "refresh_token": "hid den"})"}) {
    const Result<TokenRecord> read = parse_token_record(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_THAT(read.error().message, HasSubstr("vieweratlas login"));
    EXPECT_THAT(read.error().message, Not(HasSubstr("hid")));
  }
}

}  // namespace
}  // namespace vieweratlas
