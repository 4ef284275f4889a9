#pragma once

// Memory that one run re-uses from level to level and from pass to pass. It only grows.

#include <cstdint>
#include <vector>

namespace vieweratlas::community_internal {

/// A refined community that the node in hand may join.
struct RefineOption {
  double gain = 0;  ///< in units of weight, > 0
  std::uint64_t weight = 0;
  std::uint32_t community = 0;
  double cumulative_odds = 0;
};

/// The refined partition of a level and what is kept per refined community while it grows. A refined community goes by the number
/// of the node that it began with.
struct Refinement {
  std::vector<std::uint32_t> community;  ///< per node, 0..num_communities-1 in order of their lowest node when done
  std::uint32_t num_communities = 0;

  std::vector<std::uint64_t> strength;    ///< per refined community
  std::vector<std::uint64_t> cut;         ///< weight from it to the rest of its (unrefined) community
  std::vector<double> offered_strength;   ///< the strength, or infinity where nobody may join
  std::vector<std::uint8_t> is_single;    ///< per node: nobody has joined it
  std::vector<std::uint32_t> renumbered;  ///< new ids
  std::vector<RefineOption> options;      ///< of the node in hand
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
