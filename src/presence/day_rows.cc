#include "presence/day_rows.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "presence/day_snapshots.h"
#include "presence/intake.h"
#include "presence/viewer_key.h"
#include "presence/viewer_partitions.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/day.h"
#include "vieweratlas/presence/read_days.h"

namespace vieweratlas::presence_internal {
namespace {

// Numbers are as good as random, so that their top bits deal viewers out evenly to slices, which share nothing and in order hold ascending
// numbers.
constexpr std::size_t kNumSlices = 64;
std::size_t slice_of(std::int64_t number) { return static_cast<std::uint64_t>(number) >> 57U & (kNumSlices - 1); }

/// A row, packed so that the rows of a viewer are in order when they are sorted: those of a bucket follow each other, and of these the one
/// with most messages comes last.
using Packed = std::uint64_t;
Packed pack(std::uint32_t bucket, std::uint32_t messages) { return Packed{bucket} << 32U | messages; }
std::uint32_t bucket_of(Packed row) { return static_cast<std::uint32_t>(row >> 32U); }
std::uint32_t messages_of(Packed row) { return static_cast<std::uint32_t>(row); }

/// Rows that are counted for one viewer. A viewer may have several of these: of an id, and of the logins that are its.
struct Holder {
  std::int64_t number = 0;
  const ViewerKey* key = nullptr;
  std::span<Packed> rows;
};

/// Whom the rows of a viewer are counted for.
struct Owner {
  ViewerKey key;
  std::int64_t number = 0;
};

class DayRowBuilder {
 public:
  DayRowBuilder(ViewerPartitions& partitions, const DaySnapshots& snapshots, std::span<const NamePair> pairs, const ViewerNumbering& number,
                ThreadPool& pool)
      : partitions_(partitions), snapshots_(snapshots), pairs_(pairs), number_(number), pool_(pool) {
    result_.counts.resize(snapshots.buckets.size());
    result_.rows.resize(snapshots.lists.size());
    result_.aliases.resize(snapshots.days.size());
  }

  DayRows run() && {
    number_viewers();
    number_pairs();
    deal_out();
    sort_slices();
    build_lists();
    return std::move(result_);
  }

 private:
  void number_viewers() {
    pool_.parallel_for(ViewerPartitions::kCount, 1, [&](std::size_t p, std::size_t /*end*/, unsigned /*worker*/) {
      numbers_[p].reserve(partitions_[p].keys().size());
      for (const ViewerKey& key : partitions_[p].keys()) numbers_[p].push_back(number_(key));
    });
  }

  [[nodiscard]] std::int64_t number_of(const ViewerKey& key) {
    const std::size_t p = ViewerPartitions::partition_of(key);
    const auto viewer = partitions_[p].find(key);
    return viewer ? numbers_[p][*viewer] : number_(key);
  }

  [[nodiscard]] std::uint32_t index_of_day(DayNumber day) const {
    return static_cast<std::uint32_t>(std::lower_bound(snapshots_.days.begin(), snapshots_.days.end(), day) - snapshots_.days.begin());
  }

  /// Turns pairs of names into pairs of numbers, and notes which viewers are somebody else's logins.
  void number_pairs() {
    std::vector<DayAlias> aliases(pairs_.size());
    constexpr std::size_t kGrain = 4096;
    pool_.parallel_for(pairs_.size(), kGrain, [&](std::size_t begin, std::size_t end, unsigned /*worker*/) {
      for (std::size_t i = begin; i < end; ++i) {
        aliases[i] = {.login = number_of(pairs_[i].login), .viewer = number_of(pairs_[i].id), .is_listed = pairs_[i].is_listed};
      }
    });
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const NamePair& pair = pairs_[i];
      const std::uint32_t day = index_of_day(pair.day);
      result_.aliases[day].push_back(aliases[i]);
      if (pair.is_listed) continue;
      // Sorted: of several ids of a login the smallest comes first, and stays (AliasTable).
      const std::size_t p = ViewerPartitions::partition_of(pair.login);
      if (const auto viewer = partitions_[p].find(pair.login)) {
        owners_[p].try_emplace(place_of(day, *viewer), Owner{.key = pair.id, .number = aliases[i].viewer});
      }
    }
    for (std::vector<DayAlias>& day : result_.aliases) {
      std::sort(day.begin(), day.end(), [](const DayAlias& a, const DayAlias& b) {
        return std::tuple(a.login, a.viewer, a.is_listed) < std::tuple(b.login, b.viewer, b.is_listed);
      });
      day.erase(std::unique(day.begin(), day.end()), day.end());
    }
  }

