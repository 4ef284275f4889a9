#include <gtest/gtest.h>

#include <string>

#include "vieweratlas/core/random.h"
#include "vieweratlas/storage/compression.h"

namespace vieweratlas {
namespace {

std::string some_text(std::size_t size) {
  Random random(7);
  std::string text;
  while (text.size() < size) text += "viewer" + std::to_string(random.below(500)) + ",";
  text.resize(size);
  return text;
}

std::string compressed(Compression kind, const std::string& text) {
  return kind == Compression::kGzip ? compress_gzip(text) : compress_zstd(text);
}

class BothFormats : public testing::TestWithParam<Compression> {};

TEST_P(BothFormats, RoundTripsAnySize) {
  for (const std::size_t size : {0UL, 1UL, 100UL, 1'000'000UL}) {
    const std::string text = some_text(size);
    std::string out = "kept|";
    const auto result = decompress(GetParam(), compressed(GetParam(), text), out);
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_TRUE(result->complete);
    EXPECT_EQ(out, "kept|" + text);
  }
}

TEST_P(BothFormats, EqualInputGivesEqualBytes) {
  EXPECT_EQ(compressed(GetParam(), some_text(5000)), compressed(GetParam(), some_text(5000)));
}

TEST_P(BothFormats, ConcatenatedMembersAreRead) {
  std::string out;
  const auto result = decompress(GetParam(), compressed(GetParam(), "one ") + compressed(GetParam(), "two"), out);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->complete);
  EXPECT_EQ(out, "one two");
}

TEST_P(BothFormats, TruncationAtEveryByteKeepsAPrefixAndSaysSo) {
  const std::string text = some_text(3000);
  const std::string whole = compressed(GetParam(), text);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    std::string out;
    const auto result = decompress(GetParam(), whole.substr(0, size), out);
    if (!result) continue;  // so short that it is no stream yet
    EXPECT_FALSE(result->complete) << size;
    EXPECT_FALSE(result->problem.empty());
    EXPECT_TRUE(text.starts_with(out)) << size;
  }
}

TEST_P(BothFormats, GarbageIsAnError) {
  std::string out;
  const auto result = decompress(GetParam(), "this is plain text, nothing else", out);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kCorruptData);
}

TEST_P(BothFormats, ABombStopsAtTheLimit) {
  std::string out;
  const auto result = decompress(GetParam(), compressed(GetParam(), std::string(50'000'000, 'a')), out, 1'000'000);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kLimitExceeded);
  EXPECT_LT(out.size(), 2'000'000U);
}

INSTANTIATE_TEST_SUITE_P(Formats, BothFormats, testing::Values(Compression::kGzip, Compression::kZstd));

TEST(Compression, IsKnownByTheEndOfTheName) {
  EXPECT_EQ(compression_of("a/b.json.gz"), Compression::kGzip);
  EXPECT_EQ(compression_of("b.ndjson.zst"), Compression::kZstd);
  EXPECT_EQ(compression_of("b.json"), Compression::kNone);
  EXPECT_EQ(without_compression_suffix("b.json.gz"), "b.json");
  EXPECT_EQ(without_compression_suffix("b.json.zst"), "b.json");
  EXPECT_EQ(without_compression_suffix("b.json"), "b.json");
}

}  // namespace
}  // namespace vieweratlas
