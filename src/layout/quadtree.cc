// The tree of Barnes and Hut, built from a sort along the Morton curve: bodies of one cell are neighbours in the order, so a
// cell is a range, children are found by binary search, and the whole tree is one array in preorder. Walking needs no stack:
// a cell that is not opened is left by `skip`.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include "layout/repulsion.h"

namespace vieweratlas::layout_internal {
namespace {

constexpr int kBitsPerAxis = 16;
constexpr std::uint32_t kLeafBodies = 8;    // measured on 1.7k and 5k bodies: 4..16 within 5 %
constexpr std::uint32_t kGroupBodies = 32;  // the same: 16..48 within 10 %

/// Spreads the low 16 bits to the even positions.
constexpr std::uint32_t spread(std::uint32_t bits) {
  bits = (bits | (bits << 8U)) & 0x00FF00FFU;
  bits = (bits | (bits << 4U)) & 0x0F0F0F0FU;
  bits = (bits | (bits << 2U)) & 0x33333333U;
  return (bits | (bits << 1U)) & 0x55555555U;
}

float distance_to_box(float value, float low, float high) { return std::max({low - value, value - high, 0.0F}); }

}  // namespace

void Quadtree::sort_by_morton_code(std::span<const float> x, std::span<const float> y) {
  const std::size_t n = x.size();
  const auto [min_x, max_x] = std::minmax_element(x.begin(), x.end());
  const auto [min_y, max_y] = std::minmax_element(y.begin(), y.end());
  const float side = std::max({*max_x - *min_x, *max_y - *min_y, std::numeric_limits<float>::min()});
  const float to_grid = static_cast<float>((1 << kBitsPerAxis) - 1) / side;
  codes_.resize(n);
  order_.resize(n);
  scratch_codes_.resize(n);
  scratch_order_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto column = static_cast<std::uint32_t>((x[i] - *min_x) * to_grid);
    const auto row = static_cast<std::uint32_t>((y[i] - *min_y) * to_grid);
    codes_[i] = spread(std::min(column, 0xFFFFU)) | (spread(std::min(row, 0xFFFFU)) << 1U);
    order_[i] = static_cast<std::uint32_t>(i);
  }
  // A stable radix sort, four passes of 8 bits.
  for (unsigned shift = 0; shift < 32; shift += 8) {
    std::array<std::uint32_t, 257> first{};
    for (const auto code : codes_) ++first[((code >> shift) & 0xFFU) + 1];
    for (std::size_t digit = 1; digit < first.size(); ++digit) first[digit] += first[digit - 1];
    for (std::size_t i = 0; i < n; ++i) {
      const auto to = first[(codes_[i] >> shift) & 0xFFU]++;
      scratch_codes_[to] = codes_[i];
      scratch_order_[to] = order_[i];
    }
    codes_.swap(scratch_codes_);
    order_.swap(scratch_order_);
  }
}

void Quadtree::build(std::span<const float> x, std::span<const float> y, std::span<const float> mass) {
  cells_.clear();
  groups_.clear();
  if (x.empty()) {
    order_.clear();
    return;
  }
  sort_by_morton_code(x, y);
  x_.resize(x.size());
  y_.resize(x.size());
  mass_.resize(x.size());
  for (std::size_t at = 0; at < order_.size(); ++at) {
    x_[at] = x[order_[at]];
    y_[at] = y[order_[at]];
    mass_[at] = mass[order_[at]];
  }
  add_cell(0, static_cast<std::uint32_t>(x.size()), kBitsPerAxis - 1);
  collect_groups();
}

void Quadtree::close_leaf(Cell& cell) const {
  cell.leaf = true;
  double mass = 0;
  double sum_x = 0;
  double sum_y = 0;
  for (auto at = cell.begin; at < cell.end; ++at) {
    cell.min_x = std::min(cell.min_x, x_[at]);
    cell.max_x = std::max(cell.max_x, x_[at]);
    cell.min_y = std::min(cell.min_y, y_[at]);
    cell.max_y = std::max(cell.max_y, y_[at]);
    mass += static_cast<double>(mass_[at]);
    sum_x += static_cast<double>(mass_[at]) * static_cast<double>(x_[at]);
    sum_y += static_cast<double>(mass_[at]) * static_cast<double>(y_[at]);
  }
  cell.mass = static_cast<float>(mass);
  cell.center_x = static_cast<float>(sum_x / mass);
  cell.center_y = static_cast<float>(sum_y / mass);
}

