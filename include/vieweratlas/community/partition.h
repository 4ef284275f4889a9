#pragma once

#include <cstdint>
#include <vector>

namespace vieweratlas {

/// A community for each node: 0..num_communities-1, numbered by falling number of nodes, ties by lowest node.
struct Partition {
  /// Marks a node that belongs to no community (see CommunityOptions::min_community_size). Kept in every output, drawn grey.
  static constexpr std::uint32_t kUnassigned = 0xFFFFFFFFU;

  std::vector<std::uint32_t> community;  ///< one per node
  std::uint32_t num_communities = 0;

  [[nodiscard]] std::vector<std::uint32_t> sizes() const {
    std::vector<std::uint32_t> result(num_communities, 0);
    for (const auto c : community) {
      if (c != kUnassigned) ++result[c];
    }
    return result;
  }
};

}  // namespace vieweratlas
