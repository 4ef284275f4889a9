#include "presence/day_snapshots.h"

#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "presence/intake.h"
#include "presence/resolve.h"

#include "vieweratlas/presence/channel.h"
#include "vieweratlas/presence/day.h"

namespace vieweratlas::presence_internal {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t kMinuteSeconds = 60;

/// As the record is written, in the order of DayOfPresence.
auto as_written(const Record& record) {
  return std::tuple(record.channel, record.time_s, record.source, record.content, record.channel_id);
}

DaySnapshot snapshot_of(const Record& record, const std::vector<std::string>& texts, std::int64_t channel) {
  DaySnapshot snapshot{.time_s = record.time_s,
                       .channel_number = channel,
                       .channel = texts[record.channel],
                       .channel_id = texts[record.channel_id],
                       .display_name = texts[record.display_name],
                       .game = texts[record.game],
                       .language = texts[record.language],
                       .title = texts[record.title],
                       .source = texts[record.source],
                       .content = record.content};
  snapshot.has_viewer_count = record.viewer_count != kNoViewerCount;
  snapshot.has_seconds_observed = record.seconds_observed != kNotObserved;
  if (snapshot.has_viewer_count) snapshot.viewer_count = record.viewer_count;
  if (snapshot.has_seconds_observed) snapshot.seconds_observed = record.seconds_observed;
  return snapshot;
}

/// Adds days to `result` one by one.
class DayResolver {
 public:
  DayResolver(const std::vector<std::string>& texts, std::uint32_t num_records) : texts_(texts), num_records_(num_records) {
    result_.bucket_of_record.assign(num_records, kNone);
  }

  void add_day(DayNumber day, std::vector<Record> records) {
    const Resolution resolution = resolve({.records = records, .texts = texts_}, num_records_, {});
    std::vector<std::int64_t> channels;
    channels.reserve(resolution.channels.size());
    for (const Channel& channel : resolution.channels) channels.push_back(channel_number(channel.login, channel.platform_id));
    const auto first_bucket = static_cast<std::uint32_t>(result_.buckets.size());
    const std::vector<std::uint32_t> bucket_of = add_buckets(resolution, channels);
    for (const Record& record : records) {
      result_.bucket_of_record[record.number] = first_bucket + bucket_of[resolution.snapshot_of_record[record.number]];
    }
    add_snapshots(std::move(records));
    result_.days.push_back(day);
  }

  [[nodiscard]] DaySnapshots take() && { return std::move(result_); }

 private:
  /// The place of each snapshot among the buckets of its day.
  std::vector<std::uint32_t> add_buckets(const Resolution& resolution, const std::vector<std::int64_t>& channels) {
    const std::vector<ResolvedSnapshot>& snapshots = resolution.snapshots;
    const auto source_of = [&](const ResolvedSnapshot& snapshot) {
      return snapshot.source == 0 ? std::string("csv") : resolution.texts[snapshot.source];
    };
    std::vector<std::string> sources;
    for (const auto& [source, count] : resolution.sources) sources.push_back(source);  // sorted: the keys of a map
    const auto first_list = static_cast<std::uint32_t>(result_.lists.size());
    const auto day = static_cast<std::uint32_t>(result_.days.size());
    for (const std::string& source : sources) result_.lists.push_back({.day = day, .source = source});
    std::vector<std::uint32_t> lists(snapshots.size());
    for (std::size_t s = 0; s < snapshots.size(); ++s) {
      const auto source = std::lower_bound(sources.begin(), sources.end(), source_of(snapshots[s]));
      lists[s] = first_list + static_cast<std::uint32_t>(source - sources.begin());
    }
    std::vector<std::uint32_t> order(snapshots.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::tuple(lists[a], channels[snapshots[a].channel], snapshots[a].time_s, a) <
             std::tuple(lists[b], channels[snapshots[b].channel], snapshots[b].time_s, b);
    });
    std::vector<std::uint32_t> place(snapshots.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      const ResolvedSnapshot& snapshot = snapshots[order[i]];
      place[order[i]] = i;
      const std::int64_t second = snapshot.time_s - day_of(snapshot.time_s) * kDaySeconds;
      result_.buckets.push_back({.list = lists[order[i]],
                                 .minute = static_cast<std::int32_t>(second / kMinuteSeconds),
                                 .channel = channels[snapshot.channel],
                                 .day = day,
                                 .first_snapshot = kNone});
    }
    return place;
  }

  void add_snapshots(std::vector<Record> records) {
    std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return as_written(a) < as_written(b); });
    std::vector<DaySnapshot>& snapshots = result_.snapshots.emplace_back();
    for (std::size_t begin = 0; begin < records.size();) {
      Record merged = records[begin];
      std::size_t end = begin + 1;
      for (; end < records.size() && as_written(records[end]) == as_written(merged); ++end) merge_records(merged, records[end]);
      DayBucket& bucket = result_.buckets[result_.bucket_of_record[merged.number]];
      if (bucket.first_snapshot == kNone) bucket.first_snapshot = static_cast<std::uint32_t>(snapshots.size());
      snapshots.push_back(snapshot_of(merged, texts_, bucket.channel));
      begin = end;
    }
  }

  const std::vector<std::string>& texts_;
  std::uint32_t num_records_;
  DaySnapshots result_;
};

}  // namespace

std::int64_t channel_number(const std::string& login, const std::string& platform_id) {
  constexpr std::uint64_t kFirstOfLogins = std::uint64_t{1} << 62U;
  std::uint64_t number = 0;
  const char* end = platform_id.data() + platform_id.size();
  const auto [read_to, problem] = std::from_chars(platform_id.data(), end, number);
  const bool is_number = problem == std::errc() && read_to == end && number < kFirstOfLogins;
  // Two ids are never one number: "007" is not 7.
  if (is_number && (platform_id.size() == 1 || platform_id.front() != '0')) return static_cast<std::int64_t>(number);
  return static_cast<std::int64_t>(kFirstOfLogins | XXH3_64bits(login.data(), login.size()) >> 2U);
}

DaySnapshots resolve_days(const Records& records, std::uint32_t num_records) {
  std::vector<Record> sorted = records.records;
  std::sort(sorted.begin(), sorted.end(), [](const Record& a, const Record& b) {
    return std::tuple(day_of(a.time_s), a.number) < std::tuple(day_of(b.time_s), b.number);
  });
  DayResolver resolver(records.texts, num_records);
  for (std::size_t begin = 0; begin < sorted.size();) {
    const DayNumber day = day_of(sorted[begin].time_s);
    std::size_t end = begin + 1;
    while (end < sorted.size() && day_of(sorted[end].time_s) == day) ++end;
    resolver.add_day(day, {sorted.begin() + static_cast<std::ptrdiff_t>(begin), sorted.begin() + static_cast<std::ptrdiff_t>(end)});
    begin = end;
  }
  return std::move(resolver).take();
}

}  // namespace vieweratlas::presence_internal
