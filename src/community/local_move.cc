#include "community/local_move.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "community/level_graph.h"
#include "community/null_model.h"
#include "community/scratch.h"
#include "community/weigh.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::community_internal {
namespace {

/// u64 below 2^62 to double by the signed conversion, which is one instruction.
double real(std::uint64_t x) { return static_cast<double>(static_cast<std::int64_t>(x)); }

template <typename T>
void grow(std::vector<T>& array, std::size_t size) {
  if (array.size() < size) array.resize(size);
}

/// One move phase: the queue and the kernels that work on it.
class Mover {
 public:
  Mover(const LevelGraph& graph, Membership& membership, Scratch& scratch)
      : graph_(graph),
        membership_(membership),
        scratch_(scratch),
        mask_(std::bit_ceil(std::uint64_t{graph.num_nodes()}) - 1),
        expected_per_product_(graph.model.expected_per_product()),
        tolerance_per_strength_(kRoundingBound * (1 + graph.model.resolution())) {}

  std::uint64_t run(Random& random) {
    const std::uint32_t num_nodes = graph_.num_nodes();
    grow(membership_.inside, num_nodes);
    shuffle_nodes(num_nodes, random, scratch_.queue);
    std::fill_n(scratch_.queued.begin(), num_nodes, std::uint8_t{1});
    tail_ = num_nodes;
    std::uint64_t num_moves = 0;
    for (std::uint64_t head = 0; head != tail_; ++head) {
      const std::uint32_t node = scratch_.queue[head & mask_];
      scratch_.queued[node] = 0;
      const std::uint32_t best = best_community(node);
      if (best == membership_.community[node]) continue;
      move(node, best);
      ++num_moves;
    }
    return num_moves;
  }

 private:
  /// The community of largest gain for `node`; its own if none is better; an empty one if alone is best.
  std::uint32_t best_community(std::uint32_t node) {
    const std::size_t num_touched = weigh_groups(graph_, node, membership_.community.data(), scratch_, 0);
    const std::uint64_t strength = graph_.strengths[node];
    const std::uint32_t own = membership_.community[node];
    const double expected_per_strength = expected_per_product_ * real(strength);
    const double tolerance = tolerance_per_strength_ * real(strength);

    std::uint32_t best = own;
    Candidate best_candidate{std::exchange(scratch_.weight_to[own], 0), membership_.strength[own] - strength};
    double best_score = real(best_candidate.weight) - expected_per_strength * real(best_candidate.strength);
    for (std::size_t i = 0; i < num_touched; ++i) {
      const std::uint32_t c = scratch_.touched[i];
      const std::uint64_t weight = std::exchange(scratch_.weight_to[c], 0);
      const double score = real(weight) - expected_per_strength * membership_.strength_real[c];
      if (score < best_score - tolerance || c == own) continue;
      const Candidate candidate{weight, membership_.strength[c]};
      if (score <= best_score + tolerance && !better_exactly(strength, {candidate, c}, {best_candidate, best}, own)) continue;
      best = c;
      best_score = score;
      best_candidate = candidate;
    }
    if (best_score <= tolerance && compare_gains(graph_.model, strength, best_candidate, {}) < 0) {
      best = membership_.empty_ids.back();
      best_candidate.weight = 0;
    }
    membership_.inside[node] = best_candidate.weight;
    return best;
  }

  struct Choice {
    Candidate candidate;
    std::uint32_t community;
  };

  /// The total order of choices: gain, then staying, then the lower id.
  [[nodiscard]] bool better_exactly(std::uint64_t strength, const Choice& a, const Choice& b, std::uint32_t own) const {
    const int order = compare_gains(graph_.model, strength, a.candidate, b.candidate);
    if (order != 0) return order > 0;
    return b.community != own && a.community < b.community;
  }

