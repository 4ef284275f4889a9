#include <gtest/gtest.h>

#include "vieweratlas/core/digest.h"

namespace vieweratlas {
namespace {

TEST(Digest, IsTheOneThatXxh128sumPrints) {
  EXPECT_EQ(to_string(digest_of("")), "xxh3-128:99aa06d3014798d86001c324468d497f");
  EXPECT_NE(digest_of("a"), digest_of("b"));
}

}  // namespace
}  // namespace vieweratlas
