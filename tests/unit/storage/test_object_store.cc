#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>

#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

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

TEST(GetFile, ReplacesFilesAndNothingElse) {
  const TemporaryFolder folder;
  LocalStore store(folder.path() / "data");
  ASSERT_TRUE(store.put("a", "content").ok());
  const fs::path& here = folder.path();
  ASSERT_TRUE(write_file_atomic(here / "old", "old").ok());
  fs::create_symlink("old", here / "link");
  ASSERT_TRUE(store.get_file("a", here / "link").ok());
  EXPECT_TRUE(fs::is_symlink(here / "link")) << "a link stays one";
  EXPECT_EQ(*read_file(here / "old"), "content");
  fs::create_directory(here / "folder");
  for (const fs::path& no_file : {here / "folder", here / "folder" / "", here / "new" / "", fs::path()}) {
    const auto got = store.get_file("a", no_file);
    ASSERT_FALSE(got.ok()) << no_file;
    EXPECT_EQ(got.error().code, ErrorCode::kInvalidArgument) << no_file;
  }
  EXPECT_TRUE(fs::is_empty(here / "folder"));
}

TEST(GetFile, WritesIntoWhatIsNoFile) {
  const TemporaryFolder folder;
  LocalStore store(folder.path() / "data");
  ASSERT_TRUE(store.put("a", "content").ok());
  const fs::path pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_TRUE(store.get_file("a", pipe).ok());
  EXPECT_TRUE(fs::is_fifo(pipe)) << "it was replaced";
  std::string got(100, '\0');
  got.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(reader, got.data(), got.size()))));
  ::close(reader);
  EXPECT_EQ(got, "content");
  ASSERT_TRUE(store.get_file("a", "/dev/null").ok());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_EQ(store.get_file("a", "/dev/full").error().code, ErrorCode::kLimitExceeded);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
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

TEST(LocalStore, RefusesLinksThatLeadOut) {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  LocalStore outside(elsewhere.path());
  ASSERT_TRUE(outside.put("secret", "secret").ok());
  LocalStore store(folder.path());
  ASSERT_TRUE(store.put("a/b", "mine").ok());
  fs::create_directory_symlink(elsewhere.path(), folder.path() / "out");
  fs::create_symlink(elsewhere.path() / "secret", folder.path() / "file");
  fs::create_directory_symlink("../" + elsewhere.path().filename().string(), folder.path() / "relative");
  for (const std::string key : {"out/secret", "file", "relative/secret", "out/new"}) {
    const auto expect_denied = [&](const Error& error) {
      EXPECT_EQ(error.code, ErrorCode::kDenied) << error.message;
      EXPECT_NE(error.message.find("leads out"), std::string::npos) << error.message;
    };
    if (key != "out/new") {
      expect_denied(store.get(key).error());
      expect_denied(store.find(key).error());
      expect_denied(store.copy(key, "x").error());
      expect_denied(store.remove(key).error());
    }
    expect_denied(store.put(key, "x").error());
    expect_denied(store.put_if_absent(key, "x").error());
  }
  EXPECT_EQ(store.list("out/").error().code, ErrorCode::kDenied);
  EXPECT_EQ(store.list("")->size(), 1U) << "what lies behind a link is not listed";
  EXPECT_EQ(*outside.get("secret"), "secret");
  EXPECT_EQ(outside.list("")->size(), 1U);
}

TEST(LocalStore, FollowsLinksThatStay) {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  LocalStore store(folder.path() / "data");
  ASSERT_TRUE(store.put("a/b", "mine").ok());
  fs::create_directory_symlink("a", folder.path() / "data/relative");
  fs::create_directory_symlink(folder.path() / "data/a", folder.path() / "data/absolute");
  fs::create_symlink(folder.path() / "data/a/b", folder.path() / "data/file");
  fs::create_directory_symlink(folder.path() / "data", folder.path() / "root");
  for (const char* key : {"relative/b", "absolute/b", "file"}) {
    EXPECT_EQ(*store.get(key), "mine") << key;
    EXPECT_TRUE(*store.exists(key)) << key;
  }
  ASSERT_TRUE(store.put("absolute/new", "x").ok());
  EXPECT_EQ(*store.get("a/new"), "x");
  ASSERT_TRUE(store.put("file", "other").ok());
  EXPECT_EQ(*store.get("a/b"), "mine") << "another name's content stays";
  EXPECT_EQ(LocalStore(folder.path() / "root").list("a/")->size(), 2U) << "the folder itself may be a link";
}

TEST(LocalStore, SaysWhatStandsInTheWay) {
  const TemporaryFolder folder;
  LocalStore store(folder.path());
  ASSERT_TRUE(store.put("a/b", "x").ok());
  for (const char* key : {"a", "a/b/c"}) {
    for (const Error& error : {store.put(key, "x").error(), store.put_if_absent(key, "x").error()}) {
      EXPECT_EQ(error.code, ErrorCode::kInvalidArgument) << error.message;
      EXPECT_NE(error.message.find("a"), std::string::npos);
    }
  }
  EXPECT_EQ(*store.get("a/b"), "x");
  EXPECT_EQ(store.list("")->size(), 1U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path() / "a"), std::filesystem::directory_iterator()), 1)
      << "no temporary file stays";
}

}  // namespace
}  // namespace vieweratlas
