#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "aws/credentials_json.h"
#include "aws/sts.h"
#include "support/temporary_folder.h"
#include "unit/aws/aws_test_support.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const UtcMillis kNow = moment("2026-11-22T10:00:00Z");

constexpr std::string_view kContainerAnswer =
    R"({"RoleArn":"r","AccessKeyId":"ASIACONTAINER","SecretAccessKey":"c-secret","Token":"c-token","Expiration":"2026-11-22T11:00:00Z"})";
constexpr std::string_view kStsAnswer =
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser><Arn>a</Arn>"
    "</AssumedRoleUser><Credentials><AccessKeyId>ASIASTS</AccessKeyId><SecretAccessKey>sts/secret+</SecretAccessKey>"
    "<SessionToken>sts-token==</SessionToken><Expiration>2026-11-22T11:00:00Z</Expiration></Credentials></AssumeRoleResult>"
    "</AssumeRoleResponse>";

/// A machine with files, variables and servers, all of the test's making.
struct Machine {
  TemporaryFolder home;
  std::map<std::string, std::string, std::less<>> variables{{"HOME", home.path().string()}, {"AWS_EC2_METADATA_DISABLED", "true"}};
  PlayedServers servers;
  std::string profile;

  void file(const std::string& name, std::string_view text) { ASSERT_TRUE(write_file_atomic(home.path() / name, text).ok()); }

  Result<AwsCredentials> fetch(const std::stop_token& stop = {}) {
    const auto chain = make_aws_credentials({.profile = profile,
                                             .region = "eu-central-1",
                                             .environment = [this](std::string_view name) -> std::optional<std::string> {
                                               const auto found = variables.find(name);
                                               if (found == variables.end()) return std::nullopt;
                                               return found->second;
                                             }},
                                            servers.client());
    return chain->fetch(kNow, stop);
  }
  /// "KEY from SOURCE", or "code: message".
  std::string outcome() {
    const Result<AwsCredentials> credentials = fetch();
    if (!credentials.ok()) return std::string(name_of(credentials.error().code)) + ": " + credentials.error().message;
    return credentials->access_key_id + " from " + credentials->source;
  }
};

TEST(AwsCredentials, TheEnvironmentComesFirst) {
  Machine machine;
  machine.variables["AWS_ACCESS_KEY_ID"] = " AKIAENVIRONMENT\n";
  machine.variables["AWS_SECRET_ACCESS_KEY"] = "e-secret";
  machine.variables["AWS_SESSION_TOKEN"] = "e-token";
  machine.variables["AWS_CREDENTIAL_EXPIRATION"] = "2026-11-22T12:00:00Z";
  machine.variables["AWS_PROFILE"] = "nowhere";
  const Result<AwsCredentials> credentials = machine.fetch();
  ASSERT_TRUE(credentials.ok()) << credentials.error().message;
  EXPECT_EQ(credentials->access_key_id, "AKIAENVIRONMENT");
  EXPECT_EQ(credentials->secret_access_key.reveal(), "e-secret");
  EXPECT_EQ(credentials->session_token.reveal(), "e-token");
  EXPECT_EQ(credentials->expires, moment("2026-11-22T12:00:00Z"));
}

TEST(AwsCredentials, HalfAnEnvironmentIsAMistakeAndNotPassedOver) {
  Machine machine;
  machine.variables["AWS_ACCESS_KEY_ID"] = "AKIAENVIRONMENT";
  EXPECT_THAT(machine.outcome(), AllOf(HasSubstr("denied: "), HasSubstr("only the first is set")));
  machine.variables["AWS_SECRET_ACCESS_KEY"] = "two words";
  EXPECT_THAT(machine.outcome(), AllOf(HasSubstr("invalid_argument: "), Not(HasSubstr("two words"))));
}

TEST(AwsCredentials, WithoutAnyEverySourceIsNamedWithItsReason) {
  Machine machine;
  EXPECT_THAT(machine.outcome(),
              AllOf(HasSubstr("denied: no AWS credentials: looked in environment (AWS_ACCESS_KEY_ID is not set), web identity "
                              "(AWS_WEB_IDENTITY_TOKEN_FILE is not set), profile files ("),
                    HasSubstr("/.aws/config have no profile default), container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are "
                              "not set), EC2 instance (AWS_EC2_METADATA_DISABLED is true); set AWS_ACCESS_KEY_ID")));
  EXPECT_TRUE(machine.servers.requests().empty());
}

