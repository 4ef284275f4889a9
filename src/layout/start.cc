#include "layout/start.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "layout/force_graph.h"
#include "layout/simulation.h"

#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/random.h"

namespace vieweratlas::layout_internal {
namespace {

constexpr double kRadius = 1000;
constexpr double kCommunityRadius = 600;  // of a community that holds every channel: smaller than its share, so that rims stay clear

struct Point {
  double x = 0;
  double y = 0;
};

/// Uniform in the unit disc.
Point in_disc(Random random) {
  Point point{1, 1};
  while (point.x * point.x + point.y * point.y > 1) {
    point.x = 2 * random.uniform() - 1;
    point.y = 2 * random.uniform() - 1;
  }
  return point;
}

/// Centres of the communities, scaled so that the mean body is as far out as in a disc evenly filled.
Positions community_centers(const ForceGraph& quotient, std::span<const std::uint32_t> sizes, const CommunityStartOptions& options,
                            ThreadPool& pool) {
  const std::uint32_t linear = options.iterations * 2 / 7;
  Simulation simulation(quotient, random_start(quotient, mix64(options.seed)), pool);
  simulation.run({.iterations = linear, .linlog = false, .gravity = 0.05F});
  simulation.run({.iterations = options.iterations - linear, .linlog = true, .gravity = 0.02F});
  Positions centers = simulation.positions();
  double sum = 0;
  double count = 0;
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    sum += static_cast<double>(std::sqrt(centers.x[c] * centers.x[c] + centers.y[c] * centers.y[c])) * sizes[c];
    count += sizes[c];
  }
  const auto scale = static_cast<float>(sum > 0 ? kRadius * 2 / 3 * count / sum : 1);
  for (auto& x : centers.x) x *= scale;
  for (auto& y : centers.y) y *= scale;
  return centers;
}

}  // namespace

Positions random_start(const ForceGraph& graph, std::uint64_t seed) {
  const Random base(seed);
  Positions start;
  for (const auto node : graph.node) {
    const Point point = in_disc(base.fork(node));
    start.x.push_back(static_cast<float>(point.x * kRadius));
    start.y.push_back(static_cast<float>(point.y * kRadius));
  }
  return start;
}

ForceGraph quotient_graph(const ForceGraph& graph, std::span<const std::uint32_t> community, std::uint32_t num_communities) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> between;
  std::vector<double> total(num_communities, 0);
  std::vector<float> mass(num_communities, 0);
  const double links_per_body = static_cast<double>(graph.neighbours.size()) / std::max<double>(1, graph.size());
  for (std::uint32_t body = 0; body < graph.size(); ++body) {
    const auto own = community[body];
    mass[own] += 1;
    for (auto at = graph.offsets[body]; at < graph.offsets[body + 1]; ++at) {
      const auto weight = static_cast<double>(graph.weights[at]);
      const auto other = community[graph.neighbours[at]];
      total[own] += weight;
      if (other != own) between[{own, other}] += weight;
    }
  }
  double sum = 0;
  for (auto& [pair, weight] : between) {
    weight /= std::sqrt(total[pair.first] * total[pair.second]);
    sum += weight;
  }
  const double scale = sum > 0 ? static_cast<double>(between.size()) / sum : 1;
  const double mass_scale = links_per_body * num_communities / std::max<double>(1, graph.size());

  ForceGraph quotient;
  auto next = between.begin();
  for (std::uint32_t c = 0; c < num_communities; ++c) {
    quotient.node.push_back(c);
    quotient.mass.push_back(static_cast<float>(1 + static_cast<double>(mass[c]) * mass_scale));
    for (; next != between.end() && next->first.first == c; ++next) {
      quotient.neighbours.push_back(next->first.second);
      quotient.weights.push_back(static_cast<float>(next->second * scale));
    }
    quotient.offsets.push_back(quotient.neighbours.size());
  }
  return quotient;
}

Positions community_start(const ForceGraph& graph, std::span<const std::uint32_t> community, const CommunityStartOptions& options,
                          ThreadPool& pool) {
  std::uint32_t num_communities = 0;
  for (const auto c : community) num_communities = std::max(num_communities, c + 1);
  std::vector<std::uint32_t> sizes(num_communities, 0);
  for (const auto c : community) ++sizes[c];

  const auto centers = community_centers(quotient_graph(graph, community, num_communities), sizes, options, pool);
  const Random base(options.seed);
  Positions start;
  for (std::uint32_t body = 0; body < graph.size(); ++body) {
    const auto own = community[body];
    const double radius = kCommunityRadius * std::sqrt(static_cast<double>(sizes[own]) / graph.size());
    const Point point = in_disc(base.fork(graph.node[body]));
    start.x.push_back(centers.x[own] + static_cast<float>(point.x * radius));
    start.y.push_back(centers.y[own] + static_cast<float>(point.y * radius));
  }
  return start;
}

}  // namespace vieweratlas::layout_internal
