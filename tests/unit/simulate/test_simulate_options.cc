#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas {
namespace {

TEST(SimulateOptions, DefaultsAndSizesAreValid) {
  EXPECT_TRUE(validate(SimulateOptions{}).ok());
  for (const char* size : {"S", "M", "L", "s", "m", "l"}) {
    ASSERT_TRUE(simulate_size(size).has_value()) << size;
    EXPECT_TRUE(validate(*simulate_size(size)).ok()) << size;
  }
  EXPECT_EQ(simulate_size("S")->channels, 200U);
  EXPECT_FALSE(simulate_size("XXL").has_value());
  EXPECT_FALSE(simulate_size("").has_value());
}

TEST(SimulateOptions, FormatNamesGoThereAndBack) {
  for (const char* name : {"json", "ndjson", "ndjson.zst", "csv"}) {
    ASSERT_TRUE(snapshot_format_of(name).has_value()) << name;
    EXPECT_EQ(name_of(*snapshot_format_of(name)), name);
  }
  EXPECT_FALSE(snapshot_format_of("parquet").has_value());
}

struct Wrong {
  std::function<void(SimulateOptions&)> change;
  std::string expected;
};

TEST(SimulateOptions, EachWrongValueIsNamedWithWhatIsAllowed) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<Wrong> cases = {
      {[](auto& o) { o.channels = 0; }, "channels is 0, allowed are 1 to 200,000"},
      {[](auto& o) { o.channels = 200'001; }, "channels is 200,001"},
      {[](auto& o) { o.viewers = 0; }, "viewers is 0"},
      {[](auto& o) { o.viewers = 100'000'001; }, "viewers is 100,000,001"},
      {[](auto& o) { o.communities = 0; }, "communities is 0"},
      {[](auto& o) { o.communities = max_simulated_communities() + 1; }, "allowed are 1 to " + std::to_string(max_simulated_communities())},
      {[](auto& o) { o.channels = 27; }, "communities is 28 but there are only 27 channels"},
      {[](auto& o) { o.days = 0; }, "days is 0"},
      {[](auto& o) { o.days = 367; }, "days is 367"},
      {[](auto& o) { o.bots = 100'001; }, "bots is 100,001"},
      {[](auto& o) { o.snapshot_interval = std::chrono::seconds(59); }, "snapshot_interval is 59 seconds"},
      {[](auto& o) { o.snapshot_interval = std::chrono::seconds(3601); }, "divide a day evenly"},
      {[](auto& o) { o.snapshot_interval = std::chrono::seconds(-3600); }, "snapshot_interval is -3600"},
      {[](auto& o) { o.mixing = -0.01; }, "mixing is -0.01"},
      {[](auto& o) { o.mixing = 1.01; }, "mixing is 1.01"},
      {[](auto& o) { o.mixing = kNan; }, "mixing is nan"},
      {[](auto& o) { o.channels_per_viewer = 0.5; }, "channels_per_viewer is 0.5"},
      {[](auto& o) { o.channels_per_viewer = 101; }, "channels_per_viewer is 101"},
      {[](auto& o) { o.formats = {}; }, "no format given"},
      {[](auto& o) { o.formats = {SnapshotFormat::kCsv, SnapshotFormat::kCsv}; }, "format csv is given twice"},
      {[](auto& o) { o.start = UtcTime(std::chrono::seconds(-1)); }, "start is out of range"},
  };
  ThreadPool pool(1);
  for (const Wrong& wrong : cases) {
    SimulateOptions options;
    wrong.change(options);
    const Status status = validate(options);
    ASSERT_FALSE(status.ok()) << wrong.expected;
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(status.error().message, testing::HasSubstr(wrong.expected));
    EXPECT_FALSE(simulate_presence(options, pool).ok()) << wrong.expected;
    EXPECT_FALSE(simulate(options, "/nonexistent-folder", pool).ok()) << wrong.expected;
  }
}

}  // namespace
}  // namespace vieweratlas
