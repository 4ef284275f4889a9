#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas::graph_internal {

/// The transposed incidence: the channels of each viewer, ascending. Id is std::uint16_t or std::uint32_t, as the number of
/// channels asks. Viewers are kept in blocks that are built one by one inside a core's cache and own their memory.
template <typename Id>
class ViewerLists {
 public:
  /// O(memberships + channels x blocks), shared out over the pool by blocks.
  ViewerLists(const Incidence& incidence, ThreadPool& pool);

  [[nodiscard]] std::size_t num_blocks() const { return blocks_.size(); }
  [[nodiscard]] std::uint32_t block_size(std::size_t block) const { return blocks_[block].size; }
  /// Channels of the viewer at `index` of `block`.
  [[nodiscard]] std::span<const Id> in_block(std::size_t block, std::uint32_t index) const {
    const Block& b = blocks_[block];
    return {b.ids.get() + b.offsets[index], b.offsets[index + 1] - b.offsets[index]};
  }
  [[nodiscard]] std::span<const Id> of(std::uint32_t viewer) const { return in_block(viewer >> bits_, viewer & mask_); }

  /// Ask the cache for what `of(viewer)` reads: first where the list is, later, when that has come, the list.
  void prefetch_place(std::uint32_t viewer) const { __builtin_prefetch(blocks_[viewer >> bits_].offsets.get() + (viewer & mask_)); }
  void prefetch_list(std::uint32_t viewer) const {
    const Block& b = blocks_[viewer >> bits_];
    __builtin_prefetch(b.ids.get() + b.offsets[viewer & mask_]);
  }

 private:
  struct Block {
    std::uint32_t size = 0;
    std::unique_ptr<std::uint32_t[]> offsets;  // size + 1, into ids
    std::unique_ptr<Id[]> ids;
  };
  void build(const Incidence& incidence, std::size_t block, std::vector<std::uint64_t>& begin, std::vector<std::uint64_t>& end);

  unsigned bits_ = 0;
  std::uint32_t mask_ = 0;
  std::vector<Block> blocks_;
};

extern template class ViewerLists<std::uint16_t>;
extern template class ViewerLists<std::uint32_t>;

}  // namespace vieweratlas::graph_internal
