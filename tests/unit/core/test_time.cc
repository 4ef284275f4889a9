#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "vieweratlas/core/time.h"

namespace vieweratlas {
namespace {

using std::chrono::seconds;

UtcTime at(std::int64_t unix_s) { return UtcTime(seconds(unix_s)); }

TEST(ParseTime, ReadsEveryFormThatFilesHold) {
  const UtcTime expected = at(1767607200);  // 2026-01-05 10:00:00 UTC
  for (const char* text :
       {"2026-01-05T10:00:00Z", "2026-01-05T10:00:00", "2026-01-05 10:00:00", "2026-01-05T10:00:00.123456", "2026-01-05T10:00:00.5+00:00",
        "2026-01-05T12:00:00+02:00", "2026-01-05T05:30:00-0430", "20260105_100000", "2026-01-05T10:00Z", "1767607200", "1767607200123"}) {
    const auto parsed = parse_time(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(*parsed, expected) << text;
  }
  EXPECT_EQ(parse_time("2026-01-05"), at(1767571200));
  EXPECT_EQ(parse_time("20260105"), at(1767571200));
}

TEST(ParseTime, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "yesterday", "2026-13-01", "2026-02-30", "2026-01-05T25:00:00", "2026-01-05T10:61:00", "2026-01-05T10:00:00X",
        "2026-01-05T10:00:00.", "2026-01-05T10:00:00+99:00", "12345", "20260105_1000001", "2026-01-05T10:00:00Z "}) {
    EXPECT_FALSE(parse_time(text).has_value()) << text;
  }
}

TEST(FormatTime, KnowsLeapDays) {
  EXPECT_EQ(format_iso(*parse_time("2028-02-29T23:59:59Z")), "2028-02-29T23:59:59Z");
  EXPECT_EQ(format_compact(at(1767607200)), "20260105_100000");
  EXPECT_EQ(format_date_path(at(1767607200)), "2026/01/05");
}

RC_GTEST_PROP(Time, FormatsAreReadBack, (std::uint32_t unix_s)) {
  RC_ASSERT(parse_time(format_iso(at(unix_s))) == at(unix_s));
  RC_ASSERT(parse_time(format_compact(at(unix_s))) == at(unix_s));
}

TEST(ParseDuration, ReadsUnits) {
  EXPECT_EQ(*parse_duration("90s"), seconds(90));
  EXPECT_EQ(*parse_duration("15m"), seconds(900));
  EXPECT_EQ(*parse_duration("36h"), seconds(36 * 3600));
  EXPECT_EQ(*parse_duration("30d"), seconds(30 * 86400));
  EXPECT_EQ(*parse_duration("2w"), seconds(14 * 86400));
  for (const char* text : {"", "30", "d", "-3d", "0d", "3x", "3 d", "99999999999999999999d"})
    EXPECT_FALSE(parse_duration(text).ok()) << text;
}

}  // namespace
}  // namespace vieweratlas
