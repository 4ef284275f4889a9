#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_cache.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

/// A store that counts what is read of it and can be told to fail.
class RemoteStore final : public ObjectStore {
 public:
  explicit RemoteStore(fs::path root) : store_(std::move(root)) {}

  Status put(std::string_view key, std::string_view bytes, const PutOptions& options) override { return store_.put(key, bytes, options); }
  Result<bool> put_if_absent(std::string_view key, std::string_view bytes, const PutOptions& options) override {
    return store_.put_if_absent(key, bytes, options);
  }
  Status put_stream(std::string_view key, ByteSource& content, const PutOptions& options) override {
    return store_.put_stream(key, content, options);
  }
  Result<std::string> get(std::string_view key) const override { return store_.get(key); }
  Result<std::string> get_range(std::string_view key, ByteRange range) const override { return store_.get_range(key, range); }
  Result<StoredObject> get_stream(std::string_view key, const Sink& sink) const override {
    ++num_reads;
    if (is_away) return Error{ErrorCode::kUnavailable, "away"};
    if (!is_short) return store_.get_stream(key, sink);
    Result<StoredObject> object = store_.get_stream(key, [](std::string_view) { return Status(); });
    return object;
  }
  Result<std::optional<StoredObject>> find(std::string_view key) const override { return store_.find(key); }
  Result<ObjectPage> list_page(std::string_view prefix, const std::string& next, std::size_t max_objects) const override {
    return store_.list_page(prefix, next, max_objects);
  }
  Status copy(std::string_view from, std::string_view to) override { return store_.copy(from, to); }
  Status remove(std::string_view key) override { return store_.remove(key); }
  std::string uri(std::string_view key) const override { return "remote://" + std::string(key); }

  mutable std::atomic<int> num_reads{0};
  std::atomic<bool> is_away{false};
  std::atomic<bool> is_short{false};

 private:
  LocalStore store_;
};

class ObjectCacheTest : public testing::Test {
 protected:
  std::unique_ptr<ObjectCache> open(std::uint64_t max_bytes = 1U << 20U, std::uint64_t part_bytes = 1U << 20U) {
    auto cache = ObjectCache::open(store_, {.folder = cache_folder_, .max_bytes = max_bytes, .num_fetchers = 3, .part_bytes = part_bytes});
    EXPECT_TRUE(cache.ok()) << cache.error().message;
    return std::move(cache).value();
  }
  StoredObject put(const std::string& key, const std::string& bytes) {
    EXPECT_TRUE(store_.put(key, bytes, {}).ok());
    return **store_.find(key);
  }
  static std::string read(ObjectCache& cache, const StoredObject& object) {
    const Result<int> fd = cache.open(object);
    EXPECT_TRUE(fd.ok()) << (fd.ok() ? "" : fd.error().message);
    return fd.ok() ? read_and_close(*fd) : std::string();
  }
  static std::string read_and_close(int fd) {
    std::string bytes;
    std::string piece(1000, '\0');
    for (ssize_t got = 0; (got = ::read(fd, piece.data(), piece.size())) > 0;) bytes.append(piece, 0, static_cast<std::size_t>(got));
    ::close(fd);
    return bytes;
  }
  [[nodiscard]] std::vector<fs::path> kept_files() const {
    std::vector<fs::path> files;
    std::error_code gone;  // fetchers rename files meanwhile
    for (const auto& entry : fs::recursive_directory_iterator(cache_folder_)) {
      if (entry.is_regular_file(gone)) files.push_back(entry.path());
    }
    return files;
  }
  [[nodiscard]] std::uint64_t kept_bytes() const {
    std::uint64_t sum = 0;
    std::error_code gone;
    for (const fs::path& file : kept_files()) {
      const std::uintmax_t size = fs::file_size(file, gone);
      sum += gone ? 0 : size;
    }
    return sum;
  }

  TemporaryFolder folder_;
  fs::path cache_folder_ = folder_.path() / "cache" / "objects";
  RemoteStore store_{folder_.path() / "store"};
};

TEST_F(ObjectCacheTest, DownloadsOnceAlsoInLaterRuns) {
  const StoredObject object = put("raw/a.json", "content");
  {
    const auto cache = open();
    EXPECT_EQ(read(*cache, object), "content");
    EXPECT_EQ(read(*cache, object), "content");
    EXPECT_EQ(cache->counts().num_downloads, 1U);
    EXPECT_EQ(cache->counts().num_bytes, 7U);
    EXPECT_EQ(cache->counts().num_hits, 0U);
  }
  const auto cache = open();
  EXPECT_EQ(read(*cache, object), "content");
  EXPECT_EQ(cache->counts().num_downloads, 0U);
  EXPECT_EQ(cache->counts().num_hits, 1U);
  EXPECT_EQ(store_.num_reads, 1);
}

