#include "vieweratlas/graph/weights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/graph/overlap_graph.h"

namespace vieweratlas {
namespace {

constexpr std::array kNames{
    std::pair{EdgeWeight::kShared, std::string_view("shared")}, std::pair{EdgeWeight::kNewman, std::string_view("newman")},
    std::pair{EdgeWeight::kCosine, std::string_view("cosine")}, std::pair{EdgeWeight::kJaccard, std::string_view("jaccard")},
    std::pair{EdgeWeight::kAssociation, std::string_view("association")}};

// All weights of a graph together stay about below it; rounding adds at most 1/2 an entry, and a double holds each integer up to 2^53.
constexpr double kTotalLimit = 4503599627370496.0;  // 2^52

double fraction(EdgeWeight weight, double a, double b, double shared) {
  switch (weight) {
    case EdgeWeight::kCosine: return shared / std::sqrt(a * b);
    case EdgeWeight::kJaccard: return shared / (a + b - shared);
    case EdgeWeight::kAssociation: return shared / (a * b);
    case EdgeWeight::kShared:
    case EdgeWeight::kNewman: break;
  }
  VA_CHECK(false);
}

/// Audiences that no overlap contradicts: at least the largest overlap of the channel.
std::vector<double> lower_bounded_audiences(const OverlapGraph& graph) {
  std::vector<double> result(graph.num_nodes(), 0.0);
  for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) {
    std::uint64_t least = graph.audience[node];
    for (std::uint64_t at = graph.offsets[node]; at < graph.offsets[node + 1]; ++at)
      least = std::max<std::uint64_t>(least, graph.shared[at]);
    result[node] = static_cast<double>(least);
  }
  return result;
}

/// Calls visit(place, value) for each entry of the adjacency, row by row.
template <typename Visit>
void for_each_fraction(const OverlapGraph& graph, EdgeWeight weight, std::span<const double> audience, Visit visit) {
  for (std::uint32_t node = 0; node < graph.num_nodes(); ++node) {
    for (std::uint64_t at = graph.offsets[node]; at < graph.offsets[node + 1]; ++at) {
      // The lower id goes first, so that both directions of an edge round alike.
      const std::uint32_t other = graph.neighbours[at];
      const double a = audience[std::min(node, other)];
      const double b = audience[std::max(node, other)];
      visit(at, fraction(weight, a, b, graph.shared[at]));
    }
  }
}

std::vector<std::uint64_t> fixed_point(const OverlapGraph& graph, EdgeWeight weight) {
  const std::vector<double> audience = lower_bounded_audiences(graph);
  double total = 0;
  for_each_fraction(graph, weight, audience, [&](std::uint64_t, double value) { total += value; });
  std::vector<std::uint64_t> result(graph.neighbours.size());
  if (result.empty()) return result;
  const double unit = std::ldexp(1.0, std::ilogb(kTotalLimit / total));
  for_each_fraction(graph, weight, audience, [&](std::uint64_t at, double value) {
    result[at] = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(value * unit)));
  });
  return result;
}

}  // namespace

std::string_view name_of(EdgeWeight weight) {
  for (const auto& [value, name] : kNames) {
    if (value == weight) return name;
  }
  VA_CHECK(false);
}

std::optional<EdgeWeight> edge_weight_named(std::string_view name) {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

Result<std::vector<std::uint64_t>> edge_weights(const OverlapGraph& graph, EdgeWeight weight) {
  if (weight == EdgeWeight::kShared) return std::vector<std::uint64_t>(graph.shared.begin(), graph.shared.end());
  if (weight == EdgeWeight::kNewman) {
    if (graph.newman.size() == graph.neighbours.size()) {
      std::vector<std::uint64_t> result = graph.newman;
      for (auto& value : result) value = std::max<std::uint64_t>(1, value);
      return result;
    }
    return Error{ErrorCode::kInvalidArgument,
                 "the edge weight \"newman\" needs the viewers of each channel, which a measured graph does not have; use \"cosine\" or "
                 "\"shared\""};
  }
  const bool any_audience = std::any_of(graph.audience.begin(), graph.audience.end(), [](std::uint64_t n) { return n > 0; });
  if (!any_audience && graph.num_edges() > 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "the edge weight \"" + std::string(name_of(weight)) +
                     "\" needs the audiences of the channels, and none is known; give a nodes file with a size "
                     "column or use \"shared\""};
  }
  return fixed_point(graph, weight);
}

WeightedGraph weighted_view(const OverlapGraph& graph, std::span<const std::uint64_t> weights) {
  VA_CHECK(weights.size() == graph.neighbours.size());
  return {.offsets = graph.offsets, .neighbours = graph.neighbours, .weights = weights};
}

}  // namespace vieweratlas
