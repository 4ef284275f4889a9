#include "unit/storage/store_conformance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

void StoreConformance::SetUp() {
  place_ = GetParam().make();
  if (place_ == nullptr) GTEST_SKIP() << GetParam().skip_reason;
  store_ = place_->open();
  ASSERT_NE(store_, nullptr);
}

void PrintTo(const StoreCase& store_case, std::ostream* out) { *out << store_case.name; }

std::string name_of_case(const ::testing::TestParamInfo<StoreCase>& info) { return info.param.name; }

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// GTEST_SKIP() in SetUp() ends the test before its body.

std::vector<std::string> keys_of(const std::vector<StoredObject>& objects) {
  std::vector<std::string> keys;
  for (const StoredObject& object : objects) keys.push_back(object.key);
  return keys;
}

std::vector<std::string> keys_below(const ObjectStore& store, std::string_view prefix, std::string_view suffix = {}) {
  const auto objects = store.list(prefix, suffix);
  if (!objects) {
    ADD_FAILURE() << objects.error().message;
    return {};
  }
  return keys_of(*objects);
}

void expect_ok(const Status& status) { EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message); }

/// Keys that meet every rule of quoting that URLs, XML, shells and SQL have.
const std::vector<std::string>& unusual_keys() {
  static const std::vector<std::string> kKeys{
      "a",
      "day=2026-11-22/part=0.parquet",
      "with space/and  two",
      " space at the begin",
      "space at the end ",
      "plus+plus/1+1=2",
      "percent%/%41/%2F/100%25",
      "query?x=1&y=2;z#fragment",
      "quotes'\"`/<tag>&amp;",
      "brackets[0]{1}(2)",
      "star*/!$,:@~x",
      "tilde~1/UPPER/lower/Ümlaut",
      "x.tmp.json/part.json/a.part1",
      "grüße/日本語/🎮 game/עברית",
      "e\xCC\x81 beside \xC3\xA9",
      "dots..in...names/a.b..c..",
      "-dash/--double/_under",
      std::string(200, 'n') + "/" + std::string(200, 'm'),
  };
  return kKeys;
}

TEST_P(StoreConformance, KeepsWhatWasPut) {
  expect_ok(store().put("raw/a.json", "one"));
  EXPECT_EQ(*store().get("raw/a.json"), "one");
  EXPECT_TRUE(*store().exists("raw/a.json"));
  EXPECT_EQ(*open_again()->get("raw/a.json"), "one");
  const std::optional<StoredObject> found = *store().find("raw/a.json");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->key, "raw/a.json");
  EXPECT_EQ(found->num_bytes, 3U);
  EXPECT_GT(found->modified_s, 1'500'000'000);
  EXPECT_FALSE(found->version.empty());
}

TEST_P(StoreConformance, ReplacesWhatWasThere) {
  expect_ok(store().put("a", "a long content that was here before"));
  const std::string first = (*store().find("a"))->version;
  expect_ok(store().put("a", "short"));
  EXPECT_EQ(*store().get("a"), "short");
  EXPECT_EQ((*store().find("a"))->num_bytes, 5U);
  EXPECT_NE((*store().find("a"))->version, first);
  EXPECT_THAT(keys_below(store(), ""), ElementsAre("a"));
}

TEST_P(StoreConformance, TellsAnotherVersionForAnotherContentOfTheSameLength) {
  std::vector<std::string> versions;
  for (const char* content : {"one", "two", "six", "ten"}) {
    expect_ok(store().put("a", content));
    versions.push_back((*store().find("a"))->version);
    EXPECT_EQ(store().list("")->front().version, versions.back());
    const auto read = store().get_stream("a", [](std::string_view /*piece*/) { return Status(); });
    EXPECT_EQ(read->version, versions.back());
  }
  std::sort(versions.begin(), versions.end());
  EXPECT_EQ(std::adjacent_find(versions.begin(), versions.end()), versions.end());
}

