// The layout, in the order that matters: forces in two phases, arranging, removing overlaps, fitting into the disc. What
// each constant was chosen for is told in docs/methods/layout.md.

#include "vieweratlas/layout/layout.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "layout/circles.h"
#include "layout/force_graph.h"
#include "layout/simulation.h"
#include "layout/start.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {
namespace {

using layout_internal::Circles;
using layout_internal::ForceGraph;
using layout_internal::Phase;
using layout_internal::Positions;
using layout_internal::SpreadOptions;

constexpr double kMapRadius = 1000;
constexpr double kMarginShare = 0.075;    // of the largest circle's radius
constexpr double kRimFill = 0.35;         // sunflowers of isolated channels are a little denser than the map
constexpr double kFirstShare = 3.0 / 8;   // of the iterations go to the first phase
constexpr float kLinearGravity = 0.05F;   // holds the untangling together
constexpr float kLinlogGravity = 0.003F;  // .002 leaves wide voids, .008 presses communities into each other
constexpr double kTolerance = 0.02;       // of overlap removal, as a share of the margin

Status check(const LayoutOptions& options) {
  const auto invalid = [](const std::string& message) { return Error{ErrorCode::kInvalidArgument, message}; };
  if (options.iterations < 1 || options.iterations > 100'000) {
    return invalid("layout iterations are " + std::to_string(options.iterations) + ", give a number from 1 to 100000");
  }
  if (!(options.fill > 0 && options.fill <= 0.6)) {
    return invalid("layout fill is " + std::to_string(options.fill) + ", give a share above 0 and up to 0.6");
  }
  if (!(options.max_radius > 0 && options.max_radius <= 1e6)) {
    return invalid("layout max_radius is " + std::to_string(options.max_radius) + ", give a number above 0 and up to 1000000");
  }
  return {};
}

/// Communities by body, numbered anew without gaps; a body without one is a community of its own. Empty when that leaves
/// fewer than two communities or tells nothing.
std::vector<std::uint32_t> communities_of_bodies(const ForceGraph& graph, std::span<const std::uint32_t> community) {
  constexpr std::uint32_t kNone = 0xFFFFFFFFU;  // Partition::kUnassigned
  if (community.empty()) return {};
  std::map<std::uint32_t, std::uint32_t> number;
  std::uint32_t next = 0;
  std::vector<std::uint32_t> result;
  for (const auto node : graph.node) {
    const auto own = community[node];
    if (own == kNone) {
      result.push_back(next++);
      continue;
    }
    const auto [found, is_new] = number.try_emplace(own, next);
    if (is_new) ++next;
    result.push_back(found->second);
  }
  if (number.size() < 2) result.clear();
  return result;
}

/// From communities: their quotient graph first, then LinLog. Without: linear forces first, which untangle, then LinLog.
Positions run_forces(const ForceGraph& graph, std::span<const std::uint32_t> community, const LayoutOptions& options, ThreadPool& pool) {
  const auto first = static_cast<std::uint32_t>(options.iterations * kFirstShare);
  const Phase linlog{.iterations = options.iterations - first, .linlog = true, .gravity = kLinlogGravity};
  const auto of_bodies = communities_of_bodies(graph, community);
  if (!of_bodies.empty()) {
    auto start = layout_internal::community_start(graph, of_bodies, {.seed = options.seed, .iterations = first}, pool);
    layout_internal::Simulation simulation(graph, std::move(start), pool);
    simulation.run(linlog);
    return simulation.positions();
  }
  layout_internal::Simulation simulation(graph, layout_internal::random_start(graph, options.seed), pool);
  simulation.run({.iterations = first, .linlog = false, .gravity = kLinearGravity});
  simulation.run(linlog);
  return simulation.positions();
}

/// Nodes without a link, by falling audience, ties by node.
std::vector<std::uint32_t> isolated_nodes(const OverlapGraph& graph) {
  std::vector<std::uint32_t> nodes;
  for (std::uint32_t u = 0; u < graph.num_nodes(); ++u) {
    if (graph.degree(u) == 0) nodes.push_back(u);
  }
  std::stable_sort(nodes.begin(), nodes.end(), [&](auto a, auto b) { return graph.audience[a] > graph.audience[b]; });
  return nodes;
}

/// The linked channels where the forces put them, spread out and free of overlaps.
Circles arrange_linked(const ForceGraph& graph, const Positions& positions, std::span<const double> radii, const SpreadOptions& options) {
  Circles circles;
  for (std::size_t body = 0; body < graph.size(); ++body) {
    circles.x.push_back(static_cast<double>(positions.x[body]));
    circles.y.push_back(static_cast<double>(positions.y[body]));
    circles.radius.push_back(radii[graph.node[body]]);
  }
  layout_internal::spread_out(circles, options);
  return circles;
}

/// Channels without a link say nothing by their place: they go around the map like the seeds of a sunflower, or make up
/// the whole of it.
void add_isolated(Circles& circles, std::span<const std::uint32_t> nodes, std::span<const double> radii, const SpreadOptions& options) {
  const auto disc = layout_internal::smallest_disc(circles);
  if (disc.radius > 0) layout_internal::fit(circles, disc, disc.radius);
  std::vector<double> isolated_radii;
  for (const auto node : nodes) isolated_radii.push_back(radii[node]);
  layout_internal::add_sunflower(circles, isolated_radii, disc.radius, {.fill = kRimFill, .margin = options.margin});
}

Layout to_layout(const Circles& circles, std::span<const std::uint32_t> nodes) {
  Layout layout;
  layout.x.resize(nodes.size());
  layout.y.resize(nodes.size());
  layout.radius.resize(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    layout.x[nodes[i]] = static_cast<float>(circles.x[i]);
    layout.y[nodes[i]] = static_cast<float>(circles.y[i]);
    layout.radius[nodes[i]] = static_cast<float>(circles.radius[i]);
  }
  return layout;
}

}  // namespace

