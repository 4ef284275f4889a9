#include "collect/pair_counts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace vieweratlas::collect_internal {
namespace {

constexpr std::size_t kLeastSlots = 4;

}  // namespace

std::size_t PairCounts::place_of(std::uint32_t viewer) const {
  // Sizes are no powers of two (they grow by a half, which wastes less): the high bits of a product choose the place.
  const std::uint32_t mixed = viewer * 2'654'435'769U;  // 2^32 / golden ratio
  std::size_t place = static_cast<std::size_t>((std::uint64_t{mixed} * slots_.size()) >> 32U);
  while (slots_[place].mark != 0 && slots_[place].mark != viewer + 1) place = place + 1 == slots_.size() ? 0 : place + 1;
  return place;
}

bool PairCounts::add(std::uint32_t viewer, std::uint32_t count) {
  if (5 * (size_ + std::size_t{1}) > 4 * slots_.size()) grow();
  Slot& slot = slots_[place_of(viewer)];
  const bool is_new = slot.mark == 0;
  slot.mark = viewer + 1;
  slot.count += std::min(count, std::numeric_limits<std::uint32_t>::max() - slot.count);
  size_ += is_new ? 1 : 0;
  return is_new;
}

void PairCounts::grow() {
  std::vector<Slot> old(std::max(kLeastSlots, slots_.size() + slots_.size() / 2));
  std::swap(old, slots_);
  for (const Slot& slot : old) {
    if (slot.mark != 0) slots_[place_of(slot.mark - 1)] = slot;
  }
}

}  // namespace vieweratlas::collect_internal
