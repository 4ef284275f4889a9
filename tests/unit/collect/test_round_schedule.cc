#include <gtest/gtest.h>

#include <chrono>
#include <string_view>

#include "vieweratlas/collect/round_schedule.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

UtcMillis at(std::string_view text, milliseconds more = milliseconds(0)) { return *parse_time(text) + more; }

TEST(AlignedWindow, HoldsTheHourAlsoLateInTheEvening) {
  EXPECT_EQ(aligned_window(at("2026-11-22T23:30:00Z"), seconds(3600)),
            (RoundWindow{at("2026-11-22T23:00:00Z"), at("2026-11-23T00:00:00Z")}));
}

TEST(AlignedWindow, BeginsAtTheHourItself) {
  EXPECT_EQ(aligned_window(at("2026-11-22T10:00:00Z"), seconds(3600)).begin, at("2026-11-22T10:00:00Z"));
  EXPECT_EQ(aligned_window(at("2026-11-22T10:00:00Z", milliseconds(400)), seconds(3600)).begin, at("2026-11-22T10:00:00Z"));
  EXPECT_EQ(aligned_window(at("2026-11-22T10:00:00Z", milliseconds(-1)), seconds(3600)).begin, at("2026-11-22T09:00:00Z"));
}

TEST(AlignedWindow, KnowsNoDaylightSavingAndNoStrangeDays) {
  // Clocks of Europe and America change in these hours; UTC does not.
  for (const char* time : {"2026-03-29T01:30:00Z", "2026-10-25T01:30:00Z", "2026-03-08T07:30:00Z", "2028-02-29T23:30:00Z"}) {
    const RoundWindow window = aligned_window(at(time), seconds(3600));
    EXPECT_EQ(window.end - window.begin, seconds(3600));
    EXPECT_EQ(at(time) - window.begin, seconds(1800)) << time;
  }
  EXPECT_EQ(aligned_window(at("2028-02-29T23:30:00Z"), seconds(3600)).end, at("2028-03-01T00:00:00Z"));
}

TEST(WindowFrom, CountsFromItsOriginInBothDirections) {
  const UtcMillis origin = at("2026-11-22T10:07:00Z");
  EXPECT_EQ(window_from(origin, origin, seconds(90)).begin, origin);
  EXPECT_EQ(window_from(origin, origin + seconds(91), seconds(90)).begin, origin + seconds(90));
  EXPECT_EQ(window_from(origin, origin - milliseconds(1), seconds(90)).begin, origin - seconds(90));
}

}  // namespace
}  // namespace vieweratlas
