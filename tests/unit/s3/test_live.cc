// The store on S3 against real servers of others. Without VIEWERATLAS_TEST_S3_ENDPOINT, VIEWERATLAS_TEST_S3_BUCKET (which exists),
// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment these tests are skipped.
// VIEWERATLAS_TEST_S3_REGION, _CA_FILE and _ADDRESSING (virtual) say more; tests/integration/test_s3_conformance.py sets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/temporary_folder.h"
#include "unit/storage/store_conformance.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/s3/open_s3_store.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

std::optional<std::string> variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool is_configured() { return variable("VIEWERATLAS_TEST_S3_ENDPOINT").has_value() && variable("VIEWERATLAS_TEST_S3_BUCKET").has_value(); }

S3Options live_options(std::string prefix) {
  return {.bucket = variable("VIEWERATLAS_TEST_S3_BUCKET").value_or(""),
          .prefix = std::move(prefix),
          .region = variable("VIEWERATLAS_TEST_S3_REGION").value_or("us-east-1"),
          .endpoint = variable("VIEWERATLAS_TEST_S3_ENDPOINT").value_or(""),
          .addressing = variable("VIEWERATLAS_TEST_S3_ADDRESSING") == "virtual" ? S3Addressing::kVirtualHost : S3Addressing::kAuto,
          .ca_file = variable("VIEWERATLAS_TEST_S3_CA_FILE").value_or(""),
          .environment = variable};
}

/// Bytes that look like no others, the same for the same seed.
std::string random_bytes(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; i += 8) {
    const std::uint64_t word = random.next();
    for (std::size_t j = i; j < std::min(i + 8, size); ++j) bytes[j] = static_cast<char>(word >> (8 * (j - i)));
  }
  return bytes;
}

/// `size` bytes that are made while they are read.
class MadeBytes final : public ByteSource {
 public:
  explicit MadeBytes(std::uint64_t size) : left_(size), piece_(random_bytes(1U << 20U, size)) {}
  Result<std::string_view> next() override {
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_.size()));
    piece_[0] = static_cast<char>(left_ >> 20U);
    left_ -= size;
    return std::string_view(piece_).substr(0, size);
  }
  [[nodiscard]] std::uint64_t num_stored() const override { return 0; }

 private:
  std::uint64_t left_;
  std::string piece_;
};

/// A prefix of its own in the bucket.
class LivePlace final : public StorePlace {
 public:
  LivePlace() : prefix_("live/" + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()) + "/") {}
  LivePlace(const LivePlace&) = delete;
  LivePlace& operator=(const LivePlace&) = delete;
  ~LivePlace() override {
    const std::unique_ptr<ObjectStore> store = open();
    const Result<std::vector<StoredObject>> all = store->list("");
    EXPECT_TRUE(all.ok()) << all.error().message;
    if (!all.ok()) return;
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (std::size_t i = next++; i < all->size(); i = next++) EXPECT_TRUE(store->remove((*all)[i].key).ok());
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  std::unique_ptr<ObjectStore> open() override {
    Result<std::unique_ptr<ObjectStore>> store = open_s3_store(live_options(prefix_));
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().message);
    return *std::move(store);
  }

 private:
  std::string prefix_;
};

class S3Live : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_configured()) GTEST_SKIP() << "no S3 server: VIEWERATLAS_TEST_S3_ENDPOINT and VIEWERATLAS_TEST_S3_BUCKET are not set";
    place_ = std::make_unique<LivePlace>();
    store_ = place_->open();
  }
  [[nodiscard]] ObjectStore& store() { return *store_; }

 private:
  std::unique_ptr<LivePlace> place_;
  std::unique_ptr<ObjectStore> store_;
};

StoreCase live_case() {
  return {.name = "S3",
          .make = []() -> std::unique_ptr<StorePlace> { return is_configured() ? std::make_unique<LivePlace>() : nullptr; },
          .skip_reason = "no S3 server: VIEWERATLAS_TEST_S3_ENDPOINT and VIEWERATLAS_TEST_S3_BUCKET are not set",
          .num_keys = 1200,  // two pages
          .num_steps = 200,
          .memory_bytes = std::size_t{100} << 20U};
}
INSTANTIATE_TEST_SUITE_P(S3, StoreConformance, ::testing::Values(live_case()), name_of_case);

void expect_ok(const Status& status) { EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message); }

