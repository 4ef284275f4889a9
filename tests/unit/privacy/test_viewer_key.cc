#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

ViewerKey counting_key() {
  std::array<std::uint8_t, 32> bytes{};
  for (std::uint8_t i = 0; i < 32; ++i) bytes[i] = i;
  return ViewerKey::from_bytes(bytes);
}

TEST(ViewerKey, IsHmacSha256OverDomainPlatformAndName) {
  // printf 'id\0twitch\0001234' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f, and likewise the others.
  const ViewerKey key = counting_key();
  EXPECT_EQ(key.of_id("twitch", "1234").hex(), "31ab88c3558ea7f44a47d5fd");
  EXPECT_EQ(key.of_login("twitch", "ada").hex(), "e49c5b0be5b81048d3b65960");
  EXPECT_EQ(key.id(), "c2fb8e4b");
}

TEST(ViewerKey, TellsIdsLoginsAndPlatformsApart) {
  const ViewerKey key = counting_key();
  const std::set<Pseudonym> all{key.of_id("twitch", "1234"), key.of_login("twitch", "1234"), key.of_id("youtube", "1234"),
                                key.of_id("twitch1", "234"), key.of_id("twitch", "12345")};
  EXPECT_EQ(all.size(), 5U);
  EXPECT_EQ(key.of_login("twitch", "AdA"), key.of_login("twitch", "ada"));
}

TEST(ViewerKey, StaysTheSame) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "private" / "viewer.key";
  EXPECT_EQ(ViewerKey::load(path).error().code, ErrorCode::kNotFound);
  const auto made = ViewerKey::load_or_create(path);
  ASSERT_TRUE(made.ok()) << made.error().message;
  struct stat facts{};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_EQ(ViewerKey::load(path)->of_id("twitch", "1"), made->of_id("twitch", "1"));
  EXPECT_EQ(ViewerKey::load_or_create(path)->id(), made->id());
  EXPECT_NE(ViewerKey::load_or_create(folder.path() / "other.key")->id(), made->id());
}

TEST(ViewerKey, IsOneForAllWhoMakeItAtOnce) {
  const TemporaryFolder folder;
  std::vector<std::string> ids(8);
  std::vector<std::thread> makers;
  for (std::string& id : ids) {
    makers.emplace_back([&] { id = ViewerKey::load_or_create(folder.path() / "private" / "viewer.key")->id(); });
  }
  for (std::thread& maker : makers) maker.join();
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1U);
}

TEST(ViewerKey, RefusesAKeyThatOthersCanRead) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "viewer.key";
  ASSERT_TRUE(ViewerKey::load_or_create(path).ok());
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const auto key = ViewerKey::load_or_create(path);
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.error().code, ErrorCode::kDenied);
  EXPECT_NE(key.error().message.find("chmod 600"), std::string::npos);
}

TEST(ViewerKey, IsNeverReplacedByANewOneWhenItIsDamaged) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "viewer.key";
  const std::string digits(64, 'a');
  const std::string good = "vieweratlas viewer key 1 x\n" + digits + "\n";
  for (const std::string& text :
       {std::string(), std::string("hello"), good.substr(0, good.size() - 2), "vieweratlas viewer key 2\n" + digits,
        "vieweratlas viewer key 1\n" + digits.substr(1) + "g", good + std::string(5000, ' ')}) {
    ASSERT_TRUE(write_file_atomic(path, text).ok());
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    const auto key = ViewerKey::load_or_create(path);
    ASSERT_FALSE(key.ok()) << text;
    EXPECT_EQ(key.error().code, ErrorCode::kCorruptData);
    EXPECT_EQ(*read_file(path), text);
  }
  ASSERT_TRUE(write_file_atomic(path, good).ok());
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_TRUE(ViewerKey::load(path).ok());
}

TEST(Pseudonym, ReadsItsOwnHex) {
  const Pseudonym pseudonym = counting_key().of_id("twitch", "1");
  EXPECT_EQ(Pseudonym::from_hex(pseudonym.hex()), pseudonym);
  EXPECT_FALSE(Pseudonym::from_hex(pseudonym.hex().substr(1)).has_value());
  EXPECT_FALSE(Pseudonym::from_hex(pseudonym.hex().substr(1) + "g").has_value());
}

}  // namespace
}  // namespace vieweratlas
