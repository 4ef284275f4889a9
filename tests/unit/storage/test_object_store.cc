#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/temporary_folder.h"

#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

TEST(LocalStore, KeepsWhatWasPut) {
  const TemporaryFolder folder;
  LocalStore store(folder.path() / "data");
  EXPECT_EQ(store.get("raw/a.json").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(*store.exists("raw/a.json"));
  ASSERT_TRUE(store.put("raw/a.json", "one").ok());
  ASSERT_TRUE(store.put("raw/a.json", "two").ok());
  EXPECT_EQ(*store.get("raw/a.json"), "two");
  EXPECT_TRUE(*store.exists("raw/a.json"));
  EXPECT_FALSE(*store.exists("raw")) << "a folder is no object";
  ASSERT_TRUE(store.remove("raw/a.json").ok());
  EXPECT_TRUE(store.remove("raw/a.json").ok()) << "what is gone is gone";
  EXPECT_FALSE(*store.exists("raw/a.json"));
  EXPECT_EQ(store.uri("raw/a.json"), "file://" + (folder.path() / "data" / "raw" / "a.json").string());
}

TEST(LocalStore, ListsByPrefixInOrder) {
  const TemporaryFolder folder;
  LocalStore store(folder.path());
  for (const char* key : {"raw/b/2", "raw/b/1", "raw/bc", "raw/a", "state/x"}) ASSERT_TRUE(store.put(key, "x").ok());
  const auto keys = [&](std::string_view prefix) {
    std::string joined;
    const auto objects = store.list(prefix);
    for (const StoredObject& object : *objects) joined += object.key + " ";
    return joined;
  };
  EXPECT_EQ(keys("raw/b"), "raw/b/1 raw/b/2 raw/bc ");
  EXPECT_EQ(keys("raw/b/"), "raw/b/1 raw/b/2 ");
  EXPECT_EQ(keys(""), "raw/a raw/b/1 raw/b/2 raw/bc state/x ");
  EXPECT_EQ(keys("none/at/all"), "");
  const auto one = store.list("raw/b/1");
  EXPECT_EQ(one->front().num_bytes, 1U);
}

TEST(LocalStore, RefusesKeysThatLeaveIt) {
  const TemporaryFolder folder;
  LocalStore store(folder.path() / "data");
  for (const std::string& key :
       {std::string(), std::string("/etc/passwd"), std::string("../out"), std::string("a/../../out"), std::string("a//b"),
        std::string("a/"), std::string("a/./b"), std::string(".hidden"), std::string("a/b.tmp"), std::string("a\\b"), std::string("a\nb"),
        std::string("a\0b", 3), std::string(201, 'a'), std::string(1025, 'a')}) {
    EXPECT_FALSE(is_object_key(key)) << key;
    EXPECT_EQ(store.put(key, "x").error().code, ErrorCode::kInvalidArgument) << key;
    EXPECT_EQ(store.get(key).error().code, ErrorCode::kInvalidArgument) << key;
    EXPECT_EQ(store.exists(key).error().code, ErrorCode::kInvalidArgument) << key;
    EXPECT_EQ(store.remove(key).error().code, ErrorCode::kInvalidArgument) << key;
  }
  EXPECT_EQ(store.list("../").error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(is_object_key("raw/snapshots/2026/11/22/round_20261122_100000_shard-1-of-4.ndjson.zst"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out"));
}

}  // namespace
}  // namespace vieweratlas
