#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::string_view kKey = "0badcafe";

Pseudonym pseudonym(std::uint8_t first) { return {.bytes = {first, 2, 3}}; }

TEST(Forgotten, AMissingFileIsNobody) {
  const TemporaryFolder folder;
  const auto list = ForgottenList::load(folder.path() / "forgotten.json", kKey);
  ASSERT_TRUE(list.ok());
  EXPECT_TRUE(list->empty());
  EXPECT_FALSE(list->holds(pseudonym(1), pseudonym(1)));
}

TEST(Forgotten, HoldsByIdOrLoginAndKeepsTheTwoApart) {
  const TemporaryFolder folder;
  const fs::path file = forgotten_path(folder.path());
  const std::array ids{pseudonym(7), pseudonym(3)};
  const std::array logins{pseudonym(9)};
  ASSERT_TRUE(add_to_forgotten(file, kKey, ids, logins).ok());
  const auto list = ForgottenList::load(file, kKey);
  ASSERT_TRUE(list.ok()) << list.error().message;
  EXPECT_EQ(list->size(), 3U);
  EXPECT_TRUE(list->holds(pseudonym(3), pseudonym(200)));
  EXPECT_TRUE(list->holds(pseudonym(200), pseudonym(9)));
  EXPECT_FALSE(list->holds(pseudonym(9), pseudonym(3)));
}

TEST(Forgotten, TheFileIsTheOwnersAlone) {
  const TemporaryFolder folder;
  const fs::path file = forgotten_path(folder.path());
  ASSERT_TRUE(add_to_forgotten(file, kKey, std::array{pseudonym(1)}, {}).ok());
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST(Forgotten, AddingAgainChangesNothing) {
  const TemporaryFolder folder;
  const fs::path file = forgotten_path(folder.path());
  ASSERT_EQ(add_to_forgotten(file, kKey, std::array{pseudonym(1), pseudonym(1)}, {}).value(), 1U);
  const auto list = ForgottenList::load(file, kKey);
  ASSERT_EQ(add_to_forgotten(file, kKey, std::array{pseudonym(1)}, {}).value(), 0U);
  EXPECT_TRUE(list->is_current(file));
  ASSERT_EQ(add_to_forgotten(file, kKey, {}, std::array{pseudonym(1)}).value(), 1U);
  EXPECT_FALSE(list->is_current(file));
}

TEST(Forgotten, AListOfAnotherKeyIsRefused) {
  const TemporaryFolder folder;
  const fs::path file = forgotten_path(folder.path());
  ASSERT_TRUE(add_to_forgotten(file, kKey, std::array{pseudonym(1)}, {}).ok());
  const auto list = ForgottenList::load(file, "ffffffff");
  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(list.error().message, HasSubstr("ffffffff"));
  EXPECT_FALSE(add_to_forgotten(file, "ffffffff", std::array{pseudonym(2)}, {}).ok());
}

TEST(Forgotten, WhatIsNoListIsCorruptAndIsNotReplaced) {
  const TemporaryFolder folder;
  const fs::path file = forgotten_path(folder.path());
  for (const std::string text : {"", "[]", "{}", R"({"version":2,"key":"0badcafe","ids":[],"logins":[]})",
                                 R"({"version":1,"key":"0badcafe","ids":["12"],"logins":[]})", R"({"version":1,"key":"0badcafe","ids":[]})",
                                 R"({"version":1,"key":"0badcafe","ids":[1],"logins":[]})"}) {
    ASSERT_TRUE(write_file_atomic(file, text).ok());
    const auto added = add_to_forgotten(file, kKey, std::array{pseudonym(1)}, {});
    ASSERT_FALSE(added.ok()) << text;
    EXPECT_EQ(added.error().code, ErrorCode::kCorruptData) << text;
    EXPECT_EQ(read_file(file).value(), text);
  }
}

TEST(Forgotten, AddingFromSeveralThreadsLosesNobody) {
  const TemporaryFolder folder;
  const fs::path file = forgotten_path(folder.path());
  std::vector<std::thread> threads;
  for (std::uint8_t t = 0; t < 4; ++t) {
    threads.emplace_back([&file, t] {
      for (std::uint8_t i = 0; i < 5; ++i) {
        const Pseudonym one = pseudonym(static_cast<std::uint8_t>(10 * t + i));
        EXPECT_TRUE(add_to_forgotten(file, kKey, std::array{one}, {}).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ForgottenList::load(file, kKey)->size(), 20U);
}

}  // namespace
}  // namespace vieweratlas
