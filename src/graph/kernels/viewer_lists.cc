// Transposition by blocks of viewers. The rows of the incidence ascend, so the part of each row that falls into one block is
// contiguous: a block reads C such parts in order and writes only to its own few hundred kilobytes, which stay in the cache of the
// core that builds it. Nothing is shared between blocks.

#include "graph/kernels/viewer_lists.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas::graph_internal {
namespace {

// Blocks of 2^12 to 2^16 viewers: at 5-10 channels a viewer and 2 bytes a channel at most about 1 MiB, the second-level cache of a
// core; and about 64 blocks where there are enough viewers, so that threads find work.
constexpr unsigned kMinBlockBits = 12;
constexpr unsigned kMaxBlockBits = 16;
constexpr std::uint32_t kWantedBlocks = 64;

unsigned block_bits(std::uint32_t num_viewers) {
  return std::clamp(static_cast<unsigned>(std::bit_width(num_viewers / kWantedBlocks)), kMinBlockBits, kMaxBlockBits);
}

}  // namespace

template <typename Id>
ViewerLists<Id>::ViewerLists(const Incidence& incidence, ThreadPool& pool) {
  bits_ = block_bits(incidence.num_viewers);
  mask_ = (1U << bits_) - 1;
  const std::size_t num_blocks = (std::size_t{incidence.num_viewers} + mask_) >> bits_;
  blocks_.resize(num_blocks);
  struct Cursors {
    std::vector<std::uint64_t> begin;
    std::vector<std::uint64_t> end;
  };
  std::vector<Cursors> cursors(pool.threads());
  pool.parallel_for(num_blocks, 1, [&](std::size_t first, std::size_t last, unsigned worker) {
    for (std::size_t block = first; block < last; ++block) build(incidence, block, cursors[worker].begin, cursors[worker].end);
  });
  std::uint64_t placed = 0;
  for (const Block& block : blocks_) placed += block.offsets[block.size];
  VA_CHECK(placed == incidence.num_memberships());  // rows that do not ascend would lose entries
}

template <typename Id>
void ViewerLists<Id>::build(const Incidence& incidence, std::size_t block_index, std::vector<std::uint64_t>& begin,
                            std::vector<std::uint64_t>& end) {
  const std::uint32_t num_channels = incidence.num_channels();
  const auto first_viewer = static_cast<std::uint32_t>(block_index << bits_);
  Block& block = blocks_[block_index];
  block.size = std::min(incidence.num_viewers - first_viewer, mask_ + 1);
  block.offsets = std::make_unique<std::uint32_t[]>(std::size_t{block.size} + 1);
  const std::uint32_t* viewers = incidence.viewers.data();
  begin.resize(num_channels);
  end.resize(num_channels);
  std::uint64_t total = 0;
  // offsets[i + 1] = degree of viewer i.
  for (std::uint32_t channel = 0; channel < num_channels; ++channel) {
    const std::uint32_t* row_end = viewers + incidence.offsets[channel + 1];
    const std::uint32_t* at = std::lower_bound(viewers + incidence.offsets[channel], row_end, first_viewer);
    begin[channel] = static_cast<std::uint64_t>(at - viewers);
    for (; at != row_end && *at - first_viewer < block.size; ++at) ++block.offsets[*at - first_viewer + 1];
    end[channel] = static_cast<std::uint64_t>(at - viewers);
    total += end[channel] - begin[channel];
  }
  VA_CHECK(total <= std::numeric_limits<std::uint32_t>::max());  // 2^16 viewers in 2^16 channels each: beyond any memory
  for (std::uint32_t i = 0; i < block.size; ++i) block.offsets[i + 1] += block.offsets[i];
  block.ids = std::make_unique_for_overwrite<Id[]>(block.offsets[block.size]);
  // Fill, with offsets[i] as the cursor of viewer i; afterwards each stands where the next list begins.
  for (std::uint32_t channel = 0; channel < num_channels; ++channel) {
    for (std::uint64_t at = begin[channel]; at < end[channel]; ++at) {
      block.ids[block.offsets[viewers[at] - first_viewer]++] = static_cast<Id>(channel);
    }
  }
  for (std::uint32_t i = block.size; i > 0; --i) block.offsets[i] = block.offsets[i - 1];
  block.offsets[0] = 0;
}

template class ViewerLists<std::uint16_t>;
template class ViewerLists<std::uint32_t>;

}  // namespace vieweratlas::graph_internal
