#pragma once

// Memory that one run re-uses from level to level and from pass to pass. It only grows.

#include <cstdint>
#include <vector>

namespace vieweratlas::community_internal {

/// The refined partition of a level and what is kept per refined community while it grows.
struct Refinement {
  std::vector<std::uint32_t> community;  ///< per node, 0..num_communities-1 in order of their lowest node when done
  std::uint32_t num_communities = 0;

  std::vector<std::uint64_t> strength;    ///< per refined community
  std::vector<std::uint64_t> cut;         ///< weight from it to the rest of its (unrefined) community
  std::vector<std::uint32_t> size;        ///< nodes of this level
  std::vector<std::uint32_t> renumbered;  ///< new ids
  std::vector<double> odds;               ///< per option of the node in hand, cumulative in the end
  std::vector<std::uint32_t> options;     ///< the refined communities that it may join
};

struct Scratch {
  std::vector<std::uint64_t> weight_to;  ///< per community: weight from the node in hand; all zero between uses
  std::vector<std::uint32_t> touched;    ///< the communities with weight_to > 0
  std::vector<std::uint32_t> order;      ///< nodes
  std::vector<std::uint32_t> group_ends;
  std::vector<std::uint32_t> queue;
  std::vector<std::uint8_t> queued;  ///< per node
  Refinement refinement;

  void fit(std::uint32_t num_nodes);
};

}  // namespace vieweratlas::community_internal
