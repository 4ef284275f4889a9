#include <gtest/gtest.h>

#include "vieweratlas/net/http.h"

namespace vieweratlas {
namespace {

TEST(PercentEncoded, KeepsUnreservedAndEncodesTheRestByByte) {
  EXPECT_EQ(percent_encoded("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encoded("a b+c=d/é%"), "a%20b%2Bc%3Dd%2F%C3%A9%25");
}

TEST(HttpResponse, FindsTheFirstHeaderOfAName) {
  const HttpResponse response{.status = 200, .headers = {{"a", "1"}, {"a", "2"}}};
  EXPECT_EQ(response.header("a"), "1");
  EXPECT_FALSE(response.header("b").has_value());
}

}  // namespace
}  // namespace vieweratlas
