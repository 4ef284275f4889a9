#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>

#include "vieweratlas/presence/viewer_table.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/privacy/viewer_number.h"

namespace vieweratlas {
namespace {

ViewerKey key_from(std::uint8_t first) {
  std::array<std::uint8_t, 32> bytes{};
  for (std::uint8_t i = 0; i < 32; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return ViewerKey::from_bytes(bytes);
}

constexpr ViewerTable::Key kViewer{.low = 0x0123456789ABCDEF, .high = 0xFEDCBA9876543210};

TEST(ViewerNumber, IsTheBeginOfHmacSha256) {
  // python3: int.from_bytes(hmac.new(bytes(range(32)), b"lake-viewer:v1:twitch:" + struct.pack("<QQ", low, high), "sha256").digest()[:8])
  // >> 1
  const ViewerNumbering number = viewer_numbering(key_from(0), "twitch");
  EXPECT_EQ(number(kViewer), 5518330237386603574);
  EXPECT_EQ(number({}), 6179568886731573539);
  EXPECT_EQ(viewer_numbering(key_from(0), "youtube")(kViewer), 3740890981371149620);
}

TEST(ViewerNumber, IsAnotherWithAnotherKey) { EXPECT_NE(viewer_numbering(key_from(1), "twitch")(kViewer), 5518330237386603574); }

TEST(ViewerNumber, HasSixtyThreeBitsAndOutlivesItsKey) {
  ViewerNumbering number;
  {
    const ViewerKey key = key_from(7);
    number = viewer_numbering(key, "twitch");
  }
  std::set<std::int64_t> numbers;
  std::uint64_t seen_bits = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::int64_t viewer = number({.low = i, .high = 0});
    EXPECT_GE(viewer, 0);
    seen_bits |= static_cast<std::uint64_t>(viewer);
    numbers.insert(viewer);
  }
  EXPECT_EQ(numbers.size(), 2000U);
  EXPECT_EQ(seen_bits, ~std::uint64_t{0} >> 1U);
}

}  // namespace
}  // namespace vieweratlas