  /// Of a viewer of a partition on a day.
  static std::uint64_t place_of(std::uint32_t day, std::uint32_t viewer) { return std::uint64_t{day} << 32U | viewer; }

  /// Whom the rows of a viewer are counted for on a day, where that is somebody else.
  [[nodiscard]] const Owner* owner_of(std::size_t p, std::uint32_t viewer, std::uint32_t bucket) const {
    if (owners_[p].empty()) return nullptr;
    const auto owner = owners_[p].find(place_of(snapshots_.buckets[bucket].day, viewer));
    return owner == owners_[p].end() ? nullptr : &owner->second;
  }

  /// Puts the rows of each viewer next to each other, and gives each slice those who are its.
  void deal_out() {
    dealt_.resize(ViewerPartitions::kCount);
    pool_.parallel_for(ViewerPartitions::kCount, 1, [&](std::size_t p, std::size_t /*end*/, unsigned /*worker*/) { deal_out(p); });
    for (const std::vector<Packed>& rows : packed_) result_.num_rows += rows.size();
  }

  void deal_out(std::size_t p) {
    const std::vector<std::uint32_t> ends = gather_rows(p);
    std::vector<Packed>& rows = packed_[p];
    std::uint32_t begin = 0;
    for (std::uint32_t viewer = 0; viewer < ends.size(); ++viewer) {
      std::span<Packed> theirs(rows.data() + begin, ends[viewer] - begin);
      begin = ends[viewer];
      if (!owners_[p].empty()) theirs = hand_over_owned(p, viewer, theirs);
      if (!theirs.empty()) hold({.number = numbers_[p][viewer], .key = &partitions_[p].keys()[viewer], .rows = theirs}, p);
    }
    partitions_[p].clear_rows();
  }

  void hold(const Holder& holder, std::size_t p) { dealt_[p][slice_of(holder.number)].push_back(holder); }

  /// Gives rows to whom they are counted for; what is left are the viewer's own.
  std::span<Packed> hand_over_owned(std::size_t p, std::uint32_t viewer, std::span<Packed> rows) {
    const auto first =
        std::stable_partition(rows.begin(), rows.end(), [&](Packed row) { return owner_of(p, viewer, bucket_of(row)) == nullptr; });
    for (auto row = first; row != rows.end(); ++row) {
      const Owner* owner = owner_of(p, viewer, bucket_of(*row));
      hold({.number = owner->number, .key = &owner->key, .rows = {&*row, 1}}, p);
    }
    return rows.first(static_cast<std::size_t>(first - rows.begin()));
  }

  /// Fills packed_[p], viewer by viewer; returns where the rows of each end.
  std::vector<std::uint32_t> gather_rows(std::size_t p) {
    const RowList& rows = partitions_[p].rows();
    const std::vector<std::uint32_t>& messages = partitions_[p].messages();
    std::vector<std::uint32_t> ends(numbers_[p].size(), 0);
    for (std::size_t c = 0; c < rows.num_chunks(); ++c) {
      for (const Row& row : rows.chunk(c)) ++ends[row.viewer];
    }
    std::uint32_t sum = 0;
    for (std::uint32_t& end : ends) sum += std::exchange(end, sum);
    packed_[p].resize(rows.size());
    std::size_t i = 0;
    for (std::size_t c = 0; c < rows.num_chunks(); ++c) {
      for (const Row& row : rows.chunk(c)) {
        packed_[p][ends[row.viewer]++] = pack(snapshots_.bucket_of_record[row.record], messages[i++]);
      }
    }
    return ends;
  }