TEST_P(StoreConformance, PuttingTheSameAgainChangesNothing) {
  for (int i = 0; i < 3; ++i) expect_ok(store().put("a/b", "same"));
  EXPECT_EQ(*store().get("a/b"), "same");
  EXPECT_THAT(keys_below(store(), ""), ElementsAre("a/b"));
}

TEST_P(StoreConformance, KeepsEmptyObjects) {
  expect_ok(store().put("empty/put", ""));
  EXPECT_TRUE(*store().put_if_absent("empty/absent", ""));
  expect_ok(store().put_stream("empty/stream", *make_byte_source("")));
  for (const char* key : {"empty/put", "empty/absent", "empty/stream"}) {
    EXPECT_EQ(*store().get(key), "") << key;
    EXPECT_EQ((*store().find(key))->num_bytes, 0U) << key;
    EXPECT_EQ(*store().get_range(key, {.offset = 0, .num_bytes = 10}), "") << key;
    std::size_t num_pieces = 0;
    const auto read = store().get_stream(key, [&](std::string_view piece) {
      num_pieces += piece.empty() ? 0U : 1U;
      return Status();
    });
    EXPECT_EQ(read->num_bytes, 0U);
    EXPECT_EQ(num_pieces, 0U);
  }
  EXPECT_EQ(store().list("empty/")->size(), 3U);
}

TEST_P(StoreConformance, KeepsBytesOfAllKinds) {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes.push_back(static_cast<char>(i * 7));
  bytes += "\r\n\r\n<xml>\0</xml>";
  expect_ok(store().put("bytes", bytes, {.content_type = "text/plain; charset=utf-8"}));
  EXPECT_EQ(*store().get("bytes"), bytes);
}

TEST_P(StoreConformance, TakesEveryKeyThatIsOne) {
  std::vector<std::string> sorted = unusual_keys();
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& key : sorted) expect_ok(store().put(key, "content of " + key));
  EXPECT_EQ(keys_below(store(), ""), sorted);
  for (const std::string& key : sorted) {
    EXPECT_EQ(*store().get(key), "content of " + key);
    EXPECT_EQ((*store().find(key))->key, key);
    EXPECT_THAT(keys_below(store(), key), ElementsAre(key));
    EXPECT_FALSE(*store().put_if_absent(key, "other")) << key;
    expect_ok(store().copy(key, "copied/" + key));
    EXPECT_EQ(*store().get("copied/" + key), "content of " + key);
    EXPECT_FALSE(store().uri(key).empty());
  }
  for (const std::string& key : sorted) expect_ok(store().remove(key));
  EXPECT_EQ(keys_below(store(), "").size(), sorted.size()) << "the copies stay";
}

TEST_P(StoreConformance, RefusesKeysThatAreNone) {
  const std::vector<std::string> wrong{"",
                                       "/etc/passwd",
                                       "../out",
                                       "a/../../out",
                                       "a/..",
                                       "a//b",
                                       "a/",
                                       "./a",
                                       ".hidden",
                                       "a/.hidden/b",
                                       "a.tmp/b",
                                       "a.part",
                                       "a~",
                                       "a\\b",
                                       "a\nb",
                                       "a\x7F",
                                       std::string("a\0b", 3),
                                       "not utf-8 \xFF",
                                       "overlong \xC0\xAF",
                                       "surrogate \xED\xA0\x80",
                                       std::string(201, 'a'),
                                       std::string(1023, '/') + "aa"};
  for (const std::string& key : wrong) {
    EXPECT_FALSE(is_object_key(key)) << key;
    const auto expect_refused = [&](const Error& error) {
      EXPECT_EQ(error.code, ErrorCode::kInvalidArgument) << error.message;
      if (key.starts_with("a/..")) {
        EXPECT_THAT(error.message, HasSubstr(key));
      }
    };
    expect_refused(store().put(key, "x").error());
    expect_refused(store().put_if_absent(key, "x").error());
    expect_refused(store().put_stream(key, *make_byte_source("x")).error());
    expect_refused(store().get(key).error());
    expect_refused(store().get_range(key, {}).error());
    expect_refused(store().get_stream(key, [](std::string_view /*piece*/) { return Status(); }).error());
    expect_refused(store().find(key).error());
    expect_refused(store().exists(key).error());
    expect_refused(store().copy(key, "good").error());
    expect_refused(store().copy("good", key).error());
    expect_refused(store().remove(key).error());
  }
  EXPECT_THAT(keys_below(store(), ""), IsEmpty());
}