/// Adds the cell of bodies [begin, end), whose codes agree above `level`, and its descendants. Depth <= kBitsPerAxis.
void Quadtree::add_cell(std::uint32_t begin, std::uint32_t end, int level) {
  const auto index = static_cast<std::uint32_t>(cells_.size());
  cells_.push_back({.min_x = x_[begin], .min_y = y_[begin], .max_x = x_[begin], .max_y = y_[begin], .begin = begin, .end = end});
  // A level at which all bodies fall into one quadrant gives no cell of its own.
  while (level >= 0 && (codes_[begin] >> (2 * level)) == (codes_[end - 1] >> (2 * level))) --level;
  if (end - begin <= kLeafBodies || level < 0) {
    close_leaf(cells_[index]);
    cells_[index].skip = index + 1;
    return;
  }
  double mass = 0;
  double sum_x = 0;
  double sum_y = 0;
  for (auto at = begin; at < end;) {
    const auto quadrant = codes_[at] >> (2 * level);
    const auto* last = std::upper_bound(codes_.data() + at, codes_.data() + end, quadrant,
                                        [level](std::uint32_t value, std::uint32_t code) { return value < (code >> (2 * level)); });
    const auto child = static_cast<std::uint32_t>(cells_.size());
    const auto child_end = static_cast<std::uint32_t>(last - codes_.data());
    add_cell(at, child_end, level - 1);
    const Cell& added = cells_[child];
    Cell& cell = cells_[index];
    cell.min_x = std::min(cell.min_x, added.min_x);
    cell.max_x = std::max(cell.max_x, added.max_x);
    cell.min_y = std::min(cell.min_y, added.min_y);
    cell.max_y = std::max(cell.max_y, added.max_y);
    mass += static_cast<double>(added.mass);
    sum_x += static_cast<double>(added.mass) * static_cast<double>(added.center_x);
    sum_y += static_cast<double>(added.mass) * static_cast<double>(added.center_y);
    at = child_end;
  }
  Cell& cell = cells_[index];
  cell.mass = static_cast<float>(mass);
  cell.center_x = static_cast<float>(sum_x / mass);
  cell.center_y = static_cast<float>(sum_y / mass);
  cell.skip = static_cast<std::uint32_t>(cells_.size());
}

void Quadtree::collect_groups() {
  for (std::uint32_t c = 0; c < cells_.size();) {
    const Cell& cell = cells_[c];
    if (!cell.leaf && cell.end - cell.begin > kGroupBodies) {
      ++c;
      continue;
    }
    // Only a leaf of bodies in one place can be larger than a group.
    for (auto begin = cell.begin; begin < cell.end; begin += kGroupBodies) {
      groups_.push_back({begin, std::min(begin + kGroupBodies, cell.end), c});
    }
    c = cell.skip;
  }
}

void Quadtree::interactions(const Group& group, float theta, MassList& list) const {
  list.clear();
  const Cell& home = cells_[group.cell];
  for (std::uint32_t c = 0; c < cells_.size();) {
    const Cell& cell = cells_[c];
    const bool holds_group = cell.begin <= home.begin && home.end <= cell.end;
    if (!holds_group) {
      const float dx = distance_to_box(cell.center_x, home.min_x, home.max_x);
      const float dy = distance_to_box(cell.center_y, home.min_y, home.max_y);
      const float side = std::max(cell.max_x - cell.min_x, cell.max_y - cell.min_y);
      if (side * side < theta * theta * (dx * dx + dy * dy)) {
        list.add(cell.center_x, cell.center_y, cell.mass);
        c = cell.skip;
        continue;
      }
    }
    if (cell.leaf) {
      for (auto at = cell.begin; at < cell.end; ++at) list.add(x_[at], y_[at], mass_[at]);
      c = cell.skip;
    } else {
      ++c;
    }
  }
  list.pad();
}

}  // namespace vieweratlas::layout_internal
