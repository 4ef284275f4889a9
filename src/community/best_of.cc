#include "community/best_of.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "community/level_graph.h"
#include "community/multilevel.h"
#include "community/refine.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas::community_internal {
namespace {

// Generations without gain before the search ends. Of 100 searches as in the header, 76, 96 and 97 ended at the best known quality
// with 1, 2 and 3. On small graphs an attempt costs a millisecond; a large graph (up to a second per attempt) gets one generation.
constexpr std::uint32_t kPatience = 3;
constexpr std::uint32_t kPatienceIfLarge = 1;
constexpr std::uint64_t kLargeNumArcs = 1'000'000;
constexpr std::uint32_t kMaxGenerations = 50;  // a bound for the unlucky; a few are usual
constexpr double kScatteredShare = 0.3;        // of the nodes: more forgets the partition, less finds the same again

/// The best partition that one worker met in a contest.
struct Best {
  double quality = -std::numeric_limits<double>::infinity();
  std::uint32_t index = 0;
  std::vector<std::uint32_t> community;

  [[nodiscard]] bool is_beaten_by(double other_quality, std::uint32_t other_index) const {
    return other_quality > quality || (other_quality == quality && other_index < index);
  }
};

/// A worker's own memory: nothing of it is shared.
struct Worker {
  Multilevel multilevel;
  std::vector<std::uint32_t> disturbed;
  std::vector<std::uint32_t> representative;
  Best best;
};

/// Joins two neighbouring communities that a random edge connects.
void merge_two(const LevelGraph& graph, Random& random, std::vector<std::uint32_t>& community) {
  constexpr int kMaxDraws = 16;  // most edges lie inside communities
  for (int draw = 0; draw < kMaxDraws; ++draw) {
    const auto node = static_cast<std::uint32_t>(random.below(graph.num_nodes()));
    const std::uint64_t degree = graph.offsets[node + std::size_t{1}] - graph.offsets[node];
    if (degree == 0) continue;
    const std::uint32_t kept = community[node];
    const std::uint32_t gone = community[graph.neighbours[graph.offsets[node] + random.below(degree)]];
    if (kept == gone) continue;
    for (std::uint32_t& c : community) c = c == gone ? kept : c;
    return;
  }
}

/// Takes random nodes out of their communities. What remains of a community goes by the number of a node in it.
void scatter(Random& random, std::vector<std::uint32_t>& representative, std::vector<std::uint32_t>& community) {
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  representative.assign(community.size(), kNone);
  for (std::uint32_t node = 0; node < community.size(); ++node) {
    std::uint32_t& c = community[node];
    if (random.chance(kScatteredShare)) {
      c = node;
      continue;
    }
    if (representative[c] == kNone) representative[c] = node;
    c = representative[c];
  }
}

class Contests {
 public:
  Contests(const LevelGraph& graph, const BestOfOptions& options, ThreadPool& pool)
      : graph_(graph), options_(options), pool_(pool), base_(Random(options.seed).fork("communities")), workers_(pool.threads()) {}

  BestOf run() {
    BestOf result;
    result.run_qualities.resize(options_.runs);
    Best best = contest(options_.runs, [&](Worker& worker, std::uint32_t run) {
      Random random = base_.fork(run);
      worker.multilevel.start(graph_);
      // Leiden's runs take turns between careful and adventurous refinement.
      worker.multilevel.iterate_until_stable({.refining = options_.refining, .theta = run % 2 == 0 ? kTheta : kAdventurousTheta}, random);
      result.run_qualities[run] = worker.multilevel.quality();
    });
    result.best_run = best.index;
    improve(best);
    result.community = std::move(best.community);
    return result;
  }

 private:
  using Entry = std::function<void(Worker& worker, std::uint32_t index)>;

  /// Has `num_entries` partitions made, each left in worker.multilevel, and returns the best (ties: the lowest index).
  Best contest(std::uint32_t num_entries, const Entry& make) {
    for (Worker& worker : workers_) worker.best = {};
    pool_.parallel_for(num_entries, 1, [&](std::size_t begin, std::size_t end, unsigned worker_index) {
      Worker& worker = workers_[worker_index];
      for (auto index = static_cast<std::uint32_t>(begin); index < end; ++index) {
        make(worker, index);
        const double quality = worker.multilevel.quality();
        if (worker.best.is_beaten_by(quality, index)) worker.best = {quality, index, worker.multilevel.community()};
      }
    });
    Best best;
    for (Worker& worker : workers_) {
      if (!worker.best.community.empty() && best.is_beaten_by(worker.best.quality, worker.best.index)) best = std::move(worker.best);
    }
    return best;
  }

  void improve(Best& best) {
    const Random base = base_.fork("disturb");
    const std::uint32_t patience = graph_.neighbours.size() < kLargeNumArcs ? kPatience : kPatienceIfLarge;
    std::uint32_t num_idle = 0;
    for (std::uint32_t generation = 0; options_.runs > 1 && generation < kMaxGenerations && num_idle < patience; ++generation) {
      Best next = contest(options_.runs - 1, [&](Worker& worker, std::uint32_t attempt) {
        Random random = base.fork(generation).fork(attempt);
        worker.disturbed = best.community;
        if (attempt % 2 == 0) {
          merge_two(graph_, random, worker.disturbed);
        } else {
          scatter(random, worker.representative, worker.disturbed);
        }
        worker.multilevel.start_from(graph_, worker.disturbed);
        worker.multilevel.iterate_until_stable({.refining = options_.refining}, random);
      });
      const bool is_better = next.quality > best.quality;
      num_idle = is_better ? 0 : num_idle + 1;
      if (is_better) best = std::move(next);
    }
  }

  const LevelGraph& graph_;
  const BestOfOptions& options_;
  ThreadPool& pool_;
  Random base_;
  std::vector<Worker> workers_;
};

}  // namespace

BestOf find_best(const LevelGraph& graph, const BestOfOptions& options, ThreadPool& pool) { return Contests(graph, options, pool).run(); }

}  // namespace vieweratlas::community_internal
