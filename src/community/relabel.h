#pragma once

// Numbering communities: by lowest node (between levels), by falling size (in results).

#include <cstdint>
#include <span>
#include <vector>

#include "vieweratlas/community/partition.h"

namespace vieweratlas::community_internal {

/// Renumbers ids below community.size() to 0..k-1 in order of their lowest node. Returns k. `scratch` is overwritten.
std::uint32_t number_by_lowest_node(std::span<std::uint32_t> community, std::vector<std::uint32_t>& scratch);

/// A partition numbered by falling size, ties by lowest node. Ids are below community.size() or Partition::kUnassigned.
[[nodiscard]] Partition number_by_size(std::vector<std::uint32_t> community);

}  // namespace vieweratlas::community_internal
