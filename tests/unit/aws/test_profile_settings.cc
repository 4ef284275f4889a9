#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/temporary_folder.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/aws/profile_settings.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

using testing::HasSubstr;

struct Home {
  TemporaryFolder folder;
  std::map<std::string, std::string, std::less<>> variables{{"HOME", folder.path().string()}};

  explicit Home(std::string_view config) { EXPECT_TRUE(write_file_atomic(folder.path() / ".aws/config", config).ok()); }

  [[nodiscard]] Result<AwsProfileSettings> settings(const std::string& profile = {}) const {
    return aws_profile_settings({.profile = profile,
                                 .environment = [this](std::string_view name) -> std::optional<std::string> {
                                   const auto found = variables.find(name);
                                   if (found == variables.end()) return std::nullopt;
                                   return found->second;
                                 }},
                                "s3");
  }
};

constexpr std::string_view kConfig =
    "[default]\nregion = eu-central-1\nendpoint_url = http://127.0.0.1:9000\nca_bundle = /etc/own.pem\n"
    "[profile own]\nregion=eu-west-1\nendpoint_url=http://all.example\nservices=local\n"
    "[profile other]\nservices=elsewhere\nendpoint_url=http://all.example\n"
    "[profile none]\nendpoint_url=http://all.example\nignore_configured_endpoint_urls=true\n"
    "[profile lost]\nservices=nowhere\n"
    "[services local]\ns3 =\n  endpoint_url = http://s3.example:9000\n  addressing_style = path\n"
    "[services elsewhere]\ndynamodb =\n  endpoint_url = http://dynamo.example\n";

TEST(AwsProfileSettings, AProfileSaysWhereS3Is) {
  Home home(kConfig);
  EXPECT_EQ(home.settings()->region, "eu-central-1");
  EXPECT_EQ(home.settings()->endpoint, "http://127.0.0.1:9000");
  EXPECT_EQ(home.settings()->ca_file, "/etc/own.pem");
  EXPECT_EQ(home.settings("own")->endpoint, "http://s3.example:9000");
  EXPECT_EQ(home.settings("own")->region, "eu-west-1");
  EXPECT_EQ(home.settings("other")->endpoint, "http://all.example") << "its services say nothing of S3";
  home.variables["AWS_PROFILE"] = "own";
  EXPECT_EQ(home.settings()->region, "eu-west-1");
  EXPECT_EQ(home.settings("other")->region, "");
}

TEST(AwsProfileSettings, EndpointsCanBeLeftAside) {
  Home home(kConfig);
  EXPECT_EQ(home.settings("none")->endpoint, "");
  home.variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "True";
  EXPECT_EQ(home.settings("own")->endpoint, "");
  EXPECT_EQ(home.settings("own")->region, "eu-west-1");
}

TEST(AwsProfileSettings, WhatIsNotThereSaysNothing) {
  Home home(kConfig);
  EXPECT_EQ(home.settings("absent")->region, "");
  home.variables.clear();
  EXPECT_EQ(home.settings()->region, "") << "there is no home";
  const Home lost(kConfig);
  ASSERT_FALSE(lost.settings("lost").ok());
  EXPECT_EQ(lost.settings("lost").error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(lost.settings("lost").error().message, HasSubstr("[services nowhere]"));
}

}  // namespace
}  // namespace vieweratlas
