// Row-wise sparse product with a dense accumulator (Gustavson 1978), restricted to the lower triangle: row c of A A^T is the sum of
// the lists of c's viewers, of which only the ids below c count. The accumulator is one row and stays in the first- or second-level
// cache; what is far away are the lists, so they are asked for ahead of time. Rows are disjoint: threads share nothing.

#include "graph/kernels/tail_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/kernels/cell_rows.h"
#include "graph/kernels/packed.h"
#include "graph/kernels/viewer_lists.h"

#include "vieweratlas/presence/incidence.h"

namespace vieweratlas::graph_internal {
namespace {

// Viewers between asking for a list's place, its bytes, and reading them. A few hundred cycles of
// work lie between, about what a miss to memory costs.
constexpr std::size_t kPlaceAhead = 24;
constexpr std::size_t kListAhead = 12;

// A row with fewer increments than an eighth of its cells is made from the ids met (sorting them costs a few times more per id than
// reading a cell), so that many small channels do not cost channels^2.
constexpr std::uint64_t kSparseFactor = 8;

template <typename Id>
std::uint64_t add_lists(std::span<const std::uint32_t> viewers, const ViewerLists<Id>& lists, std::uint32_t channel,
                        std::span<const std::uint64_t> increments, std::uint64_t* cells) {
  std::uint64_t num_increments = 0;
  for (std::size_t i = 0; i < viewers.size(); ++i) {
    if (i + kPlaceAhead < viewers.size()) lists.prefetch_place(viewers[i + kPlaceAhead]);
    if (i + kListAhead < viewers.size()) lists.prefetch_list(viewers[i + kListAhead]);
    const std::span<const Id> ids = lists.of(viewers[i]);
    const std::uint64_t increment = increments[ids.size()];
    const Id* at = ids.data();
    for (; *at < channel; ++at) cells[*at] += increment;  // ends: `channel` itself is in the list
    num_increments += static_cast<std::uint64_t>(at - ids.data());
  }
  return num_increments;
}

}  // namespace

template <typename Id>
void RowCounter::count(const Incidence& incidence, const ViewerLists<Id>& lists, std::uint32_t channel,
                       std::span<const std::uint64_t> increments, std::uint32_t packed_viewers) {
  const std::span<const std::uint32_t> viewers = incidence.row(channel);
  std::uint64_t num_increments = 0;
  const bool wide = viewers.size() > packed_viewers;
  for (std::size_t begin = 0; begin < viewers.size(); begin += packed_viewers) {
    const auto part = viewers.subspan(begin, std::min<std::size_t>(packed_viewers, viewers.size() - begin));
    num_increments += add_lists(part, lists, channel, increments, cells_.data());
    if (wide) unpack(channel);
  }
  if (wide || num_increments >= channel / kSparseFactor) return;
  sparse_ = true;
  for (const std::uint32_t viewer : viewers) {
    for (const Id* at = lists.of(viewer).data(); *at < channel; ++at) touched_.push_back(*at);
  }
  std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
}

void RowCounter::unpack(std::uint32_t channel) {
  if (wide_.empty()) {
    for (std::uint32_t id = 0; id < channel; ++id) wide_.push_back({.other = id, .shared = 0, .newman = 0});
  }
  for (std::uint32_t id = 0; id < channel; ++id) {
    wide_[id].shared += packed_shared(cells_[id]);
    wide_[id].newman += packed_newman(cells_[id]);
    cells_[id] = 0;
  }
}

CellRow RowCounter::take(std::uint32_t channel, std::uint32_t min_shared, EdgeBudget& budget, PairTally& tally) {
  const auto unpacked = [this](std::uint32_t id) {
    return OverlapCell{.other = id, .shared = packed_shared(cells_[id]), .newman = packed_newman(cells_[id])};
  };
  CellRow row;
  if (!wide_.empty()) {
    row = make_row(channel, min_shared, [this](std::uint32_t id) { return wide_[id]; }, budget, tally);
    wide_.clear();
  } else if (sparse_) {
    const auto size = static_cast<std::uint32_t>(touched_.size());
    row = make_row(size, min_shared, [&](std::uint32_t i) { return unpacked(touched_[i]); }, budget, tally);
    for (const std::uint32_t id : touched_) cells_[id] = 0;
    touched_.clear();
    sparse_ = false;
  } else {
    row = make_row(channel, min_shared, unpacked, budget, tally);
    std::fill_n(cells_.begin(), channel, 0);
  }
  return row;
}

template void RowCounter::count(const Incidence&, const ViewerLists<std::uint16_t>&, std::uint32_t, std::span<const std::uint64_t>,
                                std::uint32_t);
template void RowCounter::count(const Incidence&, const ViewerLists<std::uint32_t>&, std::uint32_t, std::span<const std::uint64_t>,
                                std::uint32_t);

}  // namespace vieweratlas::graph_internal
