#include "community/multilevel.h"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "community/aggregate.h"
#include "community/level_graph.h"
#include "community/local_move.h"
#include "community/quality.h"
#include "community/refine.h"
#include "community/relabel.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::community_internal {

void Multilevel::start(const LevelGraph& graph) {
  graph_ = graph;
  community_.resize(graph.num_nodes());
  std::iota(community_.begin(), community_.end(), 0U);
}

void Multilevel::start_from(const LevelGraph& graph, const std::vector<std::uint32_t>& community) {
  graph_ = graph;
  community_ = community;
}

void Multilevel::iterate_until_stable(const Search& search, Random& random) {
  while (iterate(search, random) > 0) {
  }
}

std::uint64_t Multilevel::iterate(const Search& search, Random& random) {
  LevelGraph level = graph_;
  membership_.community = community_;
  membership_.count(level);
  level_node_.clear();
  std::uint64_t num_moves = 0;
  for (std::size_t depth = 0;; ++depth) {
    num_moves += move_nodes(level, membership_, random, scratch_);
    if (membership_.empty_ids.empty()) break;  // every node of this level is a community: none is left to aggregate
    choose_groups(level, search, random);
    descend(level, storage_[depth % 2]);
    level = storage_[depth % 2].view(graph_.model);
  }
  finish(level);
  return num_moves;
}

/// The nodes of the next level: the refined communities, or the communities themselves where refining joins nothing.
void Multilevel::choose_groups(const LevelGraph& level, const Search& search, Random& random) {
  if (search.refining == Refining::kYes) {
    refine(level, membership_, {.theta = search.theta, .random = random}, scratch_);
    group_.swap(scratch_.refinement.community);
    num_groups_ = scratch_.refinement.num_communities;
    if (num_groups_ < level.num_nodes()) return;
  }
  group_.assign(membership_.community.begin(), membership_.community.begin() + level.num_nodes());
  num_groups_ = number_by_lowest_node(group_, numbered_);
}

/// Makes the groups the nodes of the next level, with the communities that they lie in.
void Multilevel::descend(const LevelGraph& level, LevelStorage& next) {
  aggregate(level, {.group = group_, .num_groups = num_groups_}, scratch_, next);
  if (level_node_.empty()) {
    level_node_ = group_;
  } else {
    for (std::uint32_t& node : level_node_) node = group_[node];
  }
  std::vector<std::uint32_t>& community = membership_.community;
  number_by_lowest_node(std::span(community).first(level.num_nodes()), numbered_);
  // Groups are numbered by their lowest node, so a group never lies above it and nothing is overwritten before it is read.
  for (std::uint32_t node = 0; node < level.num_nodes(); ++node) community[group_[node]] = community[node];
  membership_.count(next.view(level.model));
}

void Multilevel::finish(const LevelGraph& coarsest) {
  const std::uint64_t between = std::accumulate(coarsest.weights.begin(), coarsest.weights.end(), std::uint64_t{0});
  quality_ = quality_of({.total_strength = graph_.model.total_strength,
                         .inside = graph_.model.total_strength - between,
                         .squared_strengths = sum_of_squares(coarsest.strengths)},
                        graph_.model.resolution());
  if (level_node_.empty()) {
    community_.assign(membership_.community.begin(), membership_.community.end());
  } else {
    for (std::size_t node = 0; node < community_.size(); ++node) community_[node] = membership_.community[level_node_[node]];
  }
  number_by_lowest_node(community_, numbered_);
}

}  // namespace vieweratlas::community_internal