TEST_F(ObjectCacheTest, FetchesLargeObjectsAsFiles) {
  const StoredObject object = put("raw/a.json", std::string(3'000'000, 'x'));
  const auto cache = open(10U << 20U);
  EXPECT_EQ(read(*cache, object).size(), 3'000'000U);
  EXPECT_EQ(read(*cache, object).size(), 3'000'000U);
  EXPECT_EQ(cache->counts().num_downloads, 1U);
}

TEST_F(ObjectCacheTest, TellsVersionsApart) {
  const auto cache = open();
  const StoredObject first = put("raw/a.json", "one");
  EXPECT_EQ(read(*cache, first), "one");
  const StoredObject second = put("raw/a.json", "two");
  ASSERT_NE(first.version, second.version);
  EXPECT_EQ(read(*cache, second), "two");
  EXPECT_EQ(cache->counts().num_downloads, 2U);
}

TEST_F(ObjectCacheTest, KeepsAChangedObjectUnderTheVersionThatArrived) {
  const StoredObject listed = put("raw/a.json", "one");
  const StoredObject changed = put("raw/a.json", "longer");
  const auto cache = open();
  EXPECT_EQ(read(*cache, listed), "longer") << "as it is at the moment";
  EXPECT_EQ(read(*cache, changed), "longer");
  EXPECT_EQ(cache->counts().num_downloads, 1U);
}

TEST_F(ObjectCacheTest, IsForThisUserAlone) {
  const auto cache = open();
  EXPECT_EQ(read(*cache, put("raw/a.json", "content")), "content");
  for (const auto& entry : fs::recursive_directory_iterator(cache_folder_)) {
    struct stat facts{};
    ASSERT_EQ(::stat(entry.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, entry.is_directory() ? 0700U : 0600U) << entry.path();
  }
  fs::permissions(cache_folder_, fs::perms::owner_all | fs::perms::group_read);
  const auto refused = ObjectCache::open(store_, {.folder = cache_folder_});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kDenied);
  EXPECT_NE(refused.error().message.find("chmod 700"), std::string::npos);
}

TEST_F(ObjectCacheTest, NoticesDamage) {
  const StoredObject object = put("raw/a.json", "content");
  EXPECT_EQ(read(*open(), object), "content");
  for (const std::string& damage : {std::string("CONTENT"), std::string("con"), std::string()}) {
    ASSERT_EQ(kept_files().size(), 1U);
    std::ofstream(kept_files().front(), std::ios::trunc) << damage;
    const auto cache = open();
    EXPECT_EQ(read(*cache, object), "content") << damage;
    EXPECT_EQ(cache->counts().num_damaged, 1U);
    EXPECT_EQ(cache->counts().num_downloads, 1U);
  }
}

TEST_F(ObjectCacheTest, NeverUsesFilesInTheMaking) {
  const StoredObject object = put("raw/a.json", "content");
  EXPECT_EQ(read(*open(), object), "content");
  const fs::path kept = kept_files().front();
  // As a killed process leaves it: half, under a temporary name.
  fs::rename(kept, kept.parent_path() / ("." + kept.filename().string().substr(0, 32) + ".123.0.tmp"));
  const auto cache = open();
  EXPECT_EQ(read(*cache, object), "content");
  EXPECT_EQ(cache->counts().num_downloads, 1U);
}

TEST_F(ObjectCacheTest, RemovesOldLeftOvers) {
  EXPECT_EQ(read(*open(), put("raw/a.json", "content")), "content");
  const fs::path left = kept_files().front().parent_path() / ".aa.1.0.tmp";
  const fs::path young = kept_files().front().parent_path() / ".bb.1.0.tmp";
  std::ofstream(left) << "half";
  std::ofstream(young) << "half";
  fs::last_write_time(left, fs::file_time_type::clock::now() - std::chrono::hours(48));
  (void)open();
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(young)) << "another process may be writing it";
}

TEST_F(ObjectCacheTest, EvictsWhatWasUsedLongestAgo) {
  std::vector<StoredObject> objects;
  for (int i = 0; i < 4; ++i) objects.push_back(put("raw/" + std::to_string(i), std::string(250, static_cast<char>('a' + i))));
  const auto cache = open(1000);
  for (const StoredObject& object : objects) (void)read(*cache, object);
  EXPECT_EQ(kept_bytes(), 1000U);
  (void)read(*cache, objects[0]);
  const auto age = [&](std::size_t i, int hours) {
    for (const fs::path& file : kept_files()) {
      std::ifstream in(file);
      if (in.get() == static_cast<int>('a' + i)) fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(hours));
    }
  };
  age(1, 3);
  age(2, 2);
  age(3, 1);
  (void)read(*cache, put("raw/new", std::string(250, 'z')));
  EXPECT_LE(kept_bytes(), 1000U);
  EXPECT_GT(cache->counts().num_evicted, 0U);
  store_.num_reads = 0;
  (void)read(*cache, objects[0]);
  EXPECT_EQ(store_.num_reads, 0) << "it was used last";
  (void)read(*cache, objects[1]);
  EXPECT_EQ(store_.num_reads, 1) << "it was used longest ago";
}

