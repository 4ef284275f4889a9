#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vieweratlas::collect_internal {

/// How often each viewer was seen in one channel: open addressing over (viewer, count), 10 to 15 bytes a viewer.
class PairCounts {
 public:
  /// True when the viewer is new here. Counts stop at 2^32 - 1. `viewer` < 2^32 - 1.
  bool add(std::uint32_t viewer, std::uint32_t count);
  [[nodiscard]] bool contains(std::uint32_t viewer) const { return !slots_.empty() && slots_[place_of(viewer)].mark != 0; }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  /// Calls visit(viewer, count) in no order that means anything.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.mark != 0) visit(slot.mark - 1, slot.count);
    }
  }
  [[nodiscard]] std::size_t memory_bytes() const { return slots_.capacity() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint32_t mark = 0;  // viewer + 1; 0 = empty
    std::uint32_t count = 0;
  };

  [[nodiscard]] std::size_t place_of(std::uint32_t viewer) const;
  void grow();

  std::vector<Slot> slots_;  // at most four fifths full
  std::uint32_t size_ = 0;
};

}  // namespace vieweratlas::collect_internal