  /// Sorts slices by number and rows by bucket, and counts what there is.
  void sort_slices() {
    slices_.resize(kNumSlices);
    num_day_rows_.assign(kNumSlices, std::vector<std::size_t>(snapshots_.lists.size(), 0));
    std::vector<std::vector<BucketCounts>> counts(pool_.threads());
    std::vector<std::uint64_t> num_collisions(kNumSlices, 0);
    pool_.parallel_for(kNumSlices, 1, [&](std::size_t s, std::size_t /*end*/, unsigned worker) {
      counts[worker].resize(snapshots_.buckets.size());
      for (auto& partition : dealt_) {
        slices_[s].insert(slices_[s].end(), partition[s].begin(), partition[s].end());
        partition[s] = {};
      }
      std::sort(slices_[s].begin(), slices_[s].end(), [](const Holder& a, const Holder& b) { return a.number < b.number; });
      for_each_viewer(slices_[s], [&](std::span<const Holder> holders, std::span<const Packed> rows) {
        if (holders.size() > 1) num_collisions[s] += collisions_of(holders);
        count(rows, counts[worker]);
        for_each_day_row(
            rows, [&](std::span<const Packed> of_channel) { ++num_day_rows_[s][snapshots_.buckets[bucket_of(of_channel.front())].list]; });
      });
    });
    for (const std::uint64_t collisions : num_collisions) result_.num_number_collisions += collisions;
    for (const std::vector<BucketCounts>& of_worker : counts) {
      for (std::size_t b = 0; b < of_worker.size(); ++b) {
        result_.counts[b].num_viewers += of_worker[b].num_viewers;
        result_.counts[b].num_duplicates += of_worker[b].num_duplicates;
      }
    }
  }

  /// Calls body(holders, rows) for each number; `rows` are sorted, and stay so.
  template <class Body>
  static void for_each_viewer(std::span<const Holder> slice, const Body& body) {
    std::vector<Packed> joined;
    for (std::size_t begin = 0; begin < slice.size();) {
      std::size_t end = begin + 1;
      while (end < slice.size() && slice[end].number == slice[begin].number) ++end;
      // Neighbours by number are anywhere in memory.
      constexpr std::size_t kAhead = 12;
      if (end + kAhead < slice.size()) __builtin_prefetch(slice[end + kAhead].rows.data());
      const std::span<const Holder> holders = slice.subspan(begin, end - begin);
      const std::span<Packed> first = holders.front().rows;
      if (!std::is_sorted(first.begin(), first.end())) std::sort(first.begin(), first.end());
      std::span<const Packed> rows = first;
      if (holders.size() > 1) {
        joined.clear();
        for (const Holder& holder : holders) joined.insert(joined.end(), holder.rows.begin(), holder.rows.end());
        std::sort(joined.begin(), joined.end());
        rows = joined;
      }
      body(holders, rows);
      begin = end;
    }
  }

  /// Calls body(rows) for the rows of each list and channel among those of a viewer.
  template <class Body>
  void for_each_day_row(std::span<const Packed> rows, const Body& body) const {
    for (std::size_t begin = 0; begin < rows.size();) {
      const DayBucket& first = snapshots_.buckets[bucket_of(rows[begin])];
      std::size_t end = begin + 1;
      for (; end < rows.size(); ++end) {
        const DayBucket& bucket = snapshots_.buckets[bucket_of(rows[end])];
        if (bucket.list != first.list || bucket.channel != first.channel) break;
      }
      body(rows.subspan(begin, end - begin));
      begin = end;
    }
  }

