#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "aws/library.h"
#include "aws/process.h"
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
using namespace std::chrono_literals;

const UtcMillis kNow = moment("2026-11-22T10:00:00Z");

std::string sts_answer(const std::string& key) {
  return "<R><Credentials><AccessKeyId>" + key +
         "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-11-22T11:00:00Z</Expiration>"
         "</Credentials></R>";
}

/// A home with files of profiles, and servers.
struct Home {
  TemporaryFolder folder;
  std::map<std::string, std::string, std::less<>> variables{{"HOME", folder.path().string()}, {"AWS_EC2_METADATA_DISABLED", "true"}};
  PlayedServers servers;

  void file(const std::string& name, std::string_view text) { ASSERT_TRUE(write_file_atomic(folder.path() / name, text).ok()); }
  void config(std::string_view text) { file(".aws/config", text); }
  void credentials(std::string_view text) { file(".aws/credentials", text); }

  /// "KEY from SOURCE", or "code: message".
  std::string outcome(const std::string& profile = {}) {
    const auto chain = make_aws_credentials({.profile = profile,
                                             .environment = [this](std::string_view name) -> std::optional<std::string> {
                                               const auto found = variables.find(name);
                                               if (found == variables.end()) return std::nullopt;
                                               return found->second;
                                             }},
                                            servers.client());
    const Result<AwsCredentials> credentials = chain->fetch(kNow, {});
    if (!credentials.ok()) return std::string(name_of(credentials.error().code)) + ": " + credentials.error().message;
    return credentials->access_key_id + " from " + credentials->source;
  }
};

TEST(AwsProfiles, KeysStandInEitherFile) {
  Home home;
  home.credentials(
      "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = s1\n\n[work]\naws_access_key_id=AKIAWORK\n"
      "aws_secret_access_key=s2\n");
  home.config("[profile work]\nregion = eu-west-1\n[profile config-only]\naws_access_key_id=AKIACONFIG\naws_secret_access_key=s3\n");
  EXPECT_EQ(home.outcome(), "AKIADEFAULT from the AWS profile default");
  EXPECT_EQ(home.outcome("work"), "AKIAWORK from the AWS profile work");
  EXPECT_EQ(home.outcome("config-only"), "AKIACONFIG from the AWS profile config-only");
  home.variables["AWS_PROFILE"] = "work";
  EXPECT_EQ(home.outcome(), "AKIAWORK from the AWS profile work");
}

TEST(AwsProfiles, FilesCanBeElsewhere) {
  Home home;
  home.file("mine/keys", "[default]\naws_access_key_id = AKIAELSEWHERE\naws_secret_access_key = s\n");
  home.variables["AWS_SHARED_CREDENTIALS_FILE"] = "~/mine/keys";
  EXPECT_EQ(home.outcome(), "AKIAELSEWHERE from the AWS profile default");
}

TEST(AwsProfiles, AProfileGivenByNameIsAskedAlone) {
  Home home;
  home.variables["AWS_ACCESS_KEY_ID"] = "AKIAENVIRONMENT";
  home.variables["AWS_SECRET_ACCESS_KEY"] = "s";
  home.credentials("[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = s\n[empty]\nregion = eu-west-1\n");
  EXPECT_THAT(home.outcome("work"), HasSubstr("AKIAWORK"));
  EXPECT_THAT(home.outcome("empty"), AllOf(HasSubstr("denied: no AWS credentials: profile empty of "), HasSubstr("sets no credentials")));
  EXPECT_THAT(home.outcome("gone"), AllOf(HasSubstr("denied: the AWS profile gone is not in "), HasSubstr("aws configure --profile gone")));
}

TEST(AwsProfiles, HalfAPairOfKeysIsAMistake) {
  Home home;
  home.credentials("[default]\naws_access_key_id = AKIADEFAULT\n");
  EXPECT_THAT(home.outcome(), HasSubstr("invalid_argument: the AWS profile default must set aws_access_key_id and aws_secret_access_key"));
}

