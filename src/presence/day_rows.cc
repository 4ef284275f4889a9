#include "presence/day_rows.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
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

namespace vieweratlas::presence_internal {
namespace {

// Numbers are as good as random, so that their top bits deal viewers out evenly to slices, which share nothing and in order hold ascending
// numbers.
constexpr std::size_t kNumSlices = 64;
std::size_t slice_of(std::int64_t number) { return static_cast<std::uint64_t>(number) >> 57U & (kNumSlices - 1); }

/// A row on its way from a partition to a slice. Sorted, the rows of a viewer follow each other, those of a bucket in it, and of these
/// the one with most messages comes last.
struct Sorted {
  std::int64_t number = 0;
  std::uint64_t bucket_and_messages = 0;

  friend auto operator<=>(const Sorted&, const Sorted&) = default;
};
std::uint32_t bucket_of(const Sorted& row) { return static_cast<std::uint32_t>(row.bucket_and_messages >> 32U); }
std::uint32_t messages_of(const Sorted& row) { return static_cast<std::uint32_t>(row.bucket_and_messages); }

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
    find_shared_numbers();
    deal_out();
    count_collisions();
    build_slices();
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

  [[nodiscard]] std::int64_t owner_number(std::size_t p, const Row& row, std::uint32_t bucket) const {
    if (owners_[p].empty()) return numbers_[p][row.viewer];
    const auto owner = owners_[p].find(place_of(snapshots_.buckets[bucket].day, row.viewer));
    return owner == owners_[p].end() ? numbers_[p][row.viewer] : owner->second.number;
  }

  /// Numbers that may stand for several keys: none, in practice.
  void find_shared_numbers() {
    std::vector<std::array<std::vector<std::int64_t>, kNumSlices>> dealt(ViewerPartitions::kCount);
    pool_.parallel_for(ViewerPartitions::kCount, 1, [&](std::size_t p, std::size_t /*end*/, unsigned /*worker*/) {
      for (const std::int64_t number : numbers_[p]) dealt[p][slice_of(number)].push_back(number);
      for (const auto& [place, owner] : owners_[p]) dealt[p][slice_of(owner.number)].push_back(owner.number);
    });
    std::array<std::vector<std::int64_t>, kNumSlices> shared;
    pool_.parallel_for(kNumSlices, 1, [&](std::size_t s, std::size_t /*end*/, unsigned /*worker*/) {
      std::vector<std::int64_t> numbers;
      for (const auto& slices : dealt) numbers.insert(numbers.end(), slices[s].begin(), slices[s].end());
      std::sort(numbers.begin(), numbers.end());
      for (std::size_t i = 1; i < numbers.size(); ++i) {
        if (numbers[i] == numbers[i - 1]) shared[s].push_back(numbers[i]);
      }
    });
    for (const auto& slice : shared) shared_numbers_.insert(shared_numbers_.end(), slice.begin(), slice.end());
  }

  /// Gives each slice its rows, in one array.
  void deal_out() {
    std::vector<std::array<std::size_t, kNumSlices>> places(ViewerPartitions::kCount);
    pool_.parallel_for(ViewerPartitions::kCount, 1, [&](std::size_t p, std::size_t /*end*/, unsigned /*worker*/) {
      for_each_row(p, [&](std::int64_t number, std::uint32_t /*bucket*/, std::uint32_t /*messages*/, const Row& /*row*/) {
        ++places[p][slice_of(number)];
      });
    });
    std::size_t at = 0;
    for (std::size_t s = 0; s < kNumSlices; ++s) {
      begins_[s] = at;
      for (auto& partition : places) at += std::exchange(partition[s], at);
    }
    begins_[kNumSlices] = at;
    result_.num_rows = at;
    rows_ = std::make_unique_for_overwrite<Sorted[]>(at);
    pool_.parallel_for(ViewerPartitions::kCount, 1, [&](std::size_t p, std::size_t /*end*/, unsigned /*worker*/) {
      for_each_row(p, [&](std::int64_t number, std::uint32_t bucket, std::uint32_t messages, const Row& row) {
        rows_[places[p][slice_of(number)]++] = {.number = number, .bucket_and_messages = std::uint64_t{bucket} << 32U | messages};
        note_if_shared(p, number, bucket, row);
      });
      partitions_[p].clear();
    });
  }

  template <class Body>
  void for_each_row(std::size_t p, const Body& body) const {
    const RowList& rows = partitions_[p].rows();
    const std::vector<std::uint32_t>& messages = partitions_[p].messages();
    std::size_t i = 0;
    for (std::size_t c = 0; c < rows.num_chunks(); ++c) {
      for (const Row& row : rows.chunk(c)) {
        const std::uint32_t bucket = snapshots_.bucket_of_record[row.record];
        body(owner_number(p, row, bucket), bucket, messages[i++], row);
      }
    }
  }

