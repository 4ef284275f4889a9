#include "collect/recent_ids.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::chrono::minutes kShortestMemory{10};
constexpr std::size_t kMaxIdsInTable = std::size_t{1} << 20U;
constexpr std::size_t kLeastSlots = 1024;

}  // namespace

bool RecentIds::add(std::uint64_t id, SteadyTime now) {
  id = std::max<std::uint64_t>(id, 1);
  if (!begun_) begun_ = now;
  if (newer_.size() >= kMaxIdsInTable || now - *begun_ >= kShortestMemory) {
    std::swap(newer_, older_);
    newer_.clear();
    begun_ = now;
  }
  if (newer_.contains(id) || older_.contains(id)) return false;
  newer_.insert(id);
  return true;
}

std::size_t RecentIds::Table::place_of(std::uint64_t id) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t place = static_cast<std::size_t>(mix64(id)) & mask;
  while (slots_[place] != 0 && slots_[place] != id) place = (place + 1) & mask;
  return place;
}

bool RecentIds::Table::contains(std::uint64_t id) const { return !slots_.empty() && slots_[place_of(id)] == id; }

void RecentIds::Table::insert(std::uint64_t id) {
  if (2 * (size_ + 1) > slots_.size()) grow();
  slots_[place_of(id)] = id;
  ++size_;
}

void RecentIds::Table::grow() {
  std::vector<std::uint64_t> old(std::max(kLeastSlots, 2 * slots_.size()), 0);
  std::swap(old, slots_);
  for (const std::uint64_t id : old) {
    if (id != 0) slots_[place_of(id)] = id;
  }
}

void RecentIds::Table::clear() {
  std::fill(slots_.begin(), slots_.end(), 0);
  size_ = 0;
}

}  // namespace vieweratlas::collect_internal