Result<Layout> lay_out(const OverlapGraph& graph, std::span<const std::uint32_t> community, const LayoutOptions& options,
                       ThreadPool& pool) {
  if (const auto status = check(options); !status) return status.error();
  VA_CHECK(graph.audience.size() == graph.num_nodes());
  VA_CHECK(community.empty() || community.size() == graph.num_nodes());

  const auto radii = layout_internal::circle_radii(graph.audience, options.max_radius);
  const SpreadOptions spread{.fill = options.fill, .margin = kMarginShare * options.max_radius};

  const auto force_graph = layout_internal::make_force_graph(graph, {}, pool);
  const auto positions = run_forces(force_graph, community, options, pool);
  auto circles = arrange_linked(force_graph, positions, radii, spread);
  auto removal = layout_internal::remove_overlaps(circles, spread.margin, kTolerance * spread.margin);

  auto nodes = force_graph.node;
  if (const auto isolated = isolated_nodes(graph); !isolated.empty()) {
    add_isolated(circles, isolated, radii, spread);
    nodes.insert(nodes.end(), isolated.begin(), isolated.end());
    const auto again = layout_internal::remove_overlaps(circles, spread.margin, kTolerance * spread.margin);
    removal = {.sweeps = removal.sweeps + again.sweeps, .remaining = again.remaining};
  }
  // A little inside, so that rounding to float keeps every circle within the disc.
  const auto disc = layout_internal::with_room(layout_internal::smallest_disc(circles), circles);
  layout_internal::fit(circles, disc, kMapRadius * (1 - 1e-6));

  Layout layout = to_layout(circles, nodes);
  layout.iterations = options.iterations;
  layout.overlap_sweeps = removal.sweeps;
  layout.remaining_overlap = disc.radius > 0 ? removal.remaining * kMapRadius / disc.radius : 0;
  return layout;
}

}  // namespace vieweratlas