  void note_if_shared(std::size_t p, std::int64_t number, std::uint32_t bucket, const Row& row) {
    if (shared_numbers_.empty() || !std::binary_search(shared_numbers_.begin(), shared_numbers_.end(), number)) return;
    const std::uint32_t day = snapshots_.buckets[bucket].day;
    const auto owner = owners_[p].find(place_of(day, row.viewer));
    const std::lock_guard lock(mutex_);
    sharers_.emplace_back(day, number, owner == owners_[p].end() ? partitions_[p].keys()[row.viewer] : owner->second.key);
  }

  void count_collisions() {
    std::sort(sharers_.begin(), sharers_.end());
    sharers_.erase(std::unique(sharers_.begin(), sharers_.end()), sharers_.end());
    for (std::size_t i = 1; i < sharers_.size(); ++i) {
      const auto& [day, number, key] = sharers_[i];
      if (std::get<0>(sharers_[i - 1]) == day && std::get<1>(sharers_[i - 1]) == number) ++result_.num_number_collisions;
    }
  }

  void build_slices() {
    std::vector<std::vector<std::vector<DayRow>>> slices(kNumSlices);
    pool_.parallel_for(kNumSlices, 1, [&](std::size_t s, std::size_t /*end*/, unsigned /*worker*/) {
      slices[s].resize(snapshots_.lists.size());
      const std::span rows(rows_.get() + begins_[s], begins_[s + 1] - begins_[s]);
      std::sort(rows.begin(), rows.end());
      build_slice(rows, slices[s]);
    });
    rows_.reset();
    pool_.parallel_for(result_.rows.size(), 1, [&](std::size_t list, std::size_t /*end*/, unsigned /*worker*/) {
      std::size_t size = 0;
      for (const auto& slice : slices) size += slice[list].size();
      result_.rows[list].reserve(size);
      for (auto& slice : slices) {
        result_.rows[list].insert(result_.rows[list].end(), slice[list].begin(), slice[list].end());
        slice[list] = {};
      }
    });
  }

  void build_slice(std::span<const Sorted> rows, std::vector<std::vector<DayRow>>& lists) {
    for (std::size_t begin = 0; begin < rows.size();) {
      const std::uint32_t bucket = bucket_of(rows[begin]);
      std::size_t end = begin + 1;
      while (end < rows.size() && rows[end].number == rows[begin].number && bucket_of(rows[end]) == bucket) ++end;
      // Integer sums: the order of the slices does not matter.
      std::atomic_ref(result_.counts[bucket].num_viewers).fetch_add(1, std::memory_order_relaxed);
      if (end - begin > 1) {
        std::atomic_ref(result_.counts[bucket].num_duplicates)
            .fetch_add(static_cast<std::uint32_t>(end - begin - 1), std::memory_order_relaxed);
      }
      add_to(lists[snapshots_.buckets[bucket].list], rows[end - 1]);
      begin = end;
    }
  }

  void add_to(std::vector<DayRow>& list, const Sorted& row) const {
    const DayBucket& bucket = snapshots_.buckets[bucket_of(row)];
    if (list.empty() || list.back().viewer != row.number || list.back().channel != bucket.channel) {
      list.push_back({.viewer = row.number, .channel = bucket.channel, .first_min = bucket.minute});
    }
    DayRow& last = list.back();
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    ++last.buckets;
    last.messages = static_cast<std::int32_t>(std::min(last.messages + std::int64_t{messages_of(row)}, kMost));
    last.last_min = bucket.minute;
  }

  ViewerPartitions& partitions_;
  const DaySnapshots& snapshots_;
  std::span<const NamePair> pairs_;
  const ViewerNumbering& number_;
  ThreadPool& pool_;
  std::array<std::vector<std::int64_t>, ViewerPartitions::kCount> numbers_;                // by number in the partition
  std::array<std::unordered_map<std::uint64_t, Owner>, ViewerPartitions::kCount> owners_;  // by place_of(); of logins alone
  std::vector<std::int64_t> shared_numbers_;                                               // sorted
  std::unique_ptr<Sorted[]> rows_;                                                         // slice by slice
  std::array<std::size_t, kNumSlices + 1> begins_{};
  std::mutex mutex_;
  std::vector<std::tuple<std::uint32_t, std::int64_t, ViewerKey>> sharers_;  // guarded by mutex_; day, number, viewer
  DayRows result_;
};

}  // namespace

DayRows build_day_rows(ViewerPartitions& partitions, const DaySnapshots& snapshots, std::span<const NamePair> pairs,
                       const ViewerNumbering& number, ThreadPool& pool) {
  return DayRowBuilder(partitions, snapshots, pairs, number, pool).run();
}

}  // namespace vieweratlas::presence_internal