TEST_P(StoreConformance, ListsByPrefixesThatEndAnywhere) {
  for (const char* key : {"raw/b/2", "raw/b/1", "raw/bc", "raw/a", "raw-old/x", "raw0", "state/x", "raw/grün/1", "raw/b=1/%41"}) {
    expect_ok(store().put(key, "x"));
  }
  EXPECT_THAT(keys_below(store(), ""),
              ElementsAre("raw-old/x", "raw/a", "raw/b/1", "raw/b/2", "raw/b=1/%41", "raw/bc", "raw/grün/1", "raw0", "state/x"));
  EXPECT_THAT(keys_below(store(), "raw/b"), ElementsAre("raw/b/1", "raw/b/2", "raw/b=1/%41", "raw/bc"));
  EXPECT_THAT(keys_below(store(), "raw/b/"), ElementsAre("raw/b/1", "raw/b/2"));
  EXPECT_THAT(keys_below(store(), "raw/b/1"), ElementsAre("raw/b/1"));
  EXPECT_THAT(keys_below(store(), "raw/b/10"), IsEmpty());
  EXPECT_THAT(keys_below(store(), "raw/b/1/"), IsEmpty());
  EXPECT_THAT(keys_below(store(), "raw/b=1/%4"), ElementsAre("raw/b=1/%41"));
  EXPECT_THAT(keys_below(store(), "raw/grü"), ElementsAre("raw/grün/1"));
  EXPECT_THAT(keys_below(store(), "s"), ElementsAre("state/x"));
  EXPECT_THAT(keys_below(store(), "none/at/all"), IsEmpty());
  EXPECT_THAT(keys_below(store(), "r%_"), IsEmpty()) << "no pattern";
  EXPECT_THAT(keys_below(store(), "r*"), IsEmpty()) << "no pattern";
  EXPECT_THAT(keys_below(store(), "raw", "/1"), ElementsAre("raw/b/1", "raw/grün/1"));
  EXPECT_THAT(keys_below(store(), "RAW"), IsEmpty());
}

TEST_P(StoreConformance, RefusesPrefixesThatNoKeyCanHave) {
  expect_ok(store().put("a/b", "x"));
  for (const std::string prefix : {"../", "/", "a//", "a/../", ".", "a/.b", "a\n", "\xFF", "a.tmp/b"}) {
    const auto page = store().list_page(prefix, "", 10);
    ASSERT_FALSE(page.ok()) << prefix;
    EXPECT_EQ(page.error().code, ErrorCode::kInvalidArgument) << page.error().message;
  }
}

TEST_P(StoreConformance, ListsAnEmptyStore) {
  const auto page = store().list_page("", "", 10);
  ASSERT_TRUE(page.ok()) << page.error().message;
  EXPECT_TRUE(page->objects.empty());
  EXPECT_EQ(page->next, "");
}

std::vector<std::string> keys_over_pages(const ObjectStore& store, std::string_view prefix, std::size_t max_objects) {
  std::vector<std::string> keys;
  std::string next;
  do {
    auto page = store.list_page(prefix, next, max_objects);
    if (!page) {
      ADD_FAILURE() << page.error().message;
      return keys;
    }
    EXPECT_LE(page->objects.size(), max_objects);
    EXPECT_FALSE(page->objects.empty() && !page->next.empty()) << "a page of nothing leads nowhere";
    for (const StoredObject& object : page->objects) keys.push_back(object.key);
    next = std::move(page->next);
  } while (!next.empty());
  return keys;
}

