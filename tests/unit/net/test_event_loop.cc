#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "vieweratlas/net/event_loop.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;

TEST(EventLoop, RunsPostedFunctionsInOrderAlsoThoseOfOtherThreads) {
  EventLoop loop;
  std::vector<int> seen;
  loop.post([&] { seen.push_back(1); });
  loop.post([&] {
    std::thread([&] {
      loop.post([&] { seen.push_back(3); });
      loop.post([&] { loop.stop(); });
    }).join();
    seen.push_back(2);
  });
  loop.run();
  EXPECT_THAT(seen, testing::ElementsAre(1, 2, 3));
}

TEST(EventLoop, TicksUntilStoppedFromAnotherThread) {
  EventLoop loop;
  int quick = 0;
  int slow = 0;
  std::thread stopper;
  loop.every(milliseconds(1), [&] {
    if (++quick == 20) stopper = std::thread([&] { loop.stop(); });
  });
  loop.every(std::chrono::hours(1), [&] { ++slow; });
  loop.run();
  stopper.join();
  EXPECT_GE(quick, 20);
  EXPECT_EQ(slow, 0);
}

TEST(EventLoop, ReturnsAtOnceWhenItWasStoppedBefore) {
  EventLoop loop;
  loop.stop();
  loop.run();
  SUCCEED();
}

TEST(EventLoop, DropsWhatWaitsWhenItEnds) {
  int calls = 0;
  {
    EventLoop loop;
    loop.every(milliseconds(1), [&] { ++calls; });
    loop.post([&] { ++calls; });
  }
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace vieweratlas
