#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/temporary_folder.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

struct Drained {
  std::string bytes;
  Status status;
};

Drained drain(ByteSource& source) {
  Drained result;
  for (;;) {
    auto piece = source.next();
    if (!piece) {
      result.status = piece.error();
      return result;
    }
    if (piece->empty()) return result;
    result.bytes += *piece;
  }
}

std::string some_text() {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += std::to_string(i * 7919 % 10'007) + (i % 11 == 0 ? "\n" : " ");
  return text;
}

TEST(ByteSource, GivesTheContentForAnySizeOfPieces) {
  const std::string text = some_text();
  const std::vector<std::string> stored{text,
                                        compress_gzip(text),
                                        compress_zstd(text),
                                        compress_gzip(text.substr(0, 1000)) + compress_gzip(text.substr(1000)),
                                        compress_zstd(text.substr(0, 1000)) + compress_zstd(text.substr(1000)),
                                        compress_gzip(text) + std::string(512, '\0')};
  for (const std::string& bytes : stored) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{4096}, std::size_t{1} << 20U}) {
      const auto source = make_byte_source(bytes, {.piece_bytes = piece});
      const Drained got = drain(*source);
      EXPECT_TRUE(got.status.ok());
      EXPECT_TRUE(got.bytes == text) << piece;
      EXPECT_EQ(source->num_stored(), bytes.size());
      EXPECT_TRUE(source->next()->empty());
    }
  }
}

TEST(ByteSource, EmptyAndTinyContent) {
  for (const std::string_view text : {"", "a", "ab", "abc"}) {
    EXPECT_EQ(drain(*make_byte_source(text)).bytes, text);
    EXPECT_EQ(drain(*make_byte_source(compress_zstd(text))).bytes, text);
    const std::string gzip = compress_gzip(text);
    EXPECT_EQ(drain(*make_byte_source(gzip, {.piece_bytes = 1})).bytes, text);
  }
}

TEST(ByteSource, ACutOffStreamGivesWhatCameBeforeAndThenSaysSo) {
  const std::string text = some_text();
  for (const std::string& whole : {compress_gzip(text), compress_zstd(text)}) {
    const std::string cut = whole.substr(0, whole.size() / 2);
    const auto source = make_byte_source(cut, {.piece_bytes = 1000});
    const Drained got = drain(*source);
    ASSERT_FALSE(got.status.ok());
    EXPECT_EQ(got.status.error().code, ErrorCode::kCorruptData);
    EXPECT_NE(got.status.error().message.find("ends too early"), std::string::npos);
    // A block of zstd is as long as this text, so that only gzip has something to give.
    if (cut.starts_with("\x1F\x8B")) {
      EXPECT_GT(got.bytes.size(), text.size() / 4);
    }
    EXPECT_TRUE(text.starts_with(got.bytes));
    EXPECT_TRUE(source->next()->empty());
  }
}

TEST(ByteSource, DamageIsAnError) {
  const std::string text = some_text();
  for (std::string bytes : {compress_gzip(text), compress_zstd(text)}) {
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
    bytes[bytes.size() / 2 + 1] = static_cast<char>(bytes[bytes.size() / 2 + 1] ^ 0x55);
    const Drained got = drain(*make_byte_source(bytes));
    ASSERT_FALSE(got.status.ok());
    EXPECT_EQ(got.status.error().code, ErrorCode::kCorruptData);
  }
}

TEST(ByteSource, ABombIsStopped) {
  const std::string zeros(std::size_t{8} << 20U, '\0');
  const std::string bomb = compress_zstd(zeros);
  const Drained by_ratio = drain(*make_byte_source(bomb, {.ratio_free_bytes = 1U << 20U}));
  ASSERT_FALSE(by_ratio.status.ok());
  EXPECT_EQ(by_ratio.status.error().code, ErrorCode::kLimitExceeded);
  EXPECT_LT(by_ratio.bytes.size(), zeros.size());
  const Drained by_size = drain(*make_byte_source(compress_gzip(zeros), {.max_bytes = 1U << 20U}));
  ASSERT_FALSE(by_size.status.ok());
  EXPECT_EQ(by_size.status.error().code, ErrorCode::kLimitExceeded);
  EXPECT_LE(by_size.bytes.size(), std::size_t{1} << 20U);
}

TEST(ByteSource, ReadsFilesWhateverTheirNames) {
  const TemporaryFolder folder;
  const std::string text = some_text();
  ASSERT_TRUE(write_file_atomic(folder.path() / "plain.gz", text).ok());
  ASSERT_TRUE(write_file_atomic(folder.path() / "zipped.json", compress_gzip(text)).ok());
  for (const std::string_view name : {"plain.gz", "zipped.json"}) {
    auto source = open_byte_source(folder.path() / name, {.piece_bytes = 4096});
    ASSERT_TRUE(source.ok());
    EXPECT_TRUE(drain(**source).bytes == text);
  }
  EXPECT_EQ(open_byte_source(folder.path() / "absent").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(open_byte_source(folder.path()).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace vieweratlas