/// Keys whose order differs when a folder is compared without its '/'.
std::vector<std::string> many_keys(std::size_t num_keys) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < num_keys; ++i) {
    const std::string number = std::to_string(i * 7919 % num_keys);
    switch (i % 5) {
      case 0: keys.push_back("day=1/" + number); break;
      case 1: keys.push_back("day=1-" + number); break;
      case 2: keys.push_back("day=1.5/x/" + number); break;
      case 3: keys.push_back("day=10/ü" + number + ".json"); break;
      default: keys.push_back("day=2/sub/" + number + "/x"); break;
    }
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

TEST_P(StoreConformance, ListsManyKeysOverPages) {
  const std::vector<std::string> keys = many_keys(GetParam().num_keys);
  std::vector<std::thread> writers;
  constexpr std::size_t kNumWriters = 8;
  for (std::size_t writer = 0; writer < kNumWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (std::size_t i = writer; i < keys.size(); i += kNumWriters) expect_ok(store().put(keys[i], std::to_string(i)));
    });
  }
  for (std::thread& writer : writers) writer.join();
  for (const std::size_t max_objects : {std::size_t{97}, std::size_t{1000}, keys.size() - 1, keys.size(), keys.size() + 1}) {
    EXPECT_EQ(keys_over_pages(store(), "", max_objects), keys) << max_objects;
  }
  std::vector<std::string> first_day;
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(first_day), [](const std::string& key) { return key.starts_with("day=1"); });
  EXPECT_EQ(keys_over_pages(store(), "day=1", 499), first_day);
  first_day.resize(std::min<std::size_t>(first_day.size(), 40));
  const auto page = store().list_page("day=1", "", first_day.size());
  EXPECT_EQ(keys_of(page->objects), first_day);
  EXPECT_EQ(keys_below(store(), ""), keys);
}

TEST_P(StoreConformance, ListsOneByOne) {
  const std::vector<std::string> keys{"a-b", "a.b", "a/b", "a/b-c", "a/b.c/d", "a/c/d/e", "a/d", "a0", "b"};
  for (const std::string& key : keys) expect_ok(store().put(key, key));
  EXPECT_EQ(keys_over_pages(store(), "", 1), keys);
  EXPECT_EQ(keys_over_pages(store(), "", 2), keys);
}

TEST_P(StoreConformance, ListsOnWhileObjectsComeAndGo) {
  for (int i = 10; i < 30; ++i) expect_ok(store().put("k/" + std::to_string(i), "x"));
  auto page = store().list_page("k/", "", 5);
  ASSERT_EQ(page->objects.size(), 5U);
  // What the next page begins with goes, and so does the last that was seen; what was seen and what stays are neither lost nor doubled.
  for (const char* key : {"k/14", "k/15", "k/16"}) expect_ok(store().remove(key));
  expect_ok(store().put("k/100", "before what was seen"));
  std::vector<std::string> rest;
  while (!page->next.empty()) {
    page = store().list_page("k/", page->next, 5);
    ASSERT_TRUE(page.ok()) << page.error().message;
    for (const StoredObject& object : page->objects) rest.push_back(object.key);
  }
  ASSERT_EQ(rest.size(), 13U);
  EXPECT_EQ(rest.front(), "k/17");
  EXPECT_EQ(rest.back(), "k/29");
}

