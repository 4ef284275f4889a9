#include <gtest/gtest.h>

#include <chrono>

#include "collect/message_rate.h"

namespace vieweratlas::collect_internal {
namespace {

SteadyTime second(int n) { return SteadyTime(std::chrono::seconds(n)); }

TEST(MessageRate, IsZeroAtFirstAndThenTheMeanOfTheLastTenReadings) {
  MessageRate rate;
  EXPECT_EQ(rate.update(1000, second(0)), 0);
  EXPECT_DOUBLE_EQ(rate.update(1050, second(1)), 50);
  EXPECT_DOUBLE_EQ(rate.update(1050, second(2)), 25);
}

TEST(MessageRate, ForgetsWhatIsOlderThanTenReadings) {
  MessageRate rate;
  for (int i = 0; i < 10; ++i) (void)rate.update(static_cast<std::uint64_t>(1000 * i), second(i));
  double last = 0;
  for (int i = 10; i < 30; ++i) last = rate.update(10'000, second(i));
  EXPECT_EQ(last, 0);
}

}  // namespace
}  // namespace vieweratlas::collect_internal
