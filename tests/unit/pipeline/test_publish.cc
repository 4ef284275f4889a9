#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/fault_store.h"
#include "support/temporary_folder.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/pipeline/publish.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr std::string_view kLatest = "outputs/latest.json";
constexpr std::string_view kProcessed = "processed/analysis_results.json";

class Publish : public testing::Test {
 protected:
  /// A result whose files all say `what`.
  std::filesystem::path result(const std::string& what) {
    const std::filesystem::path folder = folder_.path() / ("result-" + what);
    for (const OutputFile& file : files_) EXPECT_TRUE(write_file_atomic(folder / file.name, what).ok());
    return folder;
  }
  Result<std::string> put(ObjectStore& store, const std::string& what) {
    return publish(store, result(what), files_, {.time = kTime, .input_digest = "xxh3-128:1a2b3c4d5e6f", .version = "1.2.3"});
  }
  /// What the files of the run say that latest.json names, if they say one thing.
  std::string whole_map() {
    const std::string latest = *store_.get(kLatest);
    const std::size_t begin = latest.find(':') + 2;
    const std::string run = latest.substr(begin, latest.find('"', begin) - begin);
    std::string what;
    for (const OutputFile& file : files_) {
      const auto bytes = store_.get("outputs/run=" + run + "/" + file.name);
      EXPECT_TRUE(bytes.ok()) << run;
      EXPECT_TRUE(what.empty() || *bytes == what) << run;
      what = *bytes;
      EXPECT_NE(latest.find(to_string(digest_of(*bytes))), std::string::npos);
    }
    return what;
  }

  const UtcTime kTime = *parse_time("2026-11-22T20:26:25Z");
  const std::vector<OutputFile> files_{{.name = "graph_nodes.csv", .num_bytes = 3}, {.name = "analysis_results.json", .num_bytes = 2}};
  TemporaryFolder folder_;
  LocalStore store_{folder_.path() / "store"};
};

TEST_F(Publish, PutsARunAndThenSaysWhichIsTheLatest) {
  const Result<std::string> run = put(store_, "one");
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_THAT(*run, MatchesRegex("20261122T202625Z-[0-9a-f]{8}"));
  EXPECT_EQ(*store_.get("outputs/run=" + *run + "/graph_nodes.csv"), "one");
  EXPECT_EQ(*store_.get("outputs/run=" + *run + "/analysis_results.json"), "one");
  EXPECT_EQ(*store_.get(kProcessed), "one");
  const std::string latest = *store_.get(kLatest);
  EXPECT_THAT(latest, HasSubstr("{\"run\":\"" + *run + R"(","time":"2026-11-22T20:26:25Z","version":"1.2.3",)"));
  EXPECT_THAT(latest, HasSubstr(R"("input_digest":"xxh3-128:1a2b3c4d5e6f","files":{"graph_nodes.csv":{"bytes":3,"digest":"xxh3-128:)"));
}

TEST_F(Publish, RunsOfOneSecondAndOneInputShareNoNameUnlessTheyAreEqual) {
  const std::string one = *put(store_, "one");
  EXPECT_NE(*put(store_, "two"), one);
  EXPECT_EQ(*put(store_, "one"), one);
}

TEST_F(Publish, AResultThatIsNotWholeLeavesTheLatestAsItWas) {
  ASSERT_TRUE(store_.put(kLatest, "before").ok());
  const std::vector<OutputFile> files{{.name = "gone.csv", .num_bytes = 3}};
  EXPECT_EQ(publish(store_, folder_.path(), files, {.time = {}, .input_digest = "x:12345678", .version = ""}).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(*store_.get(kLatest), "before");
}

/// Another one publishes before the n-th call of a publishing, for each n.
TEST_F(Publish, WhateverIsWovenTheResultIsOneWholeMapAndProcessedFollows) {
  for (int nth = 1; nth < 12; ++nth) {
    FaultStore woven(store_);
    int num_calls = 0;
    woven.before_calls([&](std::string_view) {
      if (++num_calls != nth) return;
      EXPECT_TRUE(put(store_, "other").ok());
    });
    ASSERT_TRUE(put(woven, "one").ok());
    EXPECT_EQ(*store_.get(kProcessed), whole_map()) << nth;
  }
}

TEST_F(Publish, AFailureAtAnyCallLeavesAWholeMap) {
  ASSERT_TRUE(put(store_, "before").ok());
  for (const char* const method : {"put", "get"}) {
    for (std::uint64_t nth = 1; nth < 6; ++nth) {
      FaultStore failing(store_);
      failing.fail_calls(method, {.nth = nth});
      static_cast<void>(put(failing, "one"));
      EXPECT_THAT(whole_map(), AnyOf("before", "one"));
    }
  }
}

TEST_F(Publish, TwoAtOnceEndInOneWholeMap) {
  for (int i = 0; i < 20; ++i) {
    std::jthread other([this, i] { EXPECT_TRUE(put(store_, "other" + std::to_string(i)).ok()); });
    EXPECT_TRUE(put(store_, "one" + std::to_string(i)).ok());
    other.join();
    EXPECT_EQ(*store_.get(kProcessed), whole_map());
  }
}

}  // namespace
}  // namespace vieweratlas
