#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/pipeline/publish.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

using testing::HasSubstr;

TEST(Publish, PutsARunAndThenSaysWhichIsTheLatest) {
  TemporaryFolder result;
  TemporaryFolder place;
  LocalStore store(place.path());
  ASSERT_TRUE(write_file_atomic(result.path() / "graph_nodes.csv", "id\n").ok());
  ASSERT_TRUE(write_file_atomic(result.path() / "analysis_results.json", "{}").ok());
  const std::vector<OutputFile> files{{.name = "graph_nodes.csv", .num_bytes = 3}, {.name = "analysis_results.json", .num_bytes = 2}};
  const PublishOptions options{.time = *parse_time("2026-11-22T20:26:25Z"), .input_digest = "xxh3-128:1a2b3c4d5e6f", .version = "1.2.3"};
  const Result<std::string> run = publish(store, result.path(), files, options);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_EQ(*run, "20261122T202625Z-1a2b3c4d");
  EXPECT_EQ(*store.get("outputs/run=" + *run + "/graph_nodes.csv"), "id\n");
  EXPECT_EQ(*store.get("outputs/run=" + *run + "/analysis_results.json"), "{}");
  EXPECT_EQ(*store.get("processed/analysis_results.json"), "{}");
  const std::string latest = *store.get("outputs/latest.json");
  EXPECT_THAT(latest, HasSubstr(R"({"run":"20261122T202625Z-1a2b3c4d","time":"2026-11-22T20:26:25Z","version":"1.2.3",)"));
  EXPECT_THAT(latest, HasSubstr(R"("input_digest":"xxh3-128:1a2b3c4d5e6f","files":{"graph_nodes.csv":{"bytes":3,"digest":"xxh3-128:)"));
}

TEST(Publish, AResultThatIsNotWholeLeavesTheLatestAsItWas) {
  TemporaryFolder result;
  TemporaryFolder place;
  LocalStore store(place.path());
  ASSERT_TRUE(store.put("outputs/latest.json", "before").ok());
  const std::vector<OutputFile> files{{.name = "gone.csv", .num_bytes = 3}};
  EXPECT_EQ(publish(store, result.path(), files, {.time = {}, .input_digest = "x:12345678", .version = ""}).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(*store.get("outputs/latest.json"), "before");
}

}  // namespace
}  // namespace vieweratlas
