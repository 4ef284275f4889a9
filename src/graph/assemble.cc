#include "graph/assemble.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/kernels/cell_rows.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas::graph_internal {
namespace {

// Columns that are gathered together: 64 ends of rows to write to fit the first-level cache and the TLB with three arrays.
constexpr std::uint32_t kColumns = 64;

/// Degrees of the columns [first, last) above the diagonal, or their cells: visit(column, row id, cell) by ascending row.
template <typename Visit>
void for_each_in_columns(const std::vector<CellRow>& rows, std::uint32_t first, std::uint32_t last, const Visit& visit) {
  for (std::uint32_t id = first + 1; id < rows.size(); ++id) {
    const std::span<const OverlapCell> row = rows[id].view();
    // In a full row cell i is channel i: look there before searching.
    const OverlapCell* at = row.data() + std::min<std::size_t>(first, row.size());
    const bool full_so_far = static_cast<std::size_t>(at - row.data()) == first && (first == 0 || at[-1].other == first - 1);
    if (!full_so_far) {
      at = std::lower_bound(row.data(), row.data() + row.size(), first,
                            [](const OverlapCell& cell, std::uint32_t value) { return cell.other < value; });
    }
    for (; at != row.data() + row.size() && at->other < last; ++at) visit(at->other, id, *at);
  }
}

std::vector<std::uint64_t> row_offsets(const std::vector<CellRow>& rows, ThreadPool& pool) {
  std::vector<std::uint64_t> offsets(rows.size() + 1, 0);
  pool.parallel_for(rows.size(), kColumns, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t id = begin; id < end; ++id) offsets[id + 1] = rows[id].size;
    for_each_in_columns(rows, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end),
                        [&](std::uint32_t column, std::uint32_t, const OverlapCell&) { ++offsets[std::size_t{column} + 1]; });
  });
  for (std::size_t id = 0; id < rows.size(); ++id) offsets[id + 1] += offsets[id];
  return offsets;
}

/// Sizing zeroes the arrays, which costs as much as filling them: two threads do it at once.
void size_arrays(OverlapGraph& graph, ThreadPool& pool) {
  const std::uint64_t entries = graph.offsets.back();
  pool.parallel_for(2, 1, [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t part = begin; part < end; ++part) {
      if (part == 0) {
        graph.newman.resize(entries);
      } else {
        graph.neighbours.resize(entries);
        graph.shared.resize(entries);
      }
    }
  });
}

}  // namespace

void assemble(const std::vector<CellRow>& rows, OverlapGraph& graph, ThreadPool& pool) {
  graph.offsets = row_offsets(rows, pool);
  size_arrays(graph, pool);
  pool.parallel_for(rows.size(), kColumns, [&](std::size_t begin, std::size_t end, unsigned) {
    std::vector<std::uint64_t> next(graph.offsets.begin() + static_cast<std::ptrdiff_t>(begin),
                                    graph.offsets.begin() + static_cast<std::ptrdiff_t>(end));
    const auto put = [&](std::uint32_t node, std::uint32_t other, const OverlapCell& cell) {
      const std::uint64_t at = next[node - begin]++;
      graph.neighbours[at] = other;
      graph.shared[at] = cell.shared;
      graph.newman[at] = cell.newman;
    };
    for (std::size_t id = begin; id < end; ++id) {
      for (const OverlapCell& cell : rows[id].view()) put(static_cast<std::uint32_t>(id), cell.other, cell);
    }
    for_each_in_columns(rows, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), put);
  });
}

}  // namespace vieweratlas::graph_internal
