// Content that is not held in memory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "support/temporary_folder.h"
#include "unit/storage/store_conformance.h"

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();  // NOLINT(bugprone-reserved-identifier): the sanitizers' own name
#endif

namespace vieweratlas {
namespace {

constexpr std::uint64_t kLargeBytes = std::uint64_t{40} << 20U;

/// Bytes of the heap that are in use.
std::size_t heap_bytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return __sanitizer_get_current_allocated_bytes();
#else
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
#endif
}

/// Looks at the heap now and then.
class HeapWatch {
 public:
  void look() { most_ = std::max(most_, heap_bytes()); }
  [[nodiscard]] std::size_t growth() const { return most_ - begin_; }

 private:
  std::size_t begin_ = heap_bytes();
  std::size_t most_ = begin_;
};

/// `num_bytes` bytes that no codec shrinks, in pieces of odd lengths; then, if there is one, an error.
class MadeUpContent final : public ByteSource {
 public:
  explicit MadeUpContent(std::uint64_t num_bytes, std::function<void(std::uint64_t)> at_each_piece = {}, std::optional<Error> error = {})
      : num_bytes_(num_bytes), at_each_piece_(std::move(at_each_piece)), error_(std::move(error)) {}

  Result<std::string_view> next() override {
    if (at_each_piece_) at_each_piece_(given_);
    const std::uint64_t left = num_bytes_ - given_;
    if (left == 0 && error_) return *error_;
    piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, 100'003)));
    for (std::size_t i = 0; i < piece_.size(); ++i) piece_[i] = byte_at(given_ + i);
    given_ += piece_.size();
    return std::string_view(piece_);
  }
  [[nodiscard]] std::uint64_t num_stored() const override { return given_; }

  [[nodiscard]] static char byte_at(std::uint64_t place) {
    return static_cast<char>(((place / 8) * 0x9E3779B97F4A7C15ULL) >> (8 * (place % 8)));
  }

 private:
  std::uint64_t num_bytes_;
  std::function<void(std::uint64_t)> at_each_piece_;
  std::optional<Error> error_;
  std::uint64_t given_ = 0;
  std::string piece_;
};

std::string made_up(std::uint64_t offset, std::size_t num_bytes) {
  std::string bytes(num_bytes, '\0');
  for (std::size_t i = 0; i < num_bytes; ++i) bytes[i] = MadeUpContent::byte_at(offset + i);
  return bytes;
}

/// Compares pieces with what was made up.
class Comparison {
 public:
  Status take(std::string_view piece) {
    for (const char byte : piece) equal_ = equal_ && byte == MadeUpContent::byte_at(num_bytes_++);
    return {};
  }
  [[nodiscard]] bool equal(std::uint64_t num_bytes) const { return equal_ && num_bytes_ == num_bytes; }

 private:
  bool equal_ = true;
  std::uint64_t num_bytes_ = 0;
};

TEST_P(StoreConformance, StreamsLargeContentInLittleMemory) {
  HeapWatch watch;
  MadeUpContent content(kLargeBytes, [&](std::uint64_t /*given*/) { watch.look(); });
  const Status put = store().put_stream("large/object.bin", content);
  ASSERT_TRUE(put.ok()) << put.error().message;
  Comparison comparison;
  const auto read = store().get_stream("large/object.bin", [&](std::string_view piece) {
    watch.look();
    return comparison.take(piece);
  });
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(comparison.equal(kLargeBytes));
  EXPECT_LT(watch.growth(), GetParam().memory_bytes);
  EXPECT_EQ(read->key, "large/object.bin");
  EXPECT_EQ(read->num_bytes, kLargeBytes);
  EXPECT_EQ(read->version, (*store().find("large/object.bin"))->version);
  EXPECT_EQ(read->version, store().list("large/")->front().version);
  EXPECT_EQ(store().list("large/")->front().num_bytes, kLargeBytes);
  for (const std::uint64_t offset : {std::uint64_t{0}, kLargeBytes / 2 - 5, kLargeBytes - 10}) {
    EXPECT_EQ(*store().get_range("large/object.bin", {.offset = offset, .num_bytes = 10}), made_up(offset, 10));
  }
  // A copy and a replacement of what is large.
  ASSERT_TRUE(store().copy("large/object.bin", "large/copy.bin").ok());
  MadeUpContent shorter(kLargeBytes - 1);
  ASSERT_TRUE(store().put_stream("large/object.bin", shorter).ok());
  EXPECT_EQ((*store().find("large/object.bin"))->num_bytes, kLargeBytes - 1);
  Comparison copied;
  ASSERT_TRUE(store().get_stream("large/copy.bin", [&](std::string_view piece) { return copied.take(piece); }).ok());
  EXPECT_TRUE(copied.equal(kLargeBytes));
}

TEST_P(StoreConformance, KeepsLargeContentFromMemory) {
  const std::string bytes = made_up(0, std::size_t{18} << 20U);
  ASSERT_TRUE(store().put("large", bytes).ok());
  EXPECT_EQ(digest_of(*store().get("large")), digest_of(bytes));
  EXPECT_TRUE(*store().put_if_absent("other", bytes));
  EXPECT_FALSE(*store().put_if_absent("other", "x"));
  EXPECT_EQ(digest_of(*store().get("other")), digest_of(bytes));
}

TEST_P(StoreConformance, MovesFilesInAndOut) {
  const TemporaryFolder folder;
  const std::string bytes = made_up(0, std::size_t{9} << 20U);
  ASSERT_TRUE(write_file_atomic(folder.path() / "in", bytes).ok());
  ASSERT_TRUE(store().put_file("a/file", folder.path() / "in").ok());
  const auto object = store().get_file("a/file", folder.path() / "new" / "out");
  ASSERT_TRUE(object.ok()) << object.error().message;
  EXPECT_EQ(object->num_bytes, bytes.size());
  EXPECT_EQ(object->version, (*store().find("a/file"))->version);
  EXPECT_EQ(digest_of(*read_file(folder.path() / "new" / "out")), digest_of(bytes));
  const Status missing = store().put_file("b", folder.path() / "missing");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(*store().exists("b"));
  const auto none = store().get_file("none", folder.path() / "none");
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "none"));
}

