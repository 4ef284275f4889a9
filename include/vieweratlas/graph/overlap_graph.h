#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vieweratlas {

/// The one-mode projection: an undirected weighted graph of channels in compressed sparse rows.
///
/// Node i is channel i of the dataset. Every edge {u, v} is stored twice, once in each row; neighbours ascend; no
/// self-loops, no parallel edges. Arrays beside `neighbours` have its length and are symmetric. Immutable once built.
struct OverlapGraph {
  std::vector<std::uint64_t> offsets{0};  ///< num_nodes + 1
  std::vector<std::uint32_t> neighbours;  ///< 2 x num_edges
  std::vector<std::uint32_t> shared;      ///< viewers present in both channels, >= 1
  /// Newman's collaboration weight, sum over shared viewers of 1 / (d - 1), in units of 1 / kNewmanUnit (fixed point, so that
  /// sums do not depend on their order). Empty for a measured graph, where viewers are not known.
  std::vector<std::uint64_t> newman;
  std::vector<std::uint64_t> audience;  ///< unique viewers per node; 0 = not known
  std::uint64_t total_viewers = 0;      ///< distinct viewers of the whole dataset; 0 = not known (measured graph)

  static constexpr std::uint64_t kNewmanUnit = 1ULL << 24U;

  [[nodiscard]] std::uint32_t num_nodes() const { return static_cast<std::uint32_t>(offsets.size() - 1); }
  [[nodiscard]] std::uint64_t num_edges() const { return neighbours.size() / 2; }
  [[nodiscard]] std::uint64_t degree(std::uint32_t node) const { return offsets[node + 1] - offsets[node]; }
  [[nodiscard]] std::span<const std::uint32_t> row(std::uint32_t node) const {
    return std::span(neighbours).subspan(offsets[node], degree(node));
  }
};

/// A view of any undirected weighted graph in compressed sparse rows: what community detection and layout read.
/// Weights are non-negative integers (fixed point where they stand for fractions). The arrays must outlive the view.
struct WeightedGraph {
  std::span<const std::uint64_t> offsets;     ///< num_nodes + 1
  std::span<const std::uint32_t> neighbours;  ///< both directions, ascending per row, no self-loops
  std::span<const std::uint64_t> weights;     ///< one per neighbour, symmetric

  [[nodiscard]] std::uint32_t num_nodes() const { return static_cast<std::uint32_t>(offsets.size() - 1); }
};

}  // namespace vieweratlas
