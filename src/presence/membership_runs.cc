#include "presence/membership_runs.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "presence/build_incidence.h"

#include "vieweratlas/core/parallel.h"

namespace vieweratlas::presence_internal {
namespace {

// Parts of the matrix that are built side by side: ranges of viewers' numbers, which are random bits.
constexpr unsigned kPartBits = 6;
constexpr unsigned kNumberBits = 63;

bool is_before(const Membership& a, const Membership& b) { return std::tie(a.viewer, a.channel) < std::tie(b.viewer, b.channel); }

MembershipRun merge(const MembershipRun& a, const MembershipRun& b) {
  MembershipRun merged;
  merged.reserve(a.size() + b.size());
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() && right != b.end()) {
    if (is_before(*left, *right)) {
      merged.push_back(*left++);
    } else if (is_before(*right, *left)) {
      merged.push_back(*right++);
    } else {
      merged.push_back({.viewer = left->viewer, .channel = left->channel, .count = left->count + right->count});
      ++left;
      ++right;
    }
  }
  merged.insert(merged.end(), left, a.end());
  merged.insert(merged.end(), right, b.end());
  merged.shrink_to_fit();
  return merged;
}

using Range = std::span<const Membership>;

Range part_of(const MembershipRun& run, std::size_t part) {
  const auto begin_of = [&](std::size_t p) {
    return std::partition_point(run.begin(), run.end(), [p](const Membership& membership) {
      return static_cast<std::uint64_t>(membership.viewer) >> (kNumberBits - kPartBits) < p;
    });
  };
  return {begin_of(part), begin_of(part + 1)};
}

/// The memberships of all ranges in order, those of one pair added up. Few ranges: runs of one size were merged before.
Slice merge_ranges(std::vector<Range> ranges, std::uint32_t num_channels) {
  Slice slice;
  slice.num_by_channel.assign(num_channels, 0);
  std::optional<std::int64_t> viewer;
  std::erase_if(ranges, [](const Range& range) { return range.empty(); });
  while (!ranges.empty()) {
    const Range* first = &ranges.front();
    for (const Range& range : ranges) {
      if (is_before(range.front(), first->front())) first = &range;
    }
    const Membership next = first->front();
    std::uint64_t count = 0;
    for (Range& range : ranges) {
      if (range.front().viewer != next.viewer || range.front().channel != next.channel) continue;
      count += range.front().count;
      range = range.subspan(1);
    }
    std::erase_if(ranges, [](const Range& range) { return range.empty(); });
    if (viewer != next.viewer) {
      if (viewer) slice.ends.push_back(static_cast<std::uint32_t>(slice.channels.size()));
      viewer = next.viewer;
      slice.viewers.push_back({.low = static_cast<std::uint64_t>(next.viewer), .high = 0});
    }
    slice.channels.push_back(next.channel);
    slice.counts.push_back(static_cast<std::uint16_t>(std::min<std::uint64_t>(count, std::numeric_limits<std::uint16_t>::max())));
    ++slice.num_by_channel[next.channel];
  }
  if (viewer) slice.ends.push_back(static_cast<std::uint32_t>(slice.channels.size()));
  return slice;
}

}  // namespace

void tidy(MembershipRun& run) {
  if (!std::is_sorted(run.begin(), run.end(), is_before)) std::sort(run.begin(), run.end(), is_before);
  std::size_t size = 0;
  for (const Membership& membership : run) {
    if (size > 0 && run[size - 1].viewer == membership.viewer && run[size - 1].channel == membership.channel) {
      run[size - 1].count += membership.count;
    } else {
      run[size++] = membership;
    }
  }
  run.resize(size);
}

void MembershipRuns::add(MembershipRun run) {
  if (run.empty()) return;
  for (;;) {
    MembershipRun other;
    {
      const std::lock_guard lock(mutex_);
      const auto near = std::find_if(runs_.begin(), runs_.end(), [&](const MembershipRun& held) { return held.size() / 2 <= run.size(); });
      if (near == runs_.end()) {
        runs_.push_back(std::move(run));
        return;
      }
      other = std::move(*near);
      runs_.erase(near);
    }
    run = merge(run, other);
  }
}

std::vector<MembershipRun> MembershipRuns::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(runs_, {});
}

void build_from_runs(std::vector<MembershipRun> runs, std::uint32_t num_channels, BuiltIncidence& built, ThreadPool& pool) {
  std::vector<Slice> slices(std::size_t{1} << kPartBits);
  pool.parallel_for(slices.size(), 1, [&](std::size_t part, std::size_t /*end*/, unsigned /*worker*/) {
    std::vector<Range> ranges;
    for (const MembershipRun& run : runs) ranges.push_back(part_of(run, part));
    slices[part] = merge_ranges(std::move(ranges), num_channels);
  });
  runs.clear();
  fill_rows(slices, num_channels, built, pool);
}

}  // namespace vieweratlas::presence_internal
