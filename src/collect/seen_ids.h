#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <utility>

namespace vieweratlas::collect_internal {

/// Remembers at least the last half million of ids of a file (hashes of them), so that what was recorded twice is counted as such.
class SeenIds {
 public:
  /// True when `id` is new.
  bool add(std::uint64_t id) {
    if (older_.contains(id) || !newer_.insert(id).second) return false;
    if (newer_.size() < kMost) return true;
    older_ = std::move(newer_);
    newer_.clear();
    return true;
  }

 private:
  static constexpr std::size_t kMost = 500'000;  // 20 MB a table
  std::unordered_set<std::uint64_t> newer_;
  std::unordered_set<std::uint64_t> older_;
};

}  // namespace vieweratlas::collect_internal