TEST_P(StoreConformance, ShowsNothingOfAnObjectInTheMaking) {
  ASSERT_TRUE(store().put("old", "old content").ok());
  const auto other = open_again();
  const auto look = [&](std::uint64_t given) {
    if (given == 0) return;
    EXPECT_EQ(*other->find("new"), std::nullopt);
    EXPECT_EQ(other->get("new").error().code, ErrorCode::kNotFound);
    EXPECT_EQ(*other->get("old"), "old content");
    EXPECT_EQ(other->list("")->size(), 1U);
    // Others write meanwhile.
    EXPECT_TRUE(other->put("old", "old content").ok());
  };
  // The callback looks a few times only: a store may be a server.
  int num_looks = 0;
  const auto now_and_then = [&](std::uint64_t given) {
    if (given > (std::uint64_t{5} << 20U) * static_cast<std::uint64_t>(num_looks)) {
      look(given);
      ++num_looks;
    }
  };
  MadeUpContent content(kLargeBytes / 2, now_and_then);
  ASSERT_TRUE(store().put_stream("new", content).ok());
  EXPECT_GE(num_looks, 3);
  EXPECT_EQ((*other->find("new"))->num_bytes, kLargeBytes / 2);
  num_looks = 0;
  MadeUpContent replacement(kLargeBytes / 4, [&](std::uint64_t given) {
    if (given > (std::uint64_t{5} << 20U) * static_cast<std::uint64_t>(num_looks + 1)) {
      ++num_looks;
      EXPECT_EQ((*other->find("new"))->num_bytes, kLargeBytes / 2);
    }
  });
  ASSERT_TRUE(store().put_stream("new", replacement).ok());
  EXPECT_EQ((*other->find("new"))->num_bytes, kLargeBytes / 4);
}

TEST_P(StoreConformance, KeepsTheOldWhenItsContentFails) {
  ASSERT_TRUE(store().put("old", "old content").ok());
  for (const std::uint64_t num_bytes : {std::uint64_t{0}, std::uint64_t{10}, kLargeBytes / 2}) {
    for (const char* key : {"old", "new"}) {
      MadeUpContent broken(num_bytes, {}, Error{ErrorCode::kCorruptData, "the source broke"});
      const Status put = store().put_stream(key, broken);
      ASSERT_FALSE(put.ok());
      EXPECT_EQ(put.error().code, ErrorCode::kCorruptData);
      EXPECT_THAT(put.error().message, ::testing::HasSubstr("the source broke"));
    }
    EXPECT_EQ(*store().get("old"), "old content");
    EXPECT_EQ(*store().find("new"), std::nullopt);
    EXPECT_EQ(store().list("")->size(), 1U);
  }
}

TEST_P(StoreConformance, StopsWhenTheSinkDoes) {
  ASSERT_TRUE(store().put("a", made_up(0, std::size_t{5} << 20U)).ok());
  int num_pieces = 0;
  const auto read = store().get_stream("a", [&](std::string_view /*piece*/) {
    ++num_pieces;
    return Status(Error{ErrorCode::kLimitExceeded, "the sink is full"});
  });
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::kLimitExceeded);
  EXPECT_THAT(read.error().message, ::testing::HasSubstr("the sink is full"));
  EXPECT_EQ(num_pieces, 1);
}

TEST_P(StoreConformance, MayBeUsedWhileItStreams) {
  ASSERT_TRUE(store().put("a", made_up(0, std::size_t{3} << 20U)).ok());
  bool asked = false;
  const auto read = store().get_stream("a", [&](std::string_view /*piece*/) {
    if (std::exchange(asked, true)) return Status();
    EXPECT_TRUE(store().put("b", "x").ok());
    EXPECT_EQ(store().list("")->size(), 2U);
    return Status();
  });
  EXPECT_TRUE(read.ok());
  EXPECT_EQ(*store().get("b"), "x");
}

}  // namespace
}  // namespace vieweratlas
