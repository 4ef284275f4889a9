#include <gtest/gtest.h>

#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas {
namespace {

TEST(Pseudonym, IsTwentyFourHexDigits) {
  const Pseudonym pseudonym{.bytes = {0x00, 0x0F, 0xF0, 0xFF, 1, 2, 3, 4, 5, 6, 7, 0xAB}};
  EXPECT_EQ(pseudonym.hex(), "000ff0ff01020304050607ab");
}

}  // namespace
}  // namespace vieweratlas
