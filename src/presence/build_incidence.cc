#include "presence/build_incidence.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "presence/intake.h"
#include "presence/resolve.h"
#include "presence/viewer_key.h"
#include "presence/viewer_partitions.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas::presence_internal {
namespace {

/// Scratch memory of one worker.
struct Scratch {
  std::vector<std::pair<ViewerKey, std::uint32_t>> sorted_keys;
  std::vector<std::uint32_t> rank_of;    ///< by number inside the partition
  std::vector<std::uint32_t> ends;       ///< rows of the viewer with this rank end here
  std::vector<std::uint32_t> snapshots;  ///< the rows' snapshots, grouped by viewer
};

void rank_viewers(const std::vector<ViewerKey>& keys, Scratch& scratch) {
  scratch.sorted_keys.clear();
  for (std::uint32_t viewer = 0; viewer < keys.size(); ++viewer) scratch.sorted_keys.emplace_back(keys[viewer], viewer);
  std::sort(scratch.sorted_keys.begin(), scratch.sorted_keys.end());
  scratch.rank_of.resize(keys.size());
  for (std::uint32_t rank = 0; rank < keys.size(); ++rank) scratch.rank_of[scratch.sorted_keys[rank].second] = rank;
}

/// Counting sort of the rows by viewer; rows outside of the window are left out.
void group_rows(const RowList& rows, std::span<const std::uint32_t> snapshot_of_record, Scratch& scratch) {
  std::vector<std::uint32_t>& ends = scratch.ends;
  ends.assign(scratch.rank_of.size() + 1, 0);
  for (std::size_t c = 0; c < rows.num_chunks(); ++c) {
    for (const Row row : rows.chunk(c)) {
      if (snapshot_of_record[row.record] != kOutside) ++ends[scratch.rank_of[row.viewer] + 1];
    }
  }
  // ends[r + 1] is where group r begins, and moves to its end while it is filled.
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  scratch.snapshots.resize(ends.back());
  std::rotate(ends.begin(), ends.end() - 1, ends.end());
  ends[0] = 0;
  for (std::size_t c = 0; c < rows.num_chunks(); ++c) {
    for (const Row row : rows.chunk(c)) {
      const std::uint32_t snapshot = snapshot_of_record[row.record];
      if (snapshot != kOutside) scratch.snapshots[ends[scratch.rank_of[row.viewer] + 1]++] = snapshot;
    }
  }
}

class SliceBuilder {
 public:
  SliceBuilder(const Resolution& resolution, std::span<std::uint32_t> chatters_of_snapshot, Slice& slice)
      : resolution_(resolution), chatters_of_snapshot_(chatters_of_snapshot), slice_(slice) {
    slice_.num_by_channel.assign(resolution.channels.size(), 0);
  }

  /// Adds the next viewer with the snapshots in which it was seen, in any order, with duplicates.
  void add_viewer(const ViewerKey& key, std::span<std::uint32_t> snapshots) {
    if (snapshots.empty()) return;  // seen outside of the window only
    std::sort(snapshots.begin(), snapshots.end());
    const auto unique_end = std::unique(snapshots.begin(), snapshots.end());
    const std::span<const std::uint32_t> distinct(snapshots.begin(), unique_end);
    slice_.num_presence_rows += distinct.size();
    slice_.num_duplicate_rows += snapshots.size() - distinct.size();
    for (std::size_t begin = 0; begin < distinct.size();) {
      // Snapshots are sorted by channel: those of one channel follow each other.
      const std::uint32_t channel = resolution_.snapshots[distinct[begin]].channel;
      std::size_t end = begin;
      for (; end < distinct.size() && resolution_.snapshots[distinct[end]].channel == channel; ++end) count_chatter(distinct[end]);
      slice_.channels.push_back(channel);
      slice_.counts.push_back(static_cast<std::uint16_t>(std::min<std::size_t>(end - begin, std::numeric_limits<std::uint16_t>::max())));
      ++slice_.num_by_channel[channel];
      begin = end;
    }
    slice_.viewers.push_back(key);
    slice_.ends.push_back(static_cast<std::uint32_t>(slice_.channels.size()));
  }

 private:
  void count_chatter(std::uint32_t snapshot) {
    if (resolution_.snapshots[snapshot].viewer_count != kNoViewerCount && resolution_.snapshots[snapshot].viewer_count > 0) return;
    // An integer sum: the order of the partitions does not matter.
    std::atomic_ref(chatters_of_snapshot_[snapshot]).fetch_add(1, std::memory_order_relaxed);
  }

