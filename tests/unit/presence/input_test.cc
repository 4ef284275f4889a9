#include "vieweratlas/presence/input.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/read.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

class PresenceInputTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "va_input_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& key, const std::string& bytes) { ASSERT_TRUE(write_file_atomic(folder_ / key, bytes).ok()); }

  static std::string read_all(int descriptor) {
    std::array<char, 256> buffer{};
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    ::close(descriptor);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }

  fs::path folder_;
};

std::string snapshot(const std::string& channel) {
  return R"({"channel":")" + channel + R"(","timestamp":"2026-01-05T10:00:00Z","chatters":["ada","bob"]})";
}

TEST_F(PresenceInputTest, FolderGivesItsFilesByKey) {
  write("b/2.json", "two");
  write("a.json", "one");
  write(".hidden.json", "none");
  const auto input = folder_input(folder_);
  const auto files = input->list();
  ASSERT_TRUE(files.ok());
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ((*files)[0].key, "a.json");
  EXPECT_EQ((*files)[1].key, "b/2.json");
  EXPECT_EQ((*files)[1].num_bytes, 3U);
  const auto descriptor = input->open((*files)[1]);
  ASSERT_TRUE(descriptor.ok());
  EXPECT_EQ(read_all(*descriptor), "two");
}

TEST_F(PresenceInputTest, VersionsAreThoseOfTheLocalStore) {
  write("a/1.json", "one");
  const auto files = folder_input(folder_)->list();
  const auto stored = LocalStore(folder_).find("a/1.json");
  ASSERT_TRUE(files.ok() && stored.ok() && stored->has_value());
  EXPECT_EQ(files->front().version, (*stored)->version);
  EXPECT_EQ(files->front().modified_s, (*stored)->modified_s);
}

TEST_F(PresenceInputTest, OneFileIsAnInput) {
  write("a/1.json", "one");
  const auto input = folder_input(folder_ / "a/1.json");
  const auto files = input->list();
  ASSERT_TRUE(files.ok());
  ASSERT_EQ(files->size(), 1U);
  EXPECT_EQ(files->front().key, "1.json");
  const auto descriptor = input->open(files->front());
  ASSERT_TRUE(descriptor.ok());
  EXPECT_EQ(read_all(*descriptor), "one");
}

TEST_F(PresenceInputTest, WhatCannotBeOpenedSaysWhy) {
  write("a.json", "one");
  fs::create_symlink("a.json", folder_ / "link.json");
  const auto input = folder_input(folder_);
  EXPECT_EQ(input->open({.key = "none.json"}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(input->open({.key = "link.json"}).error().code, ErrorCode::kDenied);
  EXPECT_EQ(folder_input(folder_ / "none")->list().error().code, ErrorCode::kNotFound);
}

/// A folder of which one file gives an error.
class BrokenInput final : public PresenceInput {
 public:
  BrokenInput(const fs::path& folder, std::string key, Error error)
      : folder_(folder_input(folder)), key_(std::move(key)), error_(std::move(error)) {}
  Result<std::vector<StoredObject>> list() override { return folder_->list(); }
  void will_open(std::span<const StoredObject> files) override {
    for (const StoredObject& file : files) announced_.push_back(file.key);
  }
  Result<int> open(const StoredObject& file) override {
    if (file.key == key_) return error_;
    return folder_->open(file);
  }
  [[nodiscard]] std::string place() const override { return "s3://bucket/raw/"; }
  [[nodiscard]] const std::vector<std::string>& announced() const { return announced_; }

 private:
  std::unique_ptr<PresenceInput> folder_;
  std::string key_;
  Error error_;
  std::vector<std::string> announced_;
};

TEST_F(PresenceInputTest, ReadingTellsWhatItWillOpen) {
  for (const char* name : {"a.json", "b.json", "c.txt", "membership/d.json"}) write(name, snapshot("lumen"));
  BrokenInput input(folder_, "", {});
  ThreadPool pool(2);
  ASSERT_TRUE(read_presence(input, {}, pool).ok());
  EXPECT_EQ(input.announced(), (std::vector<std::string>{"a.json", "b.json"}));
}

TEST_F(PresenceInputTest, MissingAndDeniedFilesAreLosses) {
  write("a.json", snapshot("lumen"));
  write("b.json", snapshot("ember"));
  for (const ErrorCode code : {ErrorCode::kNotFound, ErrorCode::kDenied}) {
    BrokenInput input(folder_, "b.json", {code, "no such object"});
    ThreadPool pool(2);
    const auto presence = read_presence(input, {}, pool);
    ASSERT_TRUE(presence.ok());
    EXPECT_EQ(presence->channels.size(), 1U);
    EXPECT_EQ(presence->report.losses.by_reason().at("unreadable_file").example, "b.json:1: no such object");
  }
}

TEST_F(PresenceInputTest, AnInputThatFailsEndsTheReading) {
  for (const char* name : {"a.json", "b.json", "c.json"}) write(name, snapshot("lumen"));
  BrokenInput input(folder_, "b.json", {ErrorCode::kUnavailable, "the network is gone"});
  for (const unsigned threads : {1U, 4U}) {
    ThreadPool pool(threads);
    const auto presence = read_presence(input, {}, pool);
    ASSERT_FALSE(presence.ok());
    EXPECT_EQ(presence.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(presence.error().message.find("s3://bucket/raw/"), std::string::npos) << presence.error().message;
    EXPECT_NE(presence.error().message.find("the network is gone"), std::string::npos) << presence.error().message;
  }
}

}  // namespace
}  // namespace vieweratlas