TEST(AwsProfiles, AFileThatIsNoneIsRefusedWithItsName) {
  Home home;
  home.config("this is = no section\n[profile\n= x\n");
  EXPECT_THAT(home.outcome(), AllOf(HasSubstr("corrupt_data: "), HasSubstr("/.aws/config is no file of AWS profiles")));
}

TEST(AwsProfiles, ARoleIsAskedForInTheNameOfAnother) {
  Home home;
  home.config(
      "[profile base]\naws_access_key_id=AKIABASE\naws_secret_access_key=s\n"
      "[profile middle]\nrole_arn=arn:aws:iam::1:role/middle\nsource_profile=base\n"
      "[profile work]\nrole_arn=arn:aws:iam::1:role/top\nsource_profile=middle\nexternal_id=ext\nrole_session_name=me\nregion=eu-west-1\n");
  home.servers.answer("https://sts.", [](const HttpRequest& request) -> Result<HttpResponse> {
    const bool is_middle = request.body.find("middle") != std::string::npos;
    return HttpResponse{.status = 200, .headers = {}, .body = sts_answer(is_middle ? "ASIAMIDDLE" : "ASIATOP")};
  });
  EXPECT_EQ(home.outcome("work"), "ASIATOP from the role arn:aws:iam::1:role/top");
  ASSERT_EQ(home.servers.requests().size(), 2U);
  EXPECT_THAT(header_of(home.servers.requests()[0], "authorization"), HasSubstr("Credential=AKIABASE/20261122/us-east-1/sts/aws4_request"));
  EXPECT_THAT(header_of(home.servers.requests()[1], "authorization"),
              HasSubstr("Credential=ASIAMIDDLE/20261122/eu-west-1/sts/aws4_request"));
  EXPECT_EQ(home.servers.requests()[1].url, "https://sts.eu-west-1.amazonaws.com/");
  EXPECT_THAT(home.servers.requests()[1].body, AllOf(HasSubstr("&RoleSessionName=me"), HasSubstr("&ExternalId=ext")));
}

TEST(AwsProfiles, RolesThatNeedThemselvesAreFound) {
  Home home;
  home.config(
      "[profile a]\nrole_arn=arn:a\nsource_profile=b\n[profile b]\nrole_arn=arn:b\nsource_profile=a\n"
      "[profile self]\nrole_arn=arn:s\nsource_profile=self\naws_access_key_id=AKIASELF\naws_secret_access_key=s\n"
      "[profile lost]\nrole_arn=arn:l\nsource_profile=nowhere\n[profile bare]\nrole_arn=arn:x\n"
      "[profile mfa]\nrole_arn=arn:m\nsource_profile=self\nmfa_serial=arn:mfa\n");
  home.servers.answer("https://sts.", 200, sts_answer("ASIASELF"));
  EXPECT_THAT(home.outcome("a"), HasSubstr("invalid_argument: the AWS profile b needs itself by way of source_profile a"));
  EXPECT_EQ(home.outcome("self"), "ASIASELF from the role arn:s");
  EXPECT_THAT(home.outcome("lost"), HasSubstr("names the source_profile nowhere, which is nowhere"));
  EXPECT_THAT(home.outcome("bare"), HasSubstr("neither source_profile, credential_source nor web_identity_token_file"));
  EXPECT_THAT(home.outcome("mfa"), HasSubstr("asks for a code of a device"));
}

