#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "storage/sqlite_store.h"
#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;
using storage_internal::SqliteStore;
using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kPatience{30'000};

class SqliteStoreTest : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path file() const { return folder_.path() / "store.sqlite"; }
  [[nodiscard]] std::unique_ptr<SqliteStore> open() const {
    auto store = SqliteStore::open(file(), kPatience);
    EXPECT_TRUE(store.ok()) << store.error().message;
    return store ? *std::move(store) : nullptr;
  }
  [[nodiscard]] Error error_of_opening() const {
    const auto store = SqliteStore::open(file(), kPatience);
    EXPECT_FALSE(store.ok());
    return store.ok() ? Error() : store.error();
  }
  /// As another program would do it; the first column of the first row.
  std::string sql(const std::string& text) const {
    sqlite3* handle = nullptr;
    EXPECT_EQ(sqlite3_open(file().c_str(), &handle), SQLITE_OK);
    std::string answer;
    const auto take = [](void* out, int num_columns, char** values, char** /*names*/) {
      if (num_columns > 0 && values[0] != nullptr) *static_cast<std::string*>(out) = values[0];
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(handle, text.c_str(), take, &answer, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
    sqlite3_close(handle);
    return answer;
  }

  TemporaryFolder folder_;
};

TEST_F(SqliteStoreTest, BelongsToItsOwnerAlone) {
  ASSERT_TRUE(open()->put("a", "x").ok());
  struct stat facts{};
  ASSERT_EQ(::stat(file().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  const auto store = open();
  ASSERT_TRUE(store->put("b", "y").ok());
  ASSERT_EQ(::stat((file().string() + "-wal").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(SqliteStoreTest, NoticesDamageWhereverItIs) {
  const std::string bytes(std::size_t{3} << 20U, 'x');
  ASSERT_TRUE(open()->put("a/b", bytes).ok());
  for (const char* damage : {"UPDATE chunks SET bytes = zeroblob(length(bytes)) WHERE id % 16777216 = 1",
                             "UPDATE chunks SET bytes = x'00' WHERE id % 16777216 = 1", "DELETE FROM chunks WHERE id % 16777216 = 1",
                             "UPDATE objects SET digest = zeroblob(16)"}) {
    ASSERT_TRUE(open()->put("a/b", bytes).ok());
    sql(damage);
    const auto store = open();
    const auto got = store->get("a/b");
    ASSERT_FALSE(got.ok()) << damage;
    EXPECT_EQ(got.error().code, ErrorCode::kCorruptData);
    EXPECT_THAT(got.error().message, HasSubstr("a/b"));
    EXPECT_EQ(store->copy("a/b", "c").error().code, ErrorCode::kCorruptData);
    EXPECT_EQ(*store->find("c"), std::nullopt) << "half a copy";
    EXPECT_FALSE(store->get_file("a/b", folder_.path() / "out").ok());
    EXPECT_FALSE(fs::exists(folder_.path() / "out"));
  }
}

TEST_F(SqliteStoreTest, RefusesFilesThatAreNoStores) {
  ASSERT_TRUE(write_file_atomic(file(), std::string(5000, 'x')).ok());
  EXPECT_EQ(error_of_opening().code, ErrorCode::kCorruptData);
  EXPECT_THAT(error_of_opening().message, HasSubstr(file().string()));
  EXPECT_EQ(*read_file(file()), std::string(5000, 'x')) << "left as it was";
  fs::remove(file());
  sql("CREATE TABLE somebody_elses(x)");
  const std::string before = *read_file(file());
  EXPECT_EQ(error_of_opening().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(error_of_opening().message, HasSubstr("another program"));
  EXPECT_EQ(*read_file(file()), before);
  fs::remove(file());
  ASSERT_NE(open(), nullptr);
  sql("PRAGMA user_version = 2");
  EXPECT_EQ(error_of_opening().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(error_of_opening().message, HasSubstr("version 2"));
  fs::remove(file());
  fs::create_directory(file());
  EXPECT_EQ(error_of_opening().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(SqliteStore::open("", kPatience).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(SqliteStoreTest, ACutOffFileIsDamaged) {
  ASSERT_TRUE(open()->put("a", std::string(std::size_t{2} << 20U, 'x')).ok());
  fs::resize_file(file(), fs::file_size(file()) / 2);
  const auto store = SqliteStore::open(file(), kPatience);
  const Error error = store ? (*store)->get("a").error() : store.error();
  EXPECT_EQ(error.code, ErrorCode::kCorruptData) << error.message;
}

TEST_F(SqliteStoreTest, BelievesNoNumbersThatCannotBe) {
  for (const char* lie : {"num_bytes = 4611686018427387904", "num_bytes = 17592186044416", "num_bytes = -1",
                          "content = 9223372036854775807", "content = -1", "content = 1 << 38", "content = 'x'"}) {
    ASSERT_TRUE(open()->put("a", "content").ok());
    sql("UPDATE objects SET " + std::string(lie));
    const auto store = open();
    EXPECT_EQ(store->list("")->size(), 1U) << lie;
    EXPECT_EQ(store->get("a").error().code, ErrorCode::kCorruptData) << lie;
    EXPECT_EQ(store->get_range("a", {.offset = 0, .num_bytes = 9}).error().code, ErrorCode::kCorruptData) << lie;
    ASSERT_TRUE(store->put("a", "new").ok()) << lie;
    EXPECT_EQ(*store->get("a"), "new");
    ASSERT_TRUE(store->remove("a").ok()) << lie;
  }
  ASSERT_TRUE(open()->put("a", "content").ok());
  sql("UPDATE objects SET modified_s = 9223372036854775807");
  EXPECT_EQ(open()->list("")->front().modified_s, 253'402'300'799);
}

TEST_F(SqliteStoreTest, ListsOnlyNamesThatAStoreTakes) {
  const auto store = open();
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(store->put(key, "x").ok());
  sql("UPDATE objects SET key = '../b' WHERE key = 'b'");
  sql("UPDATE objects SET key = 'c' || char(27) || '[31m' WHERE key = 'c'");
  const auto page = store->list_page("", "", 10);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->objects.size(), 1U);
  EXPECT_EQ(page->objects[0].key, "a");
}

TEST_F(SqliteStoreTest, IsReadWhileAnotherProcessWritesForLong) {
  ASSERT_TRUE(open()->put("a", "x").ok());
  sql("INSERT INTO loose(content, since_s) VALUES(77, 5)");  // somebody's left-over, which opening would remove
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(*open()->get("a"), "x");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience / 2) << "it has waited for the writer";
  const auto hasty = SqliteStore::open(file(), std::chrono::milliseconds(1));
  ASSERT_TRUE(hasty.ok());
  const Status put = (*hasty)->put("b", "y");
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(put.error().message, HasSubstr("another process"));
  sqlite3_close(other);
}

TEST_F(SqliteStoreTest, SaysWhenAFileMayNotBeWritten) {
  if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs the superuser";
  ASSERT_TRUE(open()->put("a", "x").ok());
  ::chmod(file().c_str(), 0444);
  ::chmod(folder_.path().c_str(), 0755);
  ASSERT_EQ(::seteuid(65534), 0);
  const auto store = SqliteStore::open(file(), kPatience);
  const auto read = store ? (*store)->get("a") : Result<std::string>(store.error());
  const Status put = store ? (*store)->put("b", "y") : Status(store.error());
  const auto absent = SqliteStore::open(folder_.path() / "new.sqlite", kPatience);
  ASSERT_EQ(::seteuid(0), 0);
  if (!read) {
    EXPECT_EQ(read.error().code, ErrorCode::kDenied) << read.error().message;
  }
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().code, ErrorCode::kDenied) << put.error().message;
  EXPECT_THAT(put.error().message, HasSubstr(file().string()));
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().code, ErrorCode::kDenied) << absent.error().message;
}

TEST_F(SqliteStoreTest, SaysWhenTheDiskIsFull) {
  const auto store = open();
  ASSERT_TRUE(store->put("old", "old content").ok());
  struct rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = old;
  small.rlim_cur = rlim_t{6} << 20U;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status put = store->put("old", std::string(std::size_t{20} << 20U, 'x'));
  const Status little = store->put("old", std::string(std::size_t{3} << 20U, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  static_cast<void>(std::signal(SIGXFSZ, old_handler));
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().code, ErrorCode::kLimitExceeded) << put.error().message;
  EXPECT_EQ(*store->get("old"), little.ok() ? std::string(std::size_t{3} << 20U, 'x') : "old content");
  EXPECT_TRUE(store->put("new", std::string(std::size_t{20} << 20U, 'y')).ok()) << "there is room again";
  EXPECT_EQ(sql("SELECT count(*) FROM loose"), "0") << "nothing is left over";
  EXPECT_EQ(sql("PRAGMA integrity_check"), "ok");
}

/// Fails in the middle by never coming back: the process is killed.
class KillingSource final : public ByteSource {
 public:
  Result<std::string_view> next() override {
    if (++num_pieces_ > 10) ::kill(::getpid(), SIGKILL);
    return std::string_view(piece_);
  }
  [[nodiscard]] std::uint64_t num_stored() const override { return 0; }

 private:
  std::string piece_ = std::string(std::size_t{1} << 20U, 'x');
  int num_pieces_ = 0;
};

TEST_F(SqliteStoreTest, RemovesWhatAKilledProcessLeftBehind) {
  ASSERT_TRUE(open()->put("old", "old content").ok());
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = SqliteStore::open(file(), kPatience);
    KillingSource source;
    if (store) static_cast<void>((*store)->put_stream("old", source));
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  {
    const auto store = open();
    EXPECT_EQ(*store->get("old"), "old content");
    EXPECT_EQ(store->list("")->size(), 1U);
  }
  EXPECT_EQ(sql("SELECT count(*) FROM loose"), "1") << "it may be alive";
  sql("UPDATE loose SET since_s = since_s - 4000");
  ASSERT_NE(open(), nullptr);
  EXPECT_EQ(sql("SELECT count(*) FROM loose"), "0");
  EXPECT_EQ(sql("SELECT count(*) FROM chunks"), "1");
}

TEST_F(SqliteStoreTest, LeavesNothingOfWhatWasReplacedOrRemoved) {
  {
    const auto store = open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(store->put("a", std::string(std::size_t{20} << 20U, 'x')).ok());
    ASSERT_TRUE(store->put("secret", "a name that is to be forgotten").ok());
    ASSERT_TRUE(store->remove("secret").ok());
    ASSERT_TRUE(store->remove("a").ok());
  }
  EXPECT_EQ(sql("SELECT count(*) FROM chunks"), "0");
  EXPECT_EQ(sql("SELECT count(*) FROM loose"), "0");
  EXPECT_EQ(read_file(file())->find("a name that is to be forgotten"), std::string::npos);
}

TEST_F(SqliteStoreTest, IsMadeByManyAtOnce) {
  for (int round = 0; round < 20; ++round) {
    const fs::path path = folder_.path() / ("new" + std::to_string(round) + ".sqlite");
    std::vector<std::string> problems(6);
    std::vector<std::thread> threads;
    std::latch all_there(static_cast<std::ptrdiff_t>(problems.size()));
    for (std::string& problem : problems) {
      threads.emplace_back([&] {
        all_there.arrive_and_wait();
        const auto store = SqliteStore::open(path, kPatience);
        if (!store) problem = store.error().message;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_THAT(problems, testing::Each("")) << "round " << round;
  }
}

TEST_F(SqliteStoreTest, IsSharedByProcesses) {
  constexpr int kNumChildren = 3;
  constexpr int kNumRounds = 15;
  std::vector<pid_t> children;
  for (int me = 0; me < kNumChildren; ++me) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto store = SqliteStore::open(file(), kPatience);  // all make the file at once
      bool good = store.ok();
      for (int i = 0; good && i < kNumRounds; ++i) {
        good = (*store)->put("own/" + std::to_string(me) + "/" + std::to_string(i), std::string(2'000'000, 'x')).ok();
        const auto won = (*store)->put_if_absent("one/" + std::to_string(i), std::to_string(me));
        good = good && won.ok() && (!*won || (*store)->put("won/" + std::to_string(i) + "/" + std::to_string(me), "").ok());
      }
      ::_exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  const auto store = open();
  EXPECT_EQ(store->list("own/")->size(), static_cast<std::size_t>(kNumChildren * kNumRounds));
  EXPECT_EQ(store->list("won/")->size(), static_cast<std::size_t>(kNumRounds)) << "one wins each";
}

}  // namespace
}  // namespace vieweratlas
