#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "simulate/vocabulary.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/core/time.h"
#include "vieweratlas/simulate/simulate.h"

namespace vieweratlas {
namespace {

constexpr std::array<std::pair<SnapshotFormat, std::string_view>, 4> kFormatNames = {{{SnapshotFormat::kJson, "json"},
                                                                                      {SnapshotFormat::kNdjson, "ndjson"},
                                                                                      {SnapshotFormat::kNdjsonZst, "ndjson.zst"},
                                                                                      {SnapshotFormat::kCsv, "csv"}}};

Error invalid(std::string message) { return {ErrorCode::kInvalidArgument, "simulate: " + std::move(message)}; }

struct CountRange {
  std::string_view name;
  std::uint64_t value;
  std::uint64_t least;
  std::uint64_t most;
};

Status validate_counts(const SimulateOptions& options) {
  const std::array<CountRange, 5> ranges = {{{"channels", options.channels, 1, 200'000},
                                             {"viewers", options.viewers, 1, 100'000'000},
                                             {"communities", options.communities, 1, max_simulated_communities()},
                                             {"days", options.days, 1, 366},
                                             {"bots", options.bots, 0, 100'000}}};
  for (const CountRange& range : ranges) {
    if (range.value >= range.least && range.value <= range.most) continue;
    return invalid(std::string(range.name) + " is " + with_thousands(range.value) + ", allowed are " + with_thousands(range.least) +
                   " to " + with_thousands(range.most));
  }
  if (options.communities > options.channels) {
    return invalid("communities is " + with_thousands(options.communities) + " but there are only " + with_thousands(options.channels) +
                   " channels; each community needs one");
  }
  return {};
}

Status validate_time(const SimulateOptions& options) {
  const std::int64_t interval = options.snapshot_interval.count();
  if (interval < 60 || interval > 86'400 || 86'400 % interval != 0) {
    return invalid("snapshot_interval is " + std::to_string(interval) +
                   " seconds; allowed are 60 to 86400 seconds that divide a day evenly, such as 900 or 3600");
  }
  const UtcTime last_start = std::chrono::sys_days(std::chrono::year(9998) / 1 / 1);
  if (options.start < UtcTime{} || options.start > last_start) return invalid("start is out of range, allowed are 1970 to 9998");
  return {};
}

Status validate_formats(const SimulateOptions& options) {
  if (options.formats.empty()) return invalid("no format given; choose from json, ndjson, ndjson.zst, csv");
  for (const auto& [format, name] : kFormatNames) {
    if (std::count(options.formats.begin(), options.formats.end(), format) > 1)
      return invalid("format " + std::string(name) + " is given twice");
  }
  return {};
}

}  // namespace

std::string_view name_of(SnapshotFormat format) {
  for (const auto& [candidate, name] : kFormatNames) {
    if (candidate == format) return name;
  }
  return {};
}

std::optional<SnapshotFormat> snapshot_format_of(std::string_view name) {
  for (const auto& [format, candidate] : kFormatNames) {
    if (candidate == name) return format;
  }
  return std::nullopt;
}

std::uint32_t max_simulated_communities() {
  return static_cast<std::uint32_t>(simulate_internal::languages().size() * simulate_internal::scenes().size());
}

std::optional<SimulateOptions> simulate_size(std::string_view name) {
  SimulateOptions options;
  const std::string size = to_lower(name);
  if (size == "s") {
    options = {.channels = 200, .viewers = 34'000, .communities = 8, .days = 3, .bots = 50, .channels_per_viewer = 5.4};
  } else if (size == "m") {
    options = {.channels = 1000, .viewers = 700'000, .communities = 20, .days = 4, .bots = 240, .channels_per_viewer = 8.2};
  } else if (size == "l") {
    options = {.channels = 5000, .viewers = 8'000'000, .communities = 40, .days = 5, .bots = 310, .channels_per_viewer = 8.4};
  } else {
    return std::nullopt;
  }
  return options;
}

Status validate(const SimulateOptions& options) {
  if (Status status = validate_counts(options); !status) return status;
  if (Status status = validate_time(options); !status) return status;
  // Written so that not-a-number fails too.
  if (!(options.mixing >= 0 && options.mixing <= 1)) return invalid("mixing is " + std::to_string(options.mixing) + ", allowed are 0 to 1");
  if (!(options.channels_per_viewer >= 1 && options.channels_per_viewer <= 100)) {
    return invalid("channels_per_viewer is " + std::to_string(options.channels_per_viewer) + ", allowed are 1 to 100");
  }
  return validate_formats(options);
}

}  // namespace vieweratlas
