#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/oauth.h"

namespace vieweratlas {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const OAuthClient kClient{.id_url = "https://id.test/oauth2", .client_id = "cli&ent", .client_secret = Secret("se=cret")};
const OAuthClient kPublicClient{.id_url = "https://id.test/oauth2", .client_id = "client", .client_secret = {}};
const std::vector<std::string> kScopes{"chat:read", "user:read:chat"};

HttpResponse answer(int status, std::string body) { return {.status = status, .headers = {}, .body = std::move(body)}; }

TEST(OAuthRequests, SecretsStandInHeadersAndBodiesOnly) {
  const HttpRequest validation = validate_request(kClient, Secret("tok"));
  EXPECT_EQ(validation.method, HttpMethod::kGet);
  EXPECT_EQ(validation.url, "https://id.test/oauth2/validate");
  ASSERT_EQ(validation.headers.size(), 1U);
  EXPECT_EQ(validation.headers[0].name, "Authorization");
  EXPECT_EQ(validation.headers[0].value, "OAuth tok");

  const HttpRequest app = app_token_request(kClient);
  EXPECT_EQ(app.method, HttpMethod::kPost);
  EXPECT_EQ(app.url, "https://id.test/oauth2/token");
  EXPECT_EQ(app.body, "client_id=cli%26ent&client_secret=se%3Dcret&grant_type=client_credentials");
  EXPECT_EQ(app.headers[0].value, "application/x-www-form-urlencoded");

  EXPECT_EQ(refresh_request(kPublicClient, Secret("r+1")).body, "client_id=client&grant_type=refresh_token&refresh_token=r%2B1");
  EXPECT_EQ(device_code_request(kPublicClient, kScopes).url, "https://id.test/oauth2/device");
  EXPECT_EQ(device_code_request(kPublicClient, kScopes).body, "client_id=client&scopes=chat%3Aread%20user%3Aread%3Achat");
  EXPECT_EQ(device_token_request(kPublicClient, Secret("d"), kScopes).body,
            "client_id=client&scopes=chat%3Aread%20user%3Aread%3Achat&device_code=d&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3A"
            "device_code");
  EXPECT_EQ(revoke_request(kPublicClient, Secret("tok")).body, "client_id=client&token=tok");
}

TEST(OAuthAnswers, Validation) {
  const auto user = parse_validation(
      answer(200, R"({"client_id":"c","login":"Somebody","scopes":["chat:read"],"user_id":"42","expires_in":14000,"new":{"x":[1]}})"));
  ASSERT_TRUE(user.ok()) << user.error().message;
  EXPECT_EQ(user->client_id, "c");
  EXPECT_EQ(user->login, "somebody");
  EXPECT_EQ(user->user_id, "42");
  EXPECT_THAT(user->scopes, ElementsAre("chat:read"));
  EXPECT_EQ(user->expires_in, seconds(14000));

  const auto app = parse_validation(answer(200, R"({"client_id":"c","scopes":null,"expires_in":"5000000"})"));
  ASSERT_TRUE(app.ok());
  EXPECT_TRUE(app->login.empty());
  EXPECT_TRUE(app->scopes.empty());
  EXPECT_EQ(app->expires_in, seconds(5000000));
  EXPECT_FALSE(parse_validation(answer(200, R"({"client_id":"c","expires_in":0})"))->expires_in.has_value());

  const auto refused = parse_validation(answer(401, R"({"status":401,"message":"invalid access token"})"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kDenied);
  EXPECT_THAT(refused.error().message, HasSubstr("invalid access token"));
  EXPECT_EQ(parse_validation(answer(503, "<html>")).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(parse_validation(answer(200, "<html>")).error().code, ErrorCode::kCorruptData);
  EXPECT_EQ(parse_validation(answer(302, "")).error().code, ErrorCode::kCorruptData);
}

TEST(OAuthAnswers, Tokens) {
  const auto token = parse_token(
      answer(200, R"({"access_token":"a","refresh_token":"r","expires_in":13000,"scope":["chat:read"],"token_type":"bearer"})"));
  ASSERT_TRUE(token.ok()) << token.error().message;
  EXPECT_EQ(token->access.reveal(), "a");
  EXPECT_EQ(token->refresh.reveal(), "r");
  EXPECT_EQ(token->expires_in, seconds(13000));
  EXPECT_THAT(token->scopes, ElementsAre("chat:read"));
  EXPECT_THAT(parse_token(answer(200, R"({"access_token":"a","scope":"one two"})"))->scopes, ElementsAre("one", "two"));
  EXPECT_TRUE(parse_token(answer(200, R"({"access_token":"a","scope":""})"))->scopes.empty());

  const auto refused = parse_token(answer(400, R"({"status":400,"message":"Invalid refresh token"})"));
  EXPECT_EQ(refused.error().code, ErrorCode::kDenied);
  EXPECT_THAT(refused.error().message, HasSubstr("Invalid refresh token"));
  EXPECT_EQ(parse_token(answer(500, "")).error().code, ErrorCode::kUnavailable);
  for (const char* body : {R"({"access_token":"hidden\r\nx"})", R"({"access_token":"a","refresh_token":"hid den"})",
                           R"({"token":"hidden"})", R"({"access_token":"hidden)"}) {
    const auto damaged = parse_token(answer(200, body));
    ASSERT_FALSE(damaged.ok()) << body;
    EXPECT_EQ(damaged.error().code, ErrorCode::kCorruptData);
    EXPECT_THAT(damaged.error().message, Not(HasSubstr("hid")));
  }
}

TEST(OAuthAnswers, DeviceCode) {
  const auto code = parse_device_code(answer(
      200,
      R"({"device_code":"d","expires_in":1800,"interval":5,"user_code":"ABCD","verification_uri":"https://www.twitch.tv/activate?x=1"})"));
  ASSERT_TRUE(code.ok()) << code.error().message;
  EXPECT_EQ(code->device_code.reveal(), "d");
  EXPECT_EQ(code->user_code, "ABCD");
  EXPECT_EQ(code->verification_uri, "https://www.twitch.tv/activate?x=1");
  EXPECT_EQ(code->expires_in, seconds(1800));
  EXPECT_EQ(code->interval, seconds(5));
  EXPECT_EQ(parse_device_code(answer(400, R"({"status":400,"message":"invalid client"})")).error().code, ErrorCode::kDenied);
  EXPECT_FALSE(parse_device_code(answer(200, R"({"device_code":"d"})")).ok());
}

TEST(OAuthAnswers, DeviceStatesAreToldInEitherField) {
  const auto state = [](std::string_view body) {
    const auto read = parse_device_answer(answer(400, std::string(body)));
    EXPECT_TRUE(read.ok()) << body;
    return read.ok() ? read->state : DeviceState::kGranted;
  };
  EXPECT_EQ(state(R"({"status":400,"message":"authorization_pending"})"), DeviceState::kPending);
  EXPECT_EQ(state(R"({"error":"authorization_pending"})"), DeviceState::kPending);
  EXPECT_EQ(state(R"({"status":400,"message":"slow_down"})"), DeviceState::kSlowDown);
  EXPECT_EQ(state(R"({"status":400,"message":"expired_token"})"), DeviceState::kExpired);
  EXPECT_EQ(state(R"({"status":400,"message":"invalid device code"})"), DeviceState::kExpired);
  EXPECT_EQ(state(R"({"status":400,"message":"access_denied"})"), DeviceState::kDenied);
  EXPECT_EQ(parse_device_answer(answer(400, R"({"message":"missing scopes"})")).error().code, ErrorCode::kDenied);
  EXPECT_EQ(parse_device_answer(answer(503, R"({"message":"slow_down"})")).error().code, ErrorCode::kUnavailable);
  const auto granted = parse_device_answer(answer(200, R"({"access_token":"a","refresh_token":"r","expires_in":10})"));
  ASSERT_TRUE(granted.ok());
  EXPECT_EQ(granted->state, DeviceState::kGranted);
  EXPECT_EQ(granted->token.access.reveal(), "a");
}

}  // namespace
}  // namespace vieweratlas