TEST_P(StoreConformance, GivesRanges) {
  std::string bytes;
  for (int i = 0; i < 3'000'000; ++i) bytes.push_back(static_cast<char>(i % 251));
  expect_ok(store().put("long", bytes));
  constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
  const auto part = [&](std::uint64_t offset, std::uint64_t num_bytes) {
    return store().get_range("long", {.offset = offset, .num_bytes = num_bytes});
  };
  for (const std::uint64_t offset : {0ULL, 1ULL, 1'048'575ULL, 1'048'576ULL, 2'097'153ULL, 2'999'999ULL}) {
    for (const std::uint64_t num_bytes : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1'048'576}, std::uint64_t{2'500'000}, kAll}) {
      EXPECT_EQ(*part(offset, num_bytes), bytes.substr(offset, num_bytes)) << offset << " " << num_bytes;
    }
  }
  EXPECT_EQ(*part(7, 0), "");
  EXPECT_EQ(*part(0, 0), "");
  for (const std::uint64_t behind : {std::uint64_t{3'000'000}, std::uint64_t{3'000'001}, kAll}) {
    const auto none = part(behind, 1);
    ASSERT_FALSE(none.ok()) << behind;
    EXPECT_EQ(none.error().code, ErrorCode::kInvalidArgument) << none.error().message;
    EXPECT_THAT(none.error().message, HasSubstr("long"));
  }
}

TEST_P(StoreConformance, SaysNotFoundWithTheName) {
  expect_ok(store().put("there/x", "x"));
  const TemporaryFolder folder;
  for (const std::string key : {"not/there", "there/x y", "there", "there/x/below", "grün"}) {
    const auto expect_missing = [&](const Error& error) {
      EXPECT_EQ(error.code, ErrorCode::kNotFound) << error.message;
      EXPECT_THAT(error.message, HasSubstr(key));
    };
    expect_missing(store().get(key).error());
    expect_missing(store().get_range(key, {.offset = 0, .num_bytes = 1}).error());
    expect_missing(store().get_stream(key, [](std::string_view /*piece*/) { return Status(); }).error());
    expect_missing(store().copy(key, "to").error());
    expect_missing(store().get_file(key, folder.path() / "file").error());
    EXPECT_EQ(*store().find(key), std::nullopt) << key;
    EXPECT_FALSE(*store().exists(key)) << key;
    expect_ok(store().remove(key));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_THAT(keys_below(store(), ""), ElementsAre("there/x"));
}

TEST_P(StoreConformance, RemovesTwice) {
  expect_ok(store().put("a/b/c", "x"));
  expect_ok(store().put("a/b/d", "y"));
  expect_ok(store().remove("a/b/c"));
  expect_ok(store().remove("a/b/c"));
  EXPECT_EQ(store().get("a/b/c").error().code, ErrorCode::kNotFound);
  EXPECT_THAT(keys_below(store(), ""), ElementsAre("a/b/d"));
  expect_ok(store().put("a/b/c", "again"));
  EXPECT_EQ(*store().get("a/b/c"), "again");
}

TEST_P(StoreConformance, CopiesAndReplaces) {
  expect_ok(store().put("from/a", "content"));
  expect_ok(store().put("to/b", "other"));
  expect_ok(store().copy("from/a", "to/b"));
  expect_ok(store().copy("from/a", "to/new/c"));
  EXPECT_EQ(*store().get("to/b"), "content");
  EXPECT_EQ(*store().get("to/new/c"), "content");
  expect_ok(store().copy("from/a", "from/a"));
  EXPECT_EQ(*store().get("from/a"), "content");
  expect_ok(store().put("from/a", "changed"));
  EXPECT_EQ(*store().get("to/b"), "content") << "a copy stands for itself";
  expect_ok(store().remove("from/a"));
  EXPECT_EQ(*store().get("to/new/c"), "content");
  EXPECT_EQ(store().copy("from/a", "to/b").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(*store().get("to/b"), "content");
}

TEST_P(StoreConformance, NamesObjectsByUri) {
  EXPECT_THAT(store().uri("raw/a.json"), HasSubstr("raw/a.json"));
  EXPECT_THAT(store().uri("raw/a.json"), HasSubstr(":"));
  EXPECT_NE(store().uri("a"), store().uri("b"));
}

}  // namespace
}  // namespace vieweratlas