TEST(AwsCredentials, AWebIdentityIsExchangedForARole) {
  Machine machine;
  machine.file("token", "the.web.token\n");
  machine.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = (machine.home.path() / "token").string();
  EXPECT_THAT(machine.outcome(), HasSubstr("AWS_ROLE_ARN is not; set both"));
  machine.variables["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/analysis";
  machine.servers.answer("https://sts.eu-central-1.amazonaws.com/", 200, std::string(kStsAnswer));
  EXPECT_EQ(machine.outcome(), "ASIASTS from the role arn:aws:iam::123456789012:role/analysis");
  ASSERT_EQ(machine.servers.requests().size(), 1U);
  EXPECT_EQ(machine.servers.requests()[0].body,
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fanalysis"
            "&RoleSessionName=vieweratlas&WebIdentityToken=the.web.token");
  EXPECT_EQ(header_of(machine.servers.requests()[0], "authorization"), "");
}

TEST(AwsCredentials, TheServicesRefusalIsToldWithoutTheToken) {
  Machine machine;
  machine.file("token", "the.web.token");
  machine.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = (machine.home.path() / "token").string();
  machine.variables["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/a";
  machine.variables["AWS_ENDPOINT_URL_STS"] = "https://sts.example.com/";
  machine.servers.answer("https://sts.example.com/", 403,
                         "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform "
                         "sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>");
  EXPECT_THAT(machine.outcome(), AllOf(HasSubstr("denied: "),
                                       HasSubstr("arn:aws:iam::1:role/a (AccessDenied: Not authorized to perform "
                                                 "sts:AssumeRoleWithWebIdentity); check the role's trust policy"),
                                       Not(HasSubstr("the.web.token"))));
  EXPECT_EQ(machine.servers.requests().size(), 1U) << "a refusal is not asked for again";
}

TEST(AwsCredentials, AServiceThatFailsIsAskedOnceMore) {
  Machine machine;
  machine.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/id";
  int asked = 0;
  machine.servers.answer("http://169.254.170.2/v2/credentials/id", [&](const HttpRequest&) -> Result<HttpResponse> {
    if (++asked == 1) return HttpResponse{.status = 500, .headers = {}, .body = ""};
    return HttpResponse{.status = 200, .headers = {}, .body = std::string(kContainerAnswer)};
  });
  EXPECT_EQ(machine.outcome(), "ASIACONTAINER from the container endpoint http://169.254.170.2/v2/credentials/id");
}

TEST(AwsCredentials, AContainersTokenFileIsReadEachTime) {
  Machine machine;
  machine.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://169.254.170.23/v1/credentials";
  machine.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "passed over";
  machine.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = (machine.home.path() / "token").string();
  machine.servers.answer("http://169.254.170.23/v1/credentials", 200, std::string(kContainerAnswer));
  for (const char* token : {"first", "second"}) {
    machine.file("token", std::string(token) + "\n");
    EXPECT_THAT(machine.outcome(), HasSubstr("ASIACONTAINER"));
    EXPECT_EQ(header_of(machine.servers.requests().back(), "authorization"), token);
  }
  machine.file("token", "two\r\nlines: x");
  EXPECT_THAT(machine.outcome(), HasSubstr("must hold one token and nothing else"));
}

TEST(AwsCredentials, AContainersTokenGoesToTrustedAddressesOnly) {
  Machine machine;
  machine.servers.answer("http", 200, std::string(kContainerAnswer));
  for (const char* good : {"http://127.0.0.1:8080/a", "http://localhost/a", "http://[::1]:80/a", "http://169.254.170.2/a",
                           "http://[fd00:ec2::23]/a", "https://credentials.example.com/a"}) {
    machine.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = good;
    EXPECT_THAT(machine.outcome(), HasSubstr("ASIACONTAINER")) << good;
  }
  const std::size_t asked = machine.servers.requests().size();
  for (const char* bad :
       {"http://example.com/a", "http://169.254.169.254/a", "http://127.0.0.1.example.com/a", "http://localhost@example.com/", "http://",
        "http://[::1", "ftp://localhost/a", "http://169.254.170.2.example.com/"}) {
    machine.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = bad;
    EXPECT_THAT(machine.outcome(), HasSubstr("invalid_argument: AWS_CONTAINER_CREDENTIALS_FULL_URI")) << bad;
  }
  EXPECT_EQ(machine.servers.requests().size(), asked);
}

TEST(AwsCredentials, AContainersRefusalEndsTheChain) {
  Machine machine;
  machine.variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/a";
  machine.servers.answer("http://169.254.170.2/a", 403, R"({"code":"AccessDenied","message":"no role"})");
  EXPECT_THAT(machine.outcome(), HasSubstr("denied: the container's credentials endpoint http://169.254.170.2/a answered 403 (no role)"));
}

TEST(AwsCredentials, AnInstanceIsAskedByVersionTwo) {
  Machine machine;
  machine.variables.erase("AWS_EC2_METADATA_DISABLED");
  machine.servers.answer("http://169.254.169.254/latest/api/token", 200, "imds-token");
  machine.servers.answer("http://169.254.169.254/latest/meta-data/iam/security-credentials/", 200, "my-role\n");
  machine.servers.answer("http://169.254.169.254/latest/meta-data/iam/security-credentials/my-role", 200, std::string(kContainerAnswer));
  EXPECT_EQ(machine.outcome(), "ASIACONTAINER from the instance's role my-role");
  ASSERT_EQ(machine.servers.requests().size(), 3U);
  EXPECT_EQ(machine.servers.requests()[0].method, HttpMethod::kPut);
  EXPECT_EQ(header_of(machine.servers.requests()[0], "x-aws-ec2-metadata-token-ttl-seconds"), "21600");
  for (const std::size_t i : {1U, 2U}) EXPECT_EQ(header_of(machine.servers.requests()[i], "x-aws-ec2-metadata-token"), "imds-token");
}

TEST(AwsCredentials, AnInstanceThatRefusesTheTokenIsNotAskedByVersionOne) {
  Machine machine;
  machine.variables.erase("AWS_EC2_METADATA_DISABLED");
  machine.servers.answer("http://169.254.169.254/", 403, "");
  EXPECT_THAT(machine.outcome(), HasSubstr("EC2 instance (http://169.254.169.254 gave no token (HTTP 403))"));
  EXPECT_EQ(machine.servers.requests().size(), 1U);
}

TEST(AwsCredentials, AnInstanceWithoutRoleOrAnswerIsToldApart) {
  Machine machine;
  machine.variables.erase("AWS_EC2_METADATA_DISABLED");
  EXPECT_THAT(machine.outcome(), HasSubstr("EC2 instance (http://169.254.169.254 does not answer"));
  machine.servers.answer("http://169.254.169.254/latest/api/token", 200, "imds-token");
  machine.servers.answer("http://169.254.169.254/latest/meta-data/", 404, "not found");
  EXPECT_THAT(machine.outcome(), HasSubstr("EC2 instance (the instance has no role)"));
}

TEST(AwsCredentials, WhatAnInstanceHandsOutTooLateIsStillTried) {
  Machine machine;
  machine.variables.erase("AWS_EC2_METADATA_DISABLED");
  machine.servers.answer("http://169.254.169.254/latest/api/token", 200, "imds-token");
  machine.servers.answer("http://169.254.169.254/latest/meta-data/iam/security-credentials/", 200, "my-role");
  std::string late(kContainerAnswer);
  late.replace(late.find("T11:"), 4, "T09:");
  machine.servers.answer("http://169.254.169.254/latest/meta-data/iam/security-credentials/my-role", 200, late);
  const Result<AwsCredentials> credentials = machine.fetch();
  ASSERT_TRUE(credentials.ok()) << credentials.error().message;
  EXPECT_EQ(credentials->expires, kNow + std::chrono::minutes(10));
}

TEST(AwsCredentialsJson, DamagedAnswersAreRefusedWithoutQuotingThem) {
  using aws_internal::credentials_from_json;
  using aws_internal::kContainerJson;
  for (const char* text : {"", "[]", "{", R"({"AccessKeyId":"A"})", R"({"AccessKeyId":"A","SecretAccessKey":""})",
                           R"({"AccessKeyId":"A","SecretAccessKey":"a\nb"})", R"({"AccessKeyId":7,"SecretAccessKey":"s3cr3t"})",
                           R"({"AccessKeyId":"A","SecretAccessKey":"s3cr3t","Expiration":"soon"})",
                           R"({"AccessKeyId":"A","SecretAccessKey":"s3cr3t","Expiration":-5})"}) {
    const Result<AwsCredentials> credentials = credentials_from_json(text, kContainerJson, "a test");
    ASSERT_FALSE(credentials.ok()) << text;
    EXPECT_EQ(credentials.error().code, ErrorCode::kCorruptData);
    EXPECT_THAT(credentials.error().message, AllOf(HasSubstr("a test"), Not(HasSubstr("s3cr3t"))));
  }
}

TEST(AwsCredentialsJson, TimesAreTextsOrMilliseconds) {
  using aws_internal::credentials_from_json;
  using aws_internal::kSsoJson;
  const Result<AwsCredentials> credentials = credentials_from_json(
      R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"S","sessionToken":"T","expiration":1795341600000}})", kSsoJson, "a test");
  ASSERT_TRUE(credentials.ok()) << credentials.error().message;
  EXPECT_EQ(credentials->expires, moment("2026-11-22T10:00:00Z"));
}

TEST(AwsSts, DamagedAnswersAreRefused) {
  using aws_internal::credentials_from_sts_xml;
  EXPECT_TRUE(credentials_from_sts_xml(kStsAnswer, "a test").ok());
  for (std::size_t size = 0; size + 100 < kStsAnswer.size(); size += 7) {
    EXPECT_FALSE(credentials_from_sts_xml(kStsAnswer.substr(0, size), "a test").ok()) << size;
  }
}

}  // namespace
}  // namespace vieweratlas
