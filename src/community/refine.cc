#include "community/refine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "community/level_graph.h"
#include "community/local_move.h"
#include "community/scratch.h"
#include "community/weigh.h"

#include "vieweratlas/core/random.h"

namespace vieweratlas::community_internal {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

double real(std::uint64_t x) { return static_cast<double>(static_cast<std::int64_t>(x)); }

/// exp(-x) for x in steps of 1 / kStepsPerUnit, made while compiling by its series: the library's exp may differ between
/// processors in the last bit, and a run must not. Odds within 6 % of the exact ones serve as well, and a table is fast.
constexpr int kStepsPerUnit = 16;
constexpr int kNumSteps = 32 * kStepsPerUnit;  // exp(-32) is about 1e-14; the last entry is 0: never

constexpr std::array<double, kNumSteps> make_odds_table() {
  double step_odds = 0;  // exp(-1 / kStepsPerUnit)
  double term = 1;
  for (int i = 1; i < 20; ++i) {
    step_odds += term;
    term *= -1.0 / kStepsPerUnit / i;
  }
  std::array<double, kNumSteps> table{};
  double odds = 1;
  for (double& entry : table) {
    entry = odds;
    odds *= step_odds;
  }
  table.back() = 0;
  return table;
}

constexpr std::array<double, kNumSteps> kOdds = make_odds_table();

/// exp(-x) of x = shortfall_in_steps / kStepsPerUnit.
double odds_of(double shortfall_in_steps) {
  return kOdds[static_cast<std::size_t>(std::min(shortfall_in_steps, static_cast<double>(kNumSteps - 1)))];
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
      const bool is_free = refinement_.is_single[node] != 0 && membership_.size[membership_.community[node]] > 1;
      if (is_free && std::isfinite(refinement_.offered_strength[node])) place(node);
    }
    renumber();
  }

 private:
  void start_from_singletons() {
    const std::uint32_t num_nodes = graph_.num_nodes();
    refinement_.community.resize(num_nodes);
    refinement_.strength.assign(graph_.strengths.begin(), graph_.strengths.end());
    refinement_.cut.resize(num_nodes);
    refinement_.offered_strength.resize(num_nodes);
    refinement_.is_single.assign(num_nodes, 1);
    if (refinement_.options.size() <= num_nodes) refinement_.options.resize(num_nodes + std::size_t{1});
    for (std::uint32_t node = 0; node < num_nodes; ++node) {
      refinement_.community[node] = node;
      refinement_.cut[node] = membership_.inside[node];
      update_offer(node, membership_.community[node]);
    }
  }

  /// Sets what a node that joins `refined` weighs itself against: the strength there, or infinity (no gain, whatever the weight)
  /// where `refined` has less weight to the rest of `parent` than the null model expects (the paper's gamma-connectedness).
  void update_offer(std::uint32_t refined, std::uint32_t parent) {
    const double strength = real(refinement_.strength[refined]);
    const double rest = real(membership_.strength[parent] - refinement_.strength[refined]);
    const bool is_well_connected = real(refinement_.cut[refined]) >= expected_per_product_ * strength * rest;
    refinement_.offered_strength[refined] = is_well_connected ? strength : std::numeric_limits<double>::infinity();
  }

  /// Merges the singleton `node` into a refined community drawn with odds exp(gain / theta), if any has a gain.
  void place(std::uint32_t node) {
    const std::size_t num_options = weigh_options(node);
    if (num_options == 0) return;
    const RefineOption chosen = refinement_.options[num_options == 1 ? 0 : draw(node, num_options)];
    const std::uint64_t cut = refinement_.cut[node];
    refinement_.cut[chosen.community] = refinement_.cut[chosen.community] + cut - 2 * chosen.weight;
    refinement_.strength[chosen.community] += refinement_.strength[node];
    refinement_.is_single[chosen.community] = 0;
    refinement_.community[node] = chosen.community;
    update_offer(chosen.community, membership_.community[node]);
  }

  /// Lists the refined communities that `node` gains from joining. Returns their number.
  std::size_t weigh_options(std::uint32_t node) {
    const std::uint32_t* const community = membership_.community.data();
    const std::size_t num_touched = weigh_groups_inside(graph_, node, community, refinement_.community.data(), scratch_);
    const double expected_per_strength = expected_per_product_ * real(graph_.strengths[node]);
    const double* const offered_strength = refinement_.offered_strength.data();
    RefineOption* const options = refinement_.options.data();
    std::size_t num_options = 0;
    for (std::size_t i = 0; i < num_touched; ++i) {
      const std::uint32_t c = scratch_.touched[i];
      const std::uint64_t weight = std::exchange(scratch_.weight_to[c], 0);
      const double gain = real(weight) - expected_per_strength * offered_strength[c];
      options[num_options] = {.gain = gain, .weight = weight, .community = c};
      num_options += static_cast<std::size_t>(gain > 0);
    }
    return num_options;
  }

  std::size_t draw(std::uint32_t node, std::size_t num_options) {
    RefineOption* const options = refinement_.options.data();
    double best_gain = 0;
    for (std::size_t i = 0; i < num_options; ++i) best_gain = std::max(best_gain, options[i].gain);
    const double steps_per_weight = kStepsPerUnit / (theta_ * real(graph_.strengths[node]));
    double sum = 0;
    for (std::size_t i = 0; i < num_options; ++i) {
      sum += odds_of((best_gain - options[i].gain) * steps_per_weight);
      options[i].cumulative_odds = sum;
    }
    const double point = random_.uniform() * sum;
    std::size_t chosen = 0;
    while (chosen + 1 < num_options && options[chosen].cumulative_odds <= point) ++chosen;
    return chosen;
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
