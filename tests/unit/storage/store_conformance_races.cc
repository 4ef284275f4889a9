// Many threads, and a random walk beside a model.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "unit/storage/store_conformance.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

constexpr std::size_t kNumThreads = 8;

TEST_P(StoreConformance, LetsOneOfManyMakeAnObject) {
  // Half of the threads use a store of their own, as other processes do.
  std::vector<std::unique_ptr<ObjectStore>> others;
  for (std::size_t i = 0; i < kNumThreads / 2; ++i) others.push_back(open_again());
  constexpr std::size_t kNumRounds = 12;
  std::array<std::atomic<int>, kNumRounds> num_winners{};
  std::array<std::atomic<std::size_t>, kNumRounds> winner{};
  std::barrier start(kNumThreads);
  std::vector<std::thread> threads;
  for (std::size_t me = 0; me < kNumThreads; ++me) {
    threads.emplace_back([&, me] {
      ObjectStore& mine = me < others.size() ? *others[me] : store();
      for (std::size_t round = 0; round < kNumRounds; ++round) {
        start.arrive_and_wait();
        const auto made = mine.put_if_absent("round/" + std::to_string(round), "by " + std::to_string(me));
        if (!made) {
          ADD_FAILURE() << made.error().message;
          continue;
        }
        if (*made) {
          ++num_winners[round];
          winner[round] = me;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t round = 0; round < kNumRounds; ++round) {
    EXPECT_EQ(num_winners[round], 1) << round;
    EXPECT_EQ(*store().get("round/" + std::to_string(round)), "by " + std::to_string(winner[round]));
    EXPECT_FALSE(*store().put_if_absent("round/" + std::to_string(round), "too late"));
  }
}

TEST_P(StoreConformance, GivesWholeContentsWhileTheyAreReplaced) {
  // Contents of one letter and of different lengths: half of one shows at once.
  const auto content = [](std::size_t i) { return std::string(1000 + i * 37'000, static_cast<char>('a' + i)); };
  ASSERT_TRUE(store().put("hot", content(0)).ok());
  const auto other = open_again();
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (std::size_t me = 0; me < 2; ++me) {
    threads.emplace_back([&, me] {
      for (std::size_t i = 0; i < 20; ++i) {
        const Status put = (me == 0 ? store() : *other).put("hot", content((i * 2 + me) % 26));
        EXPECT_TRUE(put.ok()) << put.error().message;
      }
      stop = true;
    });
  }
  for (std::size_t me = 0; me < 2; ++me) {
    threads.emplace_back([&, me] {
      const ObjectStore& mine = me == 0 ? store() : *other;
      while (!stop) {
        const auto bytes = mine.get("hot");
        if (!bytes) {
          ADD_FAILURE() << bytes.error().message;
          return;
        }
        const auto kind = static_cast<std::size_t>(bytes->front() - 'a');
        EXPECT_EQ(*bytes, content(kind));
        std::uint64_t num_bytes = 0;
        const auto streamed = mine.get_stream("hot", [&](std::string_view piece) {
          num_bytes += piece.size();
          return Status();
        });
        EXPECT_EQ(num_bytes, streamed->num_bytes);
        EXPECT_EQ(mine.list("")->size(), 1U);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

/// The store beside a map: what it says must be what the map says.
class Walk {
 public:
  Walk(ObjectStore& store, std::uint64_t seed) : store_(store), random_(seed) {}

  void step() {
    const std::string key = some_key();
    switch (random_() % 9) {
      case 0:
      case 1: put(key); break;
      case 2: put_if_absent(key); break;
      case 3: put_stream(key); break;
      case 4: remove(key); break;
      case 5: copy(key, some_key()); break;
      case 6: compare_list(key); break;
      case 7: compare_range(key); break;
      default: compare(key); break;
    }
  }
  void compare_all() {
    const auto objects = store_.list("");
    ASSERT_TRUE(objects.ok()) << objects.error().message;
    ASSERT_EQ(objects->size(), model_.size());
    for (const auto& [key, content] : model_) ASSERT_EQ(*store_.get(key), content) << key;
  }

 private:
  std::string some_key() {
    static const std::array<std::string, 4> kFolders{"a", "b b", "d=1", "ü"};
    return kFolders[random_() % 4] + "/" + kFolders[random_() % 4] + "/" + std::to_string(random_() % 5);
  }
  std::string some_content() {
    return std::string(random_() % 3 == 0 ? random_() % 300'000 : random_() % 30, static_cast<char>(random_()));
  }
  void put(const std::string& key) {
    const std::string content = some_content();
    ASSERT_TRUE(store_.put(key, content).ok());
    model_[key] = content;
  }
  void put_if_absent(const std::string& key) {
    const std::string content = some_content();
    ASSERT_EQ(*store_.put_if_absent(key, content), !model_.contains(key)) << key;
    model_.emplace(key, content);
  }
  void put_stream(const std::string& key) {
    const std::string content = "x" + some_content();  // no magic of a compression
    ASSERT_TRUE(store_.put_stream(key, *make_byte_source(content, {.piece_bytes = 10'000})).ok());
    model_[key] = content;
  }
  void remove(const std::string& key) {
    ASSERT_TRUE(store_.remove(key).ok());
    model_.erase(key);
  }
  void copy(const std::string& from, const std::string& to) {
    const Status copied = store_.copy(from, to);
    ASSERT_EQ(copied.ok(), model_.contains(from)) << from;
    if (copied.ok()) model_[to] = model_[from];
  }
  void compare(const std::string& key) {
    const auto bytes = store_.get(key);
    const auto known = model_.find(key);
    ASSERT_EQ(bytes.ok(), known != model_.end()) << key;
    if (bytes.ok()) {
      ASSERT_EQ(*bytes, known->second);
    }
    const std::optional<StoredObject> found = *store_.find(key);
    ASSERT_EQ(found.has_value(), bytes.ok());
    if (found) {
      ASSERT_EQ(found->num_bytes, known->second.size());
    }
  }
  void compare_range(const std::string& key) {
    const auto known = model_.find(key);
    if (known == model_.end() || known->second.empty()) return;
    const ByteRange range{.offset = random_() % known->second.size(), .num_bytes = random_() % 1000};
    ASSERT_EQ(*store_.get_range(key, range), known->second.substr(range.offset, range.num_bytes));
  }
  void compare_list(const std::string& key) {
    const std::string prefix = key.substr(0, std::array<std::size_t, 4>{0, 1, 2, key.rfind('/')}[random_() % 4]);
    if (prefix == "\xC3") return;  // half a letter
    const std::size_t max_objects = 1 + random_() % 10;
    std::vector<std::string> expected;
    for (const auto& [known, content] : model_) {
      if (known.starts_with(prefix)) expected.push_back(known);
    }
    std::vector<std::string> listed;
    std::string next;
    do {
      const auto page = store_.list_page(prefix, next, max_objects);
      ASSERT_TRUE(page.ok()) << page.error().message;
      for (const StoredObject& object : page->objects) {
        listed.push_back(object.key);
        ASSERT_EQ(object.num_bytes, model_[object.key].size());
      }
      next = page->next;
    } while (!next.empty());
    ASSERT_EQ(listed, expected) << prefix;
  }

  ObjectStore& store_;
  std::mt19937_64 random_;
  std::map<std::string, std::string> model_;
};

TEST_P(StoreConformance, DoesWhatAMapDoes) {
  for (const std::uint64_t seed : {1U, 2U}) {
    SCOPED_TRACE(seed);
    Walk walk(store(), seed);
    for (std::size_t i = 0; i < GetParam().num_steps / 2; ++i) {
      walk.step();
      ASSERT_FALSE(HasFatalFailure()) << "step " << i;
    }
    walk.compare_all();
    ASSERT_FALSE(HasFatalFailure());
    const auto objects = store().list("");
    for (const StoredObject& object : *objects) ASSERT_TRUE(store().remove(object.key).ok());
  }
}

}  // namespace
}  // namespace vieweratlas
