#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "vieweratlas/core/error.h"

namespace vieweratlas {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{ErrorCode::kInvalidArgument, "odd"};
  return number / 2;
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_EQ(*half(4), 2);
  EXPECT_EQ(half(3).error().code, ErrorCode::kInvalidArgument);
  Result<std::unique_ptr<int>> moved = std::make_unique<int>(5);
  EXPECT_EQ(*std::move(moved).value(), 5);
}

TEST(Result, ContextGrowsOnTheWayUp) {
  EXPECT_EQ(Error(ErrorCode::kInternal, "byte 8").with_context("file a").with_context("reading").message, "reading: file a: byte 8");
}

TEST(ResultDeathTest, TheValueOfAnErrorIsAMistakeOfOurs) { EXPECT_DEATH(static_cast<void>(half(1).value()), "internal error"); }

TEST(Status, IsSuccessByDefault) {
  EXPECT_TRUE(Status().ok());
  EXPECT_FALSE(Status(Error{ErrorCode::kDenied, "no"}).ok());
}

TEST(ErrorCode, NamesAreStable) {
  EXPECT_EQ(name_of(ErrorCode::kNoData), "no_data");
  EXPECT_EQ(name_of(ErrorCode::kLimitExceeded), "limit_exceeded");
}

}  // namespace
}  // namespace vieweratlas