TEST_F(S3Live, KeysOfAllKindsComeBack) {
  const std::vector<std::string> keys{"a=b/dt=2026-11-22/x.json", "a+b c%25&d.json", "caf\xC3\xA9/\xE6\x97\xA5\xE6\x9C\xAC.csv",
                                      "quote\"s'<>`^{}|~.txt", "a@b:c,d;e!f$g(h)*[i]?j#k.bin"};
  for (const std::string& key : keys) expect_ok(store().put(key, "content of " + key));
  for (const std::string& key : keys) {
    const Result<std::string> bytes = store().get(key);
    ASSERT_TRUE(bytes.ok()) << bytes.error().message;
    EXPECT_EQ(*bytes, "content of " + key);
    const auto found = store().find(key);
    ASSERT_TRUE(found.ok()) << found.error().message;
    ASSERT_TRUE(found->has_value()) << key;
    EXPECT_EQ((*found)->num_bytes, key.size() + 11);
    EXPECT_GT((*found)->modified_s, 1'700'000'000);
  }
  std::vector<std::string> sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  const auto all = store().list("");
  ASSERT_TRUE(all.ok()) << all.error().message;
  std::vector<std::string> listed;
  for (const StoredObject& object : *all) listed.push_back(object.key);
  EXPECT_EQ(listed, sorted);
  expect_ok(store().copy(keys[1], "copy of=it+.json"));
  EXPECT_EQ(store().get("copy of=it+.json").value(), "content of " + keys[1]);
}

TEST_F(S3Live, OneOfManyMakesAnObject) {
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const Result<bool> result = store().put_if_absent("lock.json", std::to_string(i));
      EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
      if (result.ok() && *result) ++made;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
}

TEST_F(S3Live, LongObjectsGoInPartsBothWays) {
  const std::string bytes = random_bytes((std::size_t{41} << 20U) + 12'345, 1);
  expect_ok(store().put("long.bin", bytes));
  const Result<std::string> back = store().get("long.bin");
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_TRUE(*back == bytes);
  const TemporaryFolder folder;
  const Result<StoredObject> file = store().get_file("long.bin", folder.path() / "long.bin");
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(file->num_bytes, bytes.size());
  EXPECT_TRUE(read_file(folder.path() / "long.bin").value() == bytes);
  expect_ok(store().put_file("again.bin", folder.path() / "long.bin"));
  EXPECT_EQ(digest_of(store().get("again.bin").value()), digest_of(bytes));
  EXPECT_EQ(store().get_range("again.bin", {.offset = 40ULL << 20U, .num_bytes = 100}).value(), bytes.substr(std::size_t{40} << 20U, 100));
  const Result<bool> second = store().put_if_absent("again.bin", bytes);
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_FALSE(*second);
}

/// VIEWERATLAS_TEST_S3_LARGE_MB=1024 for the whole gigabyte; other tests of the same process count, too.
TEST_F(S3Live, MemoryIsBounded) {
  const std::uint64_t size = std::strtoull(variable("VIEWERATLAS_TEST_S3_LARGE_MB").value_or("160").c_str(), nullptr, 10) << 20U;
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  MadeBytes content(size);
  expect_ok(store().put_stream("large.bin", content));
  std::uint64_t seen = 0;
  const Result<StoredObject> read = store().get_stream("large.bin", [&](std::string_view piece) {
    seen += piece.size();
    return Status();
  });
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(seen, size);
  const TemporaryFolder folder;
  const Result<StoredObject> file = store().get_file("large.bin", folder.path() / "large.bin");
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(file->num_bytes, size);
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 100 * 1024) << "KiB more than before, which was " << before.ru_maxrss;
}

TEST_F(S3Live, FiveThousandKeysAreListedInPages) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; i < 5000; i += 8) expect_ok(store().put("many/dt=" + std::to_string(100'000 + i) + ".json", "{}"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto all = store().list("many/", ".json");
  ASSERT_TRUE(all.ok()) << all.error().message;
  ASSERT_EQ(all->size(), 5000U);
  for (int i = 0; i < 5000; ++i) EXPECT_EQ((*all)[static_cast<std::size_t>(i)].key, "many/dt=" + std::to_string(100'000 + i) + ".json");
  const Result<ObjectPage> page = store().list_page("many/dt=1000", {}, 7);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->objects.size(), 7U);
  EXPECT_FALSE(page->next.empty());
}

/// VIEWERATLAS_TEST_S3_FAULTS=1: the server is tests/support/s3wall, which breaks on request.
TEST_F(S3Live, TwoHundredFaultsLoseNothing) {
  if (!variable("VIEWERATLAS_TEST_S3_FAULTS").has_value())
    GTEST_SKIP() << "the server makes no faults: VIEWERATLAS_TEST_S3_FAULTS is not set";
  const auto client = make_http_client({}).value();
  const auto control = [&](std::string_view what, std::string body) {
    return client->send({.method = HttpMethod::kPost,
                         .url = *variable("VIEWERATLAS_TEST_S3_ENDPOINT") + "/_test/" + std::string(what),
                         .body = std::move(body)},
                        {});
  };
  const auto rule = [](std::string_view words) { return "{\"match\":\"/live/\",\"times\":25,\"chance\":0.1," + std::string(words) + "}"; };
  const std::string rules = rule(R"("kind":"status","status":503,"code":"SlowDown")") + "," + rule(R"("kind":"reset_request")") + "," +
                            rule(R"("kind":"reset_response")") + "," + rule(R"("kind":"truncate")") + "," + rule(R"("kind":"close")") +
                            "," + rule(R"("kind":"flip","method":"GET")") + "," + rule(R"("kind":"sleep","seconds":0.05)") + "," +
                            rule(R"("kind":"status","status":500,"code":"InternalError","after":true)");
  ASSERT_EQ(control("faults", "{\"seed\":7,\"rules\":[" + rules + "]}")->status, 200);
  ASSERT_EQ(control("clear", "{}")->status, 200);
  std::map<std::string, std::string> kept;
  Random random(7);
  for (int i = 0; i < 400; ++i) {
    const std::string key = "k" + std::to_string(random.below(60)) + ".bin";
    const std::string bytes = random_bytes(random.below(60'000), static_cast<std::uint64_t>(i));
    if (i % 4 == 3) {
      const Result<bool> made = store().put_if_absent(key, bytes);
      ASSERT_TRUE(made.ok()) << made.error().message;
      EXPECT_EQ(*made, kept.count(key) == 0) << key;
      if (*made) kept[key] = bytes;
    } else {
      expect_ok(store().put(key, bytes));
      kept[key] = bytes;
    }
    const Result<std::string> back = store().get(key);
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_TRUE(*back == kept[key]) << key;
  }
  const std::string told = control("log", "{}")->body;
  ASSERT_EQ(control("faults", "{\"rules\":[]}")->status, 200);
  const auto all = store().list("");
  ASSERT_TRUE(all.ok()) << all.error().message;
  ASSERT_EQ(all->size(), kept.size());
  for (const StoredObject& object : *all) EXPECT_EQ(object.num_bytes, kept[object.key].size()) << object.key;
  std::cout << "faults: " << told.substr(told.rfind("\"faults\"")) << "\n";
}

TEST_F(S3Live, WhatIsNotThereIsSaid) {
  const Result<std::string> missing = store().get("missing.json");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound) << missing.error().message;
  EXPECT_THAT(missing.error().message, testing::HasSubstr(store().uri("missing.json")));
  EXPECT_FALSE(store().find("missing.json").value().has_value());
  expect_ok(store().remove("missing.json"));
  EXPECT_EQ(store().copy("missing.json", "other.json").error().code, ErrorCode::kNotFound);
}

TEST_F(S3Live, MistakesOfTheOperatorAreNamed) {
  S3Options options = live_options("p/");
  options.bucket = "there-is-no-such-bucket-here";
  const auto no_bucket = open_s3_store(options).value();
  const Status refused = no_bucket->put("a.json", "{}");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound) << refused.error().message;
  EXPECT_THAT(refused.error().message, testing::HasSubstr("make it or correct s3_bucket"));
  options = live_options("p/");
  options.environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "AWS_SECRET_ACCESS_KEY") return "no-such-secret";
    return variable(name);
  };
  const auto stranger = open_s3_store(options).value();
  const Result<ObjectPage> denied = stranger->list_page("", {}, 10);
  ASSERT_FALSE(denied.ok());
  EXPECT_EQ(denied.error().code, ErrorCode::kDenied) << denied.error().message;
  EXPECT_THAT(denied.error().message, testing::HasSubstr("AWS_SECRET_ACCESS_KEY"));
  const auto head = stranger->find("a.json");
  ASSERT_FALSE(head.ok());
  EXPECT_EQ(head.error().code, ErrorCode::kDenied) << head.error().message;
  EXPECT_THAT(head.error().message, testing::HasSubstr("AWS_SECRET_ACCESS_KEY"));
}

}  // namespace
}  // namespace vieweratlas
