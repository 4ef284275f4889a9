#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "aws/credentials_cache.h"
#include "unit/aws/aws_test_support.h"

#include "vieweratlas/aws/credentials.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/secret.h"

namespace vieweratlas {
namespace {

using namespace std::chrono_literals;

const UtcMillis kNow = moment("2026-11-22T10:00:00Z");

/// Gives KEY1, KEY2, ... that live as long as it is told, or fails; can be made to wait.
struct Script {
  std::optional<std::chrono::seconds> life = 1h;
  std::optional<Error> failure;
  std::atomic<int> asked = 0;
  std::promise<void>* begun = nullptr;        // told when a question begins
  std::shared_future<void>* go_on = nullptr;  // waited for then
};

class ScriptedSource final : public AwsCredentialsSource {
 public:
  explicit ScriptedSource(Script& script) : script_(script) {}
  Result<AwsCredentials> fetch(UtcMillis now, const std::stop_token& /*stop*/) override {
    const int number = ++script_.asked;
    if (script_.begun != nullptr) script_.begun->set_value();
    if (script_.go_on != nullptr) script_.go_on->wait();
    if (script_.failure) return *script_.failure;
    AwsCredentials credentials{.access_key_id = "KEY" + std::to_string(number), .secret_access_key = Secret("s"), .source = "a script"};
    if (script_.life) credentials.expires = now + *script_.life;
    return credentials;
  }

 private:
  Script& script_;
};

struct Cache {
  Script script;
  AwsCredentialsCache cache{std::make_unique<ScriptedSource>(script)};