TEST_F(ObjectCacheTest, KeepsDescriptorsGoodThatWereEvicted) {
  const StoredObject object = put("raw/a", std::string(600, 'a'));
  const auto cache = open(1000);
  const Result<int> fd = cache->open(object);
  ASSERT_TRUE(fd.ok());
  (void)read(*cache, put("raw/b", std::string(900, 'b')));
  EXPECT_EQ(read_and_close(*fd), std::string(600, 'a'));
}

TEST_F(ObjectCacheTest, ReadsInputsBeyondItsBound) {
  std::vector<StoredObject> objects;
  for (int i = 0; i < 100; ++i) objects.push_back(put("raw/" + std::to_string(i), std::string(100, static_cast<char>(i))));
  objects.push_back(put("raw/large", std::string(5000, 'l')));
  const auto cache = open(1000);
  for (int round = 0; round < 2; ++round) {
    cache->prefetch(objects);
    for (const StoredObject& object : objects) {
      EXPECT_EQ(read(*cache, object).size(), object.num_bytes);
      EXPECT_LE(kept_bytes(), 1500U) << "the bound, and what three fetchers have in hand";
    }
  }
}

TEST_F(ObjectCacheTest, FetchesAheadEachOnce) {
  std::vector<StoredObject> objects;
  for (int i = 0; i < 60; ++i) objects.push_back(put("raw/" + std::to_string(i), "content " + std::to_string(i)));
  const auto cache = open();
  cache->prefetch(objects);
  std::vector<std::thread> readers;
  std::atomic<int> num_right{0};
  for (int r = 0; r < 4; ++r) {
    readers.emplace_back([&, r] {
      for (std::size_t i = static_cast<std::size_t>(r); i < objects.size(); i += 2) {
        num_right += read(*cache, objects[i]) == "content " + std::to_string(i) ? 1 : 0;
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(num_right, 30 + 30 + 29 + 29);
  EXPECT_EQ(store_.num_reads, 60);
  EXPECT_EQ(cache->counts().num_downloads, 60U);
}

TEST_F(ObjectCacheTest, ServesTwoProcessesAtOnce) {
  std::vector<StoredObject> objects;
  for (int i = 0; i < 50; ++i) objects.push_back(put("raw/" + std::to_string(i), std::string(100, static_cast<char>('0' + i))));
  // Each has an index of its own, as processes have.
  const auto work = [&] {
    const auto cache = open(2000);
    int num_right = 0;
    for (int round = 0; round < 5; ++round) {
      cache->prefetch(objects);
      for (std::size_t i = 0; i < objects.size(); ++i) {
        num_right += read(*cache, objects[i]) == std::string(100, static_cast<char>('0' + i)) ? 1 : 0;
      }
    }
    return num_right;
  };
  int other = 0;
  std::thread second([&] { other = work(); });
  EXPECT_EQ(work(), 250);
  second.join();
  EXPECT_EQ(other, 250);
}

TEST_F(ObjectCacheTest, FindsWhatAnotherProcessFetched) {
  const StoredObject object = put("raw/a", "content");
  const auto mine = open();
  EXPECT_EQ(read(*open(), object), "content");
  EXPECT_EQ(read(*mine, object), "content");
  EXPECT_EQ(mine->counts().num_downloads, 0U);
}

TEST_F(ObjectCacheTest, TellsErrorsAndRecovers) {
  const StoredObject object = put("raw/a", "content");
  const auto cache = open();
  store_.is_away = true;
  EXPECT_EQ(cache->open(object).error().code, ErrorCode::kUnavailable);
  store_.is_away = false;
  store_.is_short = true;
  EXPECT_EQ(cache->open(object).error().code, ErrorCode::kUnavailable) << "half an object is no object";
  store_.is_short = false;
  EXPECT_EQ(read(*cache, object), "content");
  EXPECT_EQ(kept_files().size(), 1U);
  EXPECT_EQ(cache->open({.key = "raw/none", .num_bytes = 3, .modified_s = 0, .version = "v"}).error().code, ErrorCode::kNotFound);
}

TEST_F(ObjectCacheTest, TellsErrorsOfFetchingAheadToWhoOpens) {
  const StoredObject object = put("raw/a", "content");
  const auto cache = open();
  store_.is_away = true;
  cache->prefetch(std::vector{object});
  EXPECT_EQ(cache->open(object).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace vieweratlas