  static void count(std::span<const Packed> rows, std::vector<BucketCounts>& counts) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      BucketCounts& bucket = counts[bucket_of(rows[i])];
      const bool is_again = i > 0 && bucket_of(rows[i]) == bucket_of(rows[i - 1]);
      ++(is_again ? bucket.num_duplicates : bucket.num_viewers);
    }
  }

  /// Viewers who share a number with another of their day: none, in practice.
  [[nodiscard]] std::uint64_t collisions_of(std::span<const Holder> holders) const {
    const auto is_same = [&](const Holder& holder) { return *holder.key == *holders.front().key; };
    if (std::all_of(holders.begin(), holders.end(), is_same)) return 0;
    std::set<std::pair<std::uint32_t, ViewerKey>> viewers;
    std::set<std::uint32_t> days;
    for (const Holder& holder : holders) {
      for (const Packed row : holder.rows) {
        const std::uint32_t day = snapshots_.buckets[bucket_of(row)].day;
        viewers.emplace(day, *holder.key);
        days.insert(day);
      }
    }
    return viewers.size() - days.size();
  }

  void build_lists() {
    for (std::size_t list = 0; list < result_.rows.size(); ++list) {
      std::size_t at = 0;
      for (auto& of_slice : num_day_rows_) at += std::exchange(of_slice[list], at);
      result_.rows[list].resize(at);
    }
    pool_.parallel_for(kNumSlices, 1, [&](std::size_t s, std::size_t /*end*/, unsigned /*worker*/) {
      std::vector<std::size_t>& places = num_day_rows_[s];
      for_each_viewer(slices_[s], [&](std::span<const Holder> holders, std::span<const Packed> rows) {
        for_each_day_row(rows, [&](std::span<const Packed> of_channel) {
          const std::uint32_t list = snapshots_.buckets[bucket_of(of_channel.front())].list;
          result_.rows[list][places[list]++] = day_row(holders.front().number, of_channel);
        });
      });
      slices_[s] = {};
    });
  }

  [[nodiscard]] DayRow day_row(std::int64_t viewer, std::span<const Packed> rows) const {
    const DayBucket& first = snapshots_.buckets[bucket_of(rows.front())];
    DayRow row{.viewer = viewer, .channel = first.channel, .first_min = first.minute};
    std::int64_t messages = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (i + 1 < rows.size() && bucket_of(rows[i + 1]) == bucket_of(rows[i])) continue;
      ++row.buckets;
      messages += messages_of(rows[i]);
    }
    row.messages = static_cast<std::int32_t>(std::min<std::int64_t>(messages, std::numeric_limits<std::int32_t>::max()));
    row.last_min = snapshots_.buckets[bucket_of(rows.back())].minute;
    return row;
  }

  ViewerPartitions& partitions_;
  const DaySnapshots& snapshots_;
  std::span<const NamePair> pairs_;
  const ViewerNumbering& number_;
  ThreadPool& pool_;
  std::array<std::vector<std::int64_t>, ViewerPartitions::kCount> numbers_;                // by number in the partition
  std::array<std::unordered_map<std::uint64_t, Owner>, ViewerPartitions::kCount> owners_;  // by place_of(); of logins alone
  std::array<std::vector<Packed>, ViewerPartitions::kCount> packed_;
  std::vector<std::array<std::vector<Holder>, kNumSlices>> dealt_;  // of each partition
  std::vector<std::vector<Holder>> slices_;                         // sorted by number
  std::vector<std::vector<std::size_t>> num_day_rows_;              // of each slice, by list
  DayRows result_;
};

}  // namespace

DayRows build_day_rows(ViewerPartitions& partitions, const DaySnapshots& snapshots, std::span<const NamePair> pairs,
                       const ViewerNumbering& number, ThreadPool& pool) {
  return DayRowBuilder(partitions, snapshots, pairs, number, pool).run();
}

}  // namespace vieweratlas::presence_internal