  void move(std::uint32_t node, std::uint32_t target) {
    const std::uint64_t strength = graph_.strengths[node];
    const std::uint32_t own = membership_.community[node];
    membership_.community[node] = target;
    membership_.strength[own] -= strength;
    membership_.strength_real[own] = real(membership_.strength[own]);
    membership_.strength[target] += strength;
    membership_.strength_real[target] = real(membership_.strength[target]);
    if (membership_.size[target]++ == 0) membership_.empty_ids.pop_back();
    if (--membership_.size[own] == 0) membership_.empty_ids.push_back(own);
    tell_neighbours(node, own, target);
  }

  /// Corrects what `node` counts for inside its old and new community, and queues the neighbours that may want to follow.
  void tell_neighbours(std::uint32_t node, std::uint32_t old_community, std::uint32_t new_community) {
    const std::uint32_t* const neighbours = graph_.neighbours.data();
    const std::uint64_t* const weights = graph_.weights.data();
    const std::uint32_t* const community = membership_.community.data();
    std::uint64_t* const inside = membership_.inside.data();
    std::uint8_t* const queued = scratch_.queued.data();
    std::uint32_t* const queue = scratch_.queue.data();
    std::uint64_t tail = tail_;
    const std::uint64_t end = graph_.offsets[node + std::size_t{1}];
    for (std::uint64_t arc = graph_.offsets[node]; arc < end; ++arc) {
      const std::uint32_t neighbour = neighbours[arc];
      const std::uint32_t c = community[neighbour];
      const auto joins = static_cast<std::uint64_t>(c == new_community);
      const auto leaves = static_cast<std::uint64_t>(c == old_community);
      inside[neighbour] += (weights[arc] & (0 - joins)) - (weights[arc] & (0 - leaves));  // modulo 2^64 until the node was looked at
      const auto is_new = static_cast<std::uint8_t>((joins ^ 1U) & (queued[neighbour] ^ 1U));
      queue[tail & mask_] = neighbour;
      queued[neighbour] |= is_new;
      tail += is_new;
    }
    tail_ = tail;
  }

  const LevelGraph& graph_;
  Membership& membership_;
  Scratch& scratch_;
  std::uint64_t mask_;
  double expected_per_product_;
  double tolerance_per_strength_;
  std::uint64_t tail_ = 0;
};

}  // namespace

void Membership::count(const LevelGraph& graph) {
  const std::uint32_t num_nodes = graph.num_nodes();
  strength.assign(num_nodes, 0);
  size.assign(num_nodes, 0);
  for (std::uint32_t node = 0; node < num_nodes; ++node) {
    strength[community[node]] += graph.strengths[node];
    ++size[community[node]];
  }
  strength_real.resize(num_nodes);
  std::transform(strength.begin(), strength.end(), strength_real.begin(), real);
  empty_ids.clear();
  for (std::uint32_t id = num_nodes; id-- > 0;) {
    if (size[id] == 0) empty_ids.push_back(id);
  }
}

void Membership::make_singletons(const LevelGraph& graph) {
  grow(community, graph.num_nodes());
  std::iota(community.begin(), community.begin() + graph.num_nodes(), 0U);
  count(graph);
}

void Scratch::fit(std::uint32_t num_nodes) {
  grow(weight_to, num_nodes);
  grow(touched, std::size_t{num_nodes} + 1);
  grow(queue, std::bit_ceil(std::size_t{num_nodes}));
  grow(queued, num_nodes);
}

void shuffle_nodes(std::uint32_t num_nodes, Random& random, std::vector<std::uint32_t>& order) {
  grow(order, num_nodes);
  std::iota(order.begin(), order.begin() + num_nodes, 0U);
  for (std::uint32_t i = num_nodes; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
}

std::uint64_t move_nodes(const LevelGraph& graph, Membership& membership, Random& random, Scratch& scratch) {
  if (graph.num_nodes() == 0) return 0;
  scratch.fit(graph.num_nodes());
  return Mover(graph, membership, scratch).run(random);
}

}  // namespace vieweratlas::community_internal
