#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "unit/aws/aws_test_support.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/aws/signer.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"
#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

using namespace std::chrono_literals;

const UtcMillis kNow = moment("2026-11-22T10:00:00Z");

/// KEY1, KEY2, ..., each good for an hour.
class CountingSource final : public AwsCredentialsSource {
 public:
  explicit CountingSource(std::atomic<int>& asked) : asked_(asked) {}
  Result<AwsCredentials> fetch(UtcMillis now, const std::stop_token& /*stop*/) override {
    return AwsCredentials{
        .access_key_id = "KEY" + std::to_string(++asked_), .secret_access_key = Secret("s"), .expires = now + 1h, .source = "a test"};
  }

 private:
  std::atomic<int>& asked_;
};

/// Whose signature it is, "" for none.
std::string signer_of(const HttpRequest& request) {
  const std::string value = header_of(request, "authorization");
  const std::size_t begin = value.find("Credential=");
  if (begin == std::string::npos) return {};
  return value.substr(begin + 11, value.find('/', begin) - begin - 11);
}

TEST(AwsSigner, ManyThreadsSignWithTheSameCredentialsAlsoWhileTheyAreRenewed) {
  std::atomic<int> asked = 0;
  AwsSigner signer(std::make_unique<CountingSource>(asked), "eu-west-1");
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 150; ++i) {
        HttpRequest request{.url = "https://bucket.example.com/" + std::to_string(thread) + "/" + std::to_string(i)};
        // An hour and a half passes in the course of the loop.
        if (!signer.sign(request, kUnsignedPayload, kNow + i * 36s, {}).ok() || signer_of(request).empty()) ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
  EXPECT_GE(asked, 2);
}

TEST(AwsSigner, CredentialsThatTheServerRefusedAreAskedForAnew) {
  std::atomic<int> asked = 0;
  AwsSigner signer(std::make_unique<CountingSource>(asked), "eu-west-1");
  HttpRequest first{.url = "https://bucket.example.com/a"};
  HttpRequest second = first;
  signer.distrust(first);  // nothing was signed yet: nothing is to be forgotten
  ASSERT_TRUE(signer.sign(first, kUnsignedPayload, kNow, {}).ok());
  ASSERT_TRUE(signer.sign(second, kUnsignedPayload, kNow, {}).ok());
  EXPECT_EQ(signer_of(first), "KEY1");
  signer.distrust(first);
  ASSERT_TRUE(signer.sign(first, kUnsignedPayload, kNow, {}).ok());
  EXPECT_EQ(signer_of(first), "KEY2");
  signer.distrust(second);
  ASSERT_TRUE(signer.sign(second, kUnsignedPayload, kNow, {}).ok());
  EXPECT_EQ(signer_of(second), "KEY2") << "another request has already replaced KEY1";
}

TEST(AwsSigner, IsMadeOfTheOptionsOfAStoreAndAsksNothingYet) {
  AwsCredentialsOptions options{.region = "eu-north-1"};
  options.environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "AWS_ACCESS_KEY_ID") return "AKIAOPTIONS";
    if (name == "AWS_SECRET_ACCESS_KEY") return "s";
    return std::nullopt;
  };
  const auto signer = AwsSigner::make(options);
  ASSERT_TRUE(signer.ok());
  HttpRequest request{.url = "https://bucket.example.com/a"};
  ASSERT_TRUE((*signer)->sign(request, kUnsignedPayload, kNow, {}).ok());
  EXPECT_NE(header_of(request, "authorization").find("Credential=AKIAOPTIONS/20261122/eu-north-1/s3/aws4_request"), std::string::npos);

  options.ca_file = "/nonexistent/certificates.pem";
  const auto none = AwsSigner::make(options);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::kDenied);
}

}  // namespace
}  // namespace vieweratlas
