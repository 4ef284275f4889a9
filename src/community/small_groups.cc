#include "community/small_groups.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "community/level_graph.h"

#include "vieweratlas/community/partition.h"

namespace vieweratlas::community_internal {
namespace {

constexpr std::uint32_t kUnassigned = Partition::kUnassigned;

class Dissolver {
 public:
  Dissolver(const LevelGraph& graph, std::vector<std::uint32_t>& community)
      : graph_(graph), community_(community), weight_to_(graph.num_nodes(), 0), listed_(graph.num_nodes(), false) {}

  SmallGroupCounts run(std::uint32_t min_size) {
    std::vector<std::uint32_t> loose = loosen(min_size);
    SmallGroupCounts counts{.num_merged = 0, .num_unassigned = static_cast<std::uint32_t>(loose.size())};
    while (!loose.empty()) {
      const std::vector<Joining> joining = choose(loose);
      for (const Joining& j : joining) community_[j.node] = j.community;
      counts.num_merged += static_cast<std::uint32_t>(joining.size());
      loose = loose_neighbours(joining);
    }
    counts.num_unassigned -= counts.num_merged;
    return counts;
  }

 private:
  struct Joining {
    std::uint32_t node;
    std::uint32_t community;
  };

  /// Unassigns the nodes of small communities and returns them.
  std::vector<std::uint32_t> loosen(std::uint32_t min_size) {
    std::vector<std::uint32_t> size(graph_.num_nodes(), 0);
    for (const std::uint32_t c : community_) ++size[c];
    std::vector<std::uint32_t> loose;
    for (std::uint32_t node = 0; node < graph_.num_nodes(); ++node) {
      if (size[community_[node]] >= min_size) continue;
      community_[node] = kUnassigned;
      loose.push_back(node);
    }
    return loose;
  }

  std::vector<Joining> choose(const std::vector<std::uint32_t>& loose) {
    std::vector<Joining> joining;
    for (const std::uint32_t node : loose) {
      const std::uint32_t best = majority_community(node);
      if (best != kUnassigned) joining.push_back({node, best});
    }
    return joining;
  }

  /// The community with at least half of the node's strength, or none.
  std::uint32_t majority_community(std::uint32_t node) {
    std::uint32_t best = kUnassigned;
    std::uint64_t most = 0;
    for_each_arc(node, [&](std::uint32_t neighbour, std::uint64_t weight) {
      const std::uint32_t c = community_[neighbour];
      if (c == kUnassigned) return;
      weight_to_[c] += weight;
      if (weight_to_[c] > most || (weight_to_[c] == most && c < best)) {
        most = weight_to_[c];
        best = c;
      }
    });
    for_each_arc(node, [&](std::uint32_t neighbour, std::uint64_t) {
      if (community_[neighbour] != kUnassigned) weight_to_[community_[neighbour]] = 0;
    });
    return most >= graph_.strengths[node] - most ? best : kUnassigned;
  }

  std::vector<std::uint32_t> loose_neighbours(const std::vector<Joining>& joined) {
    std::vector<std::uint32_t> loose;
    for (const Joining& j : joined) {
      for_each_arc(j.node, [&](std::uint32_t neighbour, std::uint64_t) {
        if (community_[neighbour] != kUnassigned || listed_[neighbour]) return;
        listed_[neighbour] = true;
        loose.push_back(neighbour);
      });
    }
    for (const std::uint32_t node : loose) listed_[node] = false;
    return loose;
  }

  template <typename Visit>
  void for_each_arc(std::uint32_t node, const Visit& visit) const {
    for (std::uint64_t arc = graph_.offsets[node]; arc < graph_.offsets[node + std::size_t{1}]; ++arc) {
      visit(graph_.neighbours[arc], graph_.weights[arc]);
    }
  }

  const LevelGraph& graph_;
  std::vector<std::uint32_t>& community_;
  std::vector<std::uint64_t> weight_to_;
  std::vector<bool> listed_;
};

}  // namespace

SmallGroupCounts dissolve_small_groups(const LevelGraph& graph, std::uint32_t min_size, std::vector<std::uint32_t>& community) {
  if (min_size <= 1) return {};
  return Dissolver(graph, community).run(min_size);
}

}  // namespace vieweratlas::community_internal