  std::string key(UtcMillis now) {
    const auto credentials = cache.credentials(now, {});
    return credentials.ok() ? (*credentials)->access_key_id : credentials.error().message;
  }
};

TEST(AwsCredentialsCache, KeysWithoutAnEndAreAskedForOnce) {
  Cache test;
  test.script.life = std::nullopt;
  EXPECT_EQ(test.key(kNow), "KEY1");
  EXPECT_EQ(test.key(kNow + 24h * 400), "KEY1");
  EXPECT_EQ(test.script.asked, 1);
}

TEST(AwsCredentialsCache, RenewsFiveMinutesBeforeTheEnd) {
  Cache test;
  EXPECT_EQ(test.key(kNow), "KEY1");
  EXPECT_EQ(test.key(kNow + 54min + 59s), "KEY1");
  EXPECT_EQ(test.key(kNow + 55min), "KEY2");
  EXPECT_EQ(test.key(kNow + 56min), "KEY2");
}

TEST(AwsCredentialsCache, WhatIsStillValidServesWhileTheSourceFails) {
  Cache test;
  EXPECT_EQ(test.key(kNow), "KEY1");
  test.script.failure = Error{ErrorCode::kUnavailable, "nobody answers"};
  EXPECT_EQ(test.key(kNow + 55min), "KEY1");
  EXPECT_EQ(test.key(kNow + 55min + 29s), "KEY1");
  EXPECT_EQ(test.script.asked, 2) << "a source that fails is not asked for each request";
  EXPECT_EQ(test.key(kNow + 55min + 30s), "KEY1");
  EXPECT_EQ(test.script.asked, 3);
  EXPECT_EQ(test.key(kNow + 60min), "nobody answers");
  test.script.failure.reset();
  EXPECT_EQ(test.key(kNow + 60min), "KEY5") << "without valid ones there is no pause";
}

TEST(AwsCredentialsCache, ASourceOfShortOnesIsNotAskedForEachRequest) {
  Cache test;
  test.script.life = 2min;
  EXPECT_EQ(test.key(kNow), "KEY1");
  EXPECT_EQ(test.key(kNow + 10s), "KEY1");
  EXPECT_EQ(test.key(kNow + 30s), "KEY2");
}

TEST(AwsCredentialsCache, ExpiredOnesAreAnErrorThatSaysSo) {
  Cache test;
  test.script.life = -1s;
  const auto credentials = test.cache.credentials(kNow, {});
  ASSERT_FALSE(credentials.ok());
  EXPECT_EQ(credentials.error().code, ErrorCode::kDenied);
  EXPECT_NE(credentials.error().message.find("a script expired at 2026-11-22T09:59:59Z"), std::string::npos) << credentials.error().message;
}

TEST(AwsCredentialsCache, DistrustedOnesAreAskedForAnew) {
  Cache test;
  EXPECT_EQ(test.key(kNow), "KEY1");
  test.cache.distrust("KEY0");
  EXPECT_EQ(test.key(kNow), "KEY1") << "those were replaced before";
  test.cache.distrust("KEY1");
  EXPECT_EQ(test.key(kNow), "KEY2");
}

TEST(AwsCredentialsCache, OneAsksWhileOthersGoOn) {
  Cache test;
  EXPECT_EQ(test.key(kNow), "KEY1");
  std::promise<void> begun;
  std::promise<void> go_on;
  std::shared_future<void> may_go_on = go_on.get_future().share();
  test.script.begun = &begun;
  test.script.go_on = &may_go_on;
  std::future<std::string> asking = std::async(std::launch::async, [&] { return test.key(kNow + 56min); });
  begun.get_future().wait();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(test.key(kNow + 56min), "KEY1");
  go_on.set_value();
  EXPECT_EQ(asking.get(), "KEY2");
  EXPECT_EQ(test.key(kNow + 56min), "KEY2");
  EXPECT_EQ(test.script.asked, 2);
}

TEST(AwsCredentialsCache, WhoWaitedTakesTheRefusal) {
  Cache test;
  test.script.failure = Error{ErrorCode::kUnavailable, "nobody answers"};
  std::promise<void> begun;
  std::promise<void> go_on;
  std::shared_future<void> may_go_on = go_on.get_future().share();
  test.script.begun = &begun;
  test.script.go_on = &may_go_on;
  std::vector<std::future<std::string>> asking;
  asking.push_back(std::async(std::launch::async, [&] { return test.key(kNow); }));
  begun.get_future().wait();
  test.script.begun = nullptr;
  for (int i = 0; i < 4; ++i) asking.push_back(std::async(std::launch::async, [&] { return test.key(kNow); }));
  go_on.set_value();
  for (std::future<std::string>& one : asking) EXPECT_EQ(one.get(), "nobody answers");
  EXPECT_LE(test.script.asked, 5);
  test.script.failure.reset();
  EXPECT_NE(test.key(kNow), "nobody answers") << "a refusal is of those who waited alone";
}

TEST(AwsCredentialsCache, AllWaitForTheFirstAndItIsAskedForOnce) {
  Cache test;
  std::promise<void> begun;
  std::promise<void> go_on;
  std::shared_future<void> may_go_on = go_on.get_future().share();
  test.script.begun = &begun;
  test.script.go_on = &may_go_on;
  std::vector<std::future<std::string>> asking;
  asking.push_back(std::async(std::launch::async, [&] { return test.key(kNow); }));
  begun.get_future().wait();
  for (int i = 0; i < 6; ++i) asking.push_back(std::async(std::launch::async, [&] { return test.key(kNow); }));
  go_on.set_value();
  for (auto& answer : asking) EXPECT_EQ(answer.get(), "KEY1");
  EXPECT_EQ(test.script.asked, 1);
}

TEST(AwsCredentialsCache, WaitingCanBeStopped) {
  Cache test;
  std::promise<void> begun;
  std::promise<void> go_on;
  std::shared_future<void> may_go_on = go_on.get_future().share();
  test.script.begun = &begun;
  test.script.go_on = &may_go_on;
  std::future<std::string> asking = std::async(std::launch::async, [&] { return test.key(kNow); });
  begun.get_future().wait();
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = test.cache.credentials(kNow, stop.get_token());
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
  go_on.set_value();
  EXPECT_EQ(asking.get(), "KEY1");
}

}  // namespace
}  // namespace vieweratlas