  const Resolution& resolution_;
  std::span<std::uint32_t> chatters_of_snapshot_;
  Slice& slice_;
};

void add_partition(ViewerPartition& partition, const Resolution& resolution, Scratch& scratch, SliceBuilder& builder) {
  rank_viewers(partition.keys(), scratch);
  group_rows(partition.rows(), resolution.snapshot_of_record, scratch);
  partition.clear();
  std::uint32_t begin = 0;
  for (std::size_t rank = 0; rank < scratch.sorted_keys.size(); ++rank) {
    const std::uint32_t end = scratch.ends[rank + 1];
    builder.add_viewer(scratch.sorted_keys[rank].first, std::span(scratch.snapshots).subspan(begin, end - begin));
    begin = end;
  }
}

}  // namespace

// Slices in order hold ascending viewers, so each row comes out sorted.
void fill_rows(std::span<const Slice> slices, std::uint32_t num_channels, BuiltIncidence& built, ThreadPool& pool) {
  Incidence& incidence = built.incidence;
  incidence.offsets.assign(num_channels + std::size_t{1}, 0);
  std::vector<std::uint64_t> cursors(slices.size() * num_channels);  // where a slice's part of a row begins
  std::uint64_t at = 0;
  for (std::uint32_t channel = 0; channel < num_channels; ++channel) {
    for (std::size_t s = 0; s < slices.size(); ++s) {
      cursors[s * num_channels + channel] = at;
      at += slices[s].num_by_channel[channel];
    }
    incidence.offsets[channel + std::size_t{1}] = at;
  }
  incidence.viewers.resize(at);
  incidence.counts.resize(at);
  std::vector<std::uint32_t> first_viewer{0};
  for (const Slice& slice : slices) first_viewer.push_back(first_viewer.back() + static_cast<std::uint32_t>(slice.viewers.size()));
  incidence.num_viewers = first_viewer.back();
  built.viewers.resize(incidence.num_viewers);
  pool.parallel_for(slices.size(), 1, [&](std::size_t s, std::size_t /*end*/, unsigned /*worker*/) {
    const Slice& slice = slices[s];
    std::copy(slice.viewers.begin(), slice.viewers.end(), built.viewers.begin() + first_viewer[s]);
    const std::span cursor = std::span(cursors).subspan(s * num_channels, num_channels);
    std::uint32_t membership = 0;
    for (std::uint32_t viewer = 0; viewer < slice.viewers.size(); ++viewer) {
      for (; membership < slice.ends[viewer]; ++membership) {
        const std::uint64_t place = cursor[slice.channels[membership]]++;
        incidence.viewers[place] = first_viewer[s] + viewer;
        incidence.counts[place] = slice.counts[membership];
      }
    }
  });
}

std::vector<Slice> slice_rows(ViewerPartitions& partitions, const Resolution& resolution, std::span<std::uint32_t> chatters_of_snapshot,
                              ThreadPool& pool) {
  // A slice counts memberships by channel; fewer slices where there are absurdly many channels.
  constexpr std::size_t kManyChannels = 100'000;
  const std::size_t partitions_per_slice = resolution.channels.size() > kManyChannels ? 8 : 1;
  std::vector<Slice> slices(ViewerPartitions::kCount / partitions_per_slice);
  std::vector<Scratch> scratches(pool.threads());
  pool.parallel_for(ViewerPartitions::kCount, partitions_per_slice, [&](std::size_t begin, std::size_t end, unsigned worker) {
    SliceBuilder builder(resolution, chatters_of_snapshot, slices[begin / partitions_per_slice]);
    for (std::size_t p = begin; p < end; ++p) add_partition(partitions[p], resolution, scratches[worker], builder);
  });
  return slices;
}

BuiltIncidence build_incidence(ViewerPartitions& partitions, const Resolution& resolution, ThreadPool& pool) {
  BuiltIncidence built;
  built.chatters_of_snapshot.assign(resolution.snapshots.size(), 0);
  const std::vector<Slice> slices = slice_rows(partitions, resolution, built.chatters_of_snapshot, pool);
  fill_rows(slices, static_cast<std::uint32_t>(resolution.channels.size()), built, pool);
  for (const Slice& slice : slices) {
    built.num_presence_rows += slice.num_presence_rows;
    built.num_duplicate_rows += slice.num_duplicate_rows;
  }
  return built;
}

}  // namespace vieweratlas::presence_internal
