#pragma once

// The graph as one level of a multilevel method sees it: rows of arcs and node strengths, nothing else.

#include <cstdint>
#include <span>
#include <vector>

#include "community/null_model.h"

namespace vieweratlas::community_internal {

/// A view. Arcs are symmetric, weights >= 1, no self-loops; rows need not ascend. A node may stand for many: its strength then
/// includes the weight inside it, which no gain needs apart from that.
struct LevelGraph {
  std::span<const std::uint64_t> offsets;     ///< num_nodes + 1
  std::span<const std::uint32_t> neighbours;  ///< one per arc
  std::span<const std::uint64_t> weights;     ///< one per arc
  std::span<const std::uint64_t> strengths;   ///< one per node
  NullModel model;                            ///< its total_strength is the sum of strengths on every level

  [[nodiscard]] std::uint32_t num_nodes() const { return static_cast<std::uint32_t>(strengths.size()); }
};

/// Owns the arrays of an aggregated level. Re-used from level to level: the arrays only grow.
struct LevelStorage {
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint32_t> neighbours;
  std::vector<std::uint64_t> weights;
  std::vector<std::uint64_t> strengths;
  std::uint32_t num_nodes = 0;
  std::uint64_t num_arcs = 0;

  [[nodiscard]] LevelGraph view(const NullModel& model) const {
    return {std::span(offsets).first(num_nodes + std::size_t{1}), std::span(neighbours).first(num_arcs), std::span(weights).first(num_arcs),
            std::span(strengths).first(num_nodes), model};
  }
};

}  // namespace vieweratlas::community_internal
