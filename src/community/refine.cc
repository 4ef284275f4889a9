#include "community/refine.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "community/level_graph.h"
#include "community/local_move.h"
#include "community/scratch.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::community_internal {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

double real(std::uint64_t x) { return static_cast<double>(static_cast<std::int64_t>(x)); }

/// exp(-x) for 0 <= x, to about 1e-7: made of + and * alone, because the library's exp may differ between processors in its last
/// bit, and a run must not.
double exp_of_minus(double x) {
  if (x > 32) return 0;
  // exp(-x) = exp(-x / 64)^64, the inner one by its Taylor series (|x / 64| <= 1/2).
  const double t = x * (1.0 / 64);
  double power =
      1 -
      t * (1 - t * (1.0 / 2) * (1 - t * (1.0 / 3) * (1 - t * (1.0 / 4) * (1 - t * (1.0 / 5) * (1 - t * (1.0 / 6) * (1 - t * (1.0 / 7)))))));
  for (int i = 0; i < 6; ++i) power *= power;
  return power;
}

class Refiner {
 public:
  Refiner(const LevelGraph& graph, const Membership& membership, Chance chance, Scratch& scratch)
      : graph_(graph),
        membership_(membership),
        scratch_(scratch),
        refinement_(scratch.refinement),
        random_(chance.random),
        theta_(chance.theta),
        expected_per_product_(graph.model.expected_per_product()) {}

  void run() {
    start_from_singletons();
    shuffle_nodes(graph_.num_nodes(), random_, scratch_.order);
    for (std::uint32_t i = 0; i < graph_.num_nodes(); ++i) {
      const std::uint32_t node = scratch_.order[i];
      if (refinement_.size[refinement_.community[node]] > 1) continue;
      if (membership_.size[membership_.community[node]] == 1) continue;
      if (is_well_connected(refinement_.community[node], membership_.community[node])) place(node);
    }
    renumber();
  }

 private:
  void start_from_singletons() {
    const std::uint32_t num_nodes = graph_.num_nodes();
    refinement_.community.resize(num_nodes);
    refinement_.strength.assign(graph_.strengths.begin(), graph_.strengths.end());
    refinement_.cut.resize(num_nodes);
    refinement_.size.assign(num_nodes, 1);
    const std::uint32_t* community = membership_.community.data();
    for (std::uint32_t node = 0; node < num_nodes; ++node) {
      refinement_.community[node] = node;
      std::uint64_t inside = 0;
      for (std::uint64_t arc = graph_.offsets[node]; arc < graph_.offsets[node + 1]; ++arc) {
        inside += community[graph_.neighbours[arc]] == community[node] ? graph_.weights[arc] : 0;
      }
      refinement_.cut[node] = inside;
    }
  }

  /// At least as much weight to the rest of `parent` as the null model expects (the paper's gamma-connectedness).
  [[nodiscard]] bool is_well_connected(std::uint32_t refined, std::uint32_t parent) const {
    const std::uint64_t strength = refinement_.strength[refined];
    return real(refinement_.cut[refined]) >= expected_per_product_ * real(strength) * real(membership_.strength[parent] - strength);
  }

  /// Sums the weight from `node` to each refined community inside its own community. Returns how many are touched.
  std::size_t weigh_refined(std::uint32_t node) {
    const std::uint32_t* community = membership_.community.data();
    const std::uint32_t* refined = refinement_.community.data();
    const std::uint32_t own = community[node];
    std::size_t num_touched = 0;
    for (std::uint64_t arc = graph_.offsets[node]; arc < graph_.offsets[node + 1]; ++arc) {
      const std::uint32_t neighbour = graph_.neighbours[arc];
      if (community[neighbour] != own) continue;
      const std::uint32_t c = refined[neighbour];
      const std::uint64_t before = scratch_.weight_to[c];
      scratch_.touched[num_touched] = c;
      num_touched += static_cast<std::size_t>(before == 0);
      scratch_.weight_to[c] = before + graph_.weights[arc];
    }
    return num_touched;
  }

  /// Merges the singleton `node` into a refined community drawn with odds exp(gain / theta), if any has a gain.
  void place(std::uint32_t node) {
    const std::size_t num_touched = weigh_refined(node);
    const std::uint32_t parent = membership_.community[node];
    const double expected_per_strength = expected_per_product_ * real(graph_.strengths[node]);
    refinement_.options.clear();
    refinement_.odds.clear();
    double best_gain = 0;
    for (std::size_t i = 0; i < num_touched; ++i) {
      const std::uint32_t c = scratch_.touched[i];
      const double gain = real(scratch_.weight_to[c]) - expected_per_strength * real(refinement_.strength[c]);
      if (gain <= 0 || !is_well_connected(c, parent)) continue;
      best_gain = std::max(best_gain, gain);
      refinement_.options.push_back(c);
      refinement_.odds.push_back(gain);
    }
    if (!refinement_.options.empty()) merge(node, draw(best_gain, theta_ * real(graph_.strengths[node])));
    for (std::size_t i = 0; i < num_touched; ++i) scratch_.weight_to[scratch_.touched[i]] = 0;
  }

  std::uint32_t draw(double best_gain, double theta) {
    double sum = 0;
    for (double& odds : refinement_.odds) {
      sum += exp_of_minus((best_gain - odds) / theta);
      odds = sum;
    }
    const double point = random_.uniform() * sum;
    const auto chosen = std::upper_bound(refinement_.odds.begin(), refinement_.odds.end() - 1, point);
    return refinement_.options[static_cast<std::size_t>(chosen - refinement_.odds.begin())];
  }

  void merge(std::uint32_t node, std::uint32_t target) {
    const std::uint32_t own = refinement_.community[node];
    refinement_.cut[target] = refinement_.cut[target] + refinement_.cut[own] - 2 * scratch_.weight_to[target];
    refinement_.strength[target] += refinement_.strength[own];
    ++refinement_.size[target];
    refinement_.size[own] = 0;
    refinement_.community[node] = target;
  }

  void renumber() {
    refinement_.renumbered.assign(graph_.num_nodes(), kNone);
    std::uint32_t next = 0;
    for (std::uint32_t node = 0; node < graph_.num_nodes(); ++node) {
      std::uint32_t& id = refinement_.renumbered[refinement_.community[node]];
      if (id == kNone) id = next++;
      refinement_.community[node] = id;
    }
    refinement_.num_communities = next;
  }

  const LevelGraph& graph_;
  const Membership& membership_;
  Scratch& scratch_;
  Refinement& refinement_;
  Random& random_;
  double theta_;
  double expected_per_product_;
};

}  // namespace

void refine(const LevelGraph& graph, const Membership& membership, Chance chance, Scratch& scratch) {
  scratch.fit(graph.num_nodes());
  Refiner(graph, membership, chance, scratch).run();
}

}  // namespace vieweratlas::community_internal