TEST(AwsProfiles, ARoleCanComeFromTheEnvironmentOrAWebIdentity) {
  Home home;
  home.file("token", "web.token");
  home.config("[profile env]\nrole_arn=arn:e\ncredential_source=Environment\n[profile web]\nrole_arn=arn:w\nweb_identity_token_file=" +
              (home.folder.path() / "token").string() + "\n[profile odd]\nrole_arn=arn:o\ncredential_source=Moon\n");
  home.servers.answer("https://sts.", 200, sts_answer("ASIAROLE"));
  EXPECT_THAT(home.outcome("env"), HasSubstr("has a role, but nobody to ask for it as: AWS_ACCESS_KEY_ID is not set"));
  home.variables["AWS_ACCESS_KEY_ID"] = "AKIAENV";
  home.variables["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_THAT(home.outcome("env"), HasSubstr("ASIAROLE"));
  EXPECT_THAT(home.outcome("web"), HasSubstr("ASIAROLE"));
  EXPECT_THAT(home.servers.requests().back().body, HasSubstr("&WebIdentityToken=web.token"));
  EXPECT_THAT(home.outcome("odd"), HasSubstr("unknown credential_source"));
}

TEST(AwsProfiles, AProcessGivesCredentials) {
  Home home;
  home.file("answer.json", R"({"Version":1,"AccessKeyId":"ASIAPROCESS","SecretAccessKey":"s","SessionToken":"t"})");
  home.config("[default]\ncredential_process = cat \"" + (home.folder.path() / "answer.json").string() +
              "\"\n[profile fails]\ncredential_process = echo secret-on-stdout; echo 'the vault is locked' >&2; exit 3\n"
              "[profile talks]\ncredential_process = echo hello\n");
  EXPECT_EQ(home.outcome(), "ASIAPROCESS from credential_process of the AWS profile default");
  EXPECT_THAT(home.outcome("fails"), AllOf(HasSubstr("denied: the AWS profile fails: credential_process ended with exit code 3 (the vault "
                                                     "is locked)"),
                                           Not(HasSubstr("secret-on-stdout"))));
  EXPECT_THAT(home.outcome("talks"), HasSubstr("\"Version\": 1"));
}

TEST(AwsProcess, OneThatHangsIsEndedWithAllThatItStarted) {
  TemporaryFolder folder;
  const std::string fifo = (folder.path() / "fifo").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const int read_end = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(read_end, 0);
  const Result<std::string> output =
      aws_internal::output_of_credential_process("exec 9>'" + fifo + "'; sleep 600 & echo begun >&9; wait", 500ms, {});
  ASSERT_FALSE(output.ok());
  EXPECT_EQ(output.error().code, ErrorCode::kUnavailable);
  // The shell and what it started hold the other end; it closes when all of them are dead.
  ASSERT_EQ(::fcntl(read_end, F_SETFL, 0), 0);
  std::array<char, 16> bytes{};
  EXPECT_EQ(::read(read_end, bytes.data(), bytes.size()), 6);
  EXPECT_EQ(::read(read_end, bytes.data(), bytes.size()), 0);
  ::close(read_end);
}

TEST(AwsProcess, OneThatNeverStopsTalkingIsEnded) {
  const Result<std::string> output = aws_internal::output_of_credential_process("yes", 10s, {});
  ASSERT_FALSE(output.ok());
  EXPECT_EQ(output.error().code, ErrorCode::kLimitExceeded);
}

TEST(AwsProcess, AStopEndsIt) {
  std::stop_source stop;
  stop.request_stop();
  const Result<std::string> output = aws_internal::output_of_credential_process("sleep 600", 10s, stop.get_token());
  ASSERT_FALSE(output.ok());
  EXPECT_EQ(output.error().code, ErrorCode::kCancelled);
}

TEST(AwsSso, ASessionIsExchangedForTheRole) {
  Home home;
  home.config(
      "[profile work]\nsso_session=corp\nsso_account_id=123456789012\nsso_role_name=Read Only\n"
      "[sso-session corp]\nsso_region=eu-west-1\nsso_start_url=https://corp.example.com/start\n"
      "[profile old]\nsso_start_url=https://old.example.com/start\nsso_region=us-west-2\nsso_account_id=1\nsso_role_name=r\n"
      "[profile half]\nsso_account_id=1\n");
  EXPECT_THAT(home.outcome("half"), HasSubstr("needs sso_account_id, sso_role_name and an sso_session"));
  EXPECT_THAT(home.outcome("work"), AllOf(HasSubstr("denied: nobody is logged in"), HasSubstr("run `aws sso login --profile work`")));

  const std::string file = ".aws/sso/cache/" + aws_sha1_hex("corp") + ".json";
  home.file(file, R"({"accessToken":"sso-token","expiresAt":"2026-11-22T09:00:00Z"})");
  EXPECT_THAT(home.outcome("work"), AllOf(HasSubstr("expired at 2026-11-22T09:00:00Z"), HasSubstr("aws sso login --profile work")));

  const std::string left = R"({"accessToken":"old","expiresAt":"2026-11-22T09:00:00Z","startUrl":"https://corp.example.com/start",
      "clientId":"client","clientSecret":"client-secret","refreshToken":"refresh","registrationExpiresAt":")";
  const std::string oidc = "https://oidc.eu-west-1.amazonaws.com/token";
  home.file(file, left + R"(2026-11-01T00:00:00Z"})");
  EXPECT_THAT(home.outcome("work"), HasSubstr("expired at 2026-11-22T09:00:00Z")) << "the registration is over, too";
  home.file(file, left + R"(2026-12-01T00:00:00Z"})");
  home.servers.answer(oidc, 400, R"({"error":"invalid_grant"})");
  EXPECT_THAT(home.outcome("work"), HasSubstr("aws sso login --profile work"));
  home.servers.answer(oidc, 503, "");
  EXPECT_THAT(home.outcome("work"), HasSubstr("unavailable: renewing the SSO session corp"));

  home.servers.answer(oidc, 200, R"({"accessToken":"new-token","expiresIn":28800,"refreshToken":"refresh-2","tokenType":"Bearer"})");
  home.servers.answer(
      "https://portal.sso.eu-west-1.amazonaws.com/", 200,
      R"({"roleCredentials":{"accessKeyId":"ASIANEW","secretAccessKey":"s","sessionToken":"t","expiration":1795345200000}})");
  EXPECT_EQ(home.outcome("work"), "ASIANEW from the SSO role Read Only of the AWS profile work");
  EXPECT_EQ(header_of(home.servers.requests().back(), "x-amz-sso_bearer_token"), "new-token");
  EXPECT_EQ(home.servers.requests().at(home.servers.requests().size() - 2).body,
            R"({"clientId":"client","clientSecret":"client-secret","grantType":"refresh_token","refreshToken":"refresh"})");
  EXPECT_EQ(*read_file(home.folder.path() / file),
            R"({"startUrl":"https://corp.example.com/start","region":"eu-west-1","accessToken":"new-token",)"
            R"("expiresAt":"2026-11-22T18:00:00Z","clientId":"client","clientSecret":"client-secret",)"
            R"("registrationExpiresAt":"2026-12-01T00:00:00Z","refreshToken":"refresh-2"})");
  const std::size_t num_asked = home.servers.requests().size();
  EXPECT_EQ(home.outcome("work"), "ASIANEW from the SSO role Read Only of the AWS profile work");
  EXPECT_EQ(home.servers.requests().size(), num_asked + 1) << "the new token is in the file";

  home.file(file, R"({"accessToken":"sso-token","expiresAt":"2026-11-22T19:00:00Z"})");
  home.servers.answer(
      "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?role_name=Read%20Only&account_id=123456789012", 200,
      R"({"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"s","sessionToken":"t","expiration":1795345200000}})");
  EXPECT_EQ(home.outcome("work"), "ASIASSO from the SSO role Read Only of the AWS profile work");
  EXPECT_EQ(header_of(home.servers.requests().back(), "x-amz-sso_bearer_token"), "sso-token");

  home.file(".aws/sso/cache/" + aws_sha1_hex("https://old.example.com/start") + ".json",
            R"({"accessToken":"old-token","expiresAt":"2026-11-22T19:00:00UTC"})");
  home.servers.answer("https://portal.sso.us-west-2.amazonaws.com/", 401, R"({"message":"Session token not found or invalid"})");
  EXPECT_THAT(home.outcome("old"), AllOf(HasSubstr("HTTP 401, Session token not found or invalid"), Not(HasSubstr("old-token"))));
}

TEST(AwsLibrary, DigestsAreTheKnownOnes) {
  EXPECT_EQ(aws_sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(aws_sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

}  // namespace
}  // namespace vieweratlas
